import { isCivilDate } from "../../../domain/calendar.ts";
import { parseUin } from "../../../domain/identifiers/uin.ts";
import { parseUip } from "../../../domain/identifiers/uip.ts";
import type { SourcePayment } from "../../../domain/source-bill.ts";
import type { NoticeReading } from "../port.ts";
import { readKopecks } from "./fields.ts";
import { childOf, type FormatVersion, serviceAddress } from "./names.ts";
import { readDateTime, writeDateTime } from "./times.ts";
import { readXml, type XmlElement } from "./xml.ts";

/** What a notice must agree with, and what its receipt is written with. */
export type NoticeExpectation = {
  readonly recipient: string;
  readonly version: FormatVersion;
  readonly atMs: number;
  readonly newId: () => string;
};

const MOST_PARTS = 100;
const ID = /^[A-Za-z_][\w.-]{0,49}$/;
const ROUTING_CODE = /^[0-9A-Za-z]{1,20}$/;

/**
 * Reads an `ExportNoticeRequest` that the registry pushed by subscription: charges that are new or changed, payments, matchings. A notice lacks the payee's account,
 * so it makes no bill: it names charges to ask for. Payments are told along, because a foreign payment proved keeps our own from being taken for it.
 */
export function readNotice(body: Uint8Array, expected: NoticeExpectation): NoticeReading {
  const reading = readXml(body);
  if (!reading.ok) return { kind: "unreadable", why: `xml-${reading.why}` };
  const { root } = reading;
  const service = serviceAddress("ExportNotice", expected.version);
  if (root.namespace !== service || root.name !== "ExportNoticeRequest")
    return unreadable("unknown-document");
  const noticeId = root.attributes.get("Id") ?? "";
  const noticed = readDateTime(root.attributes.get("timestamp") ?? "");
  if (!ID.test(noticeId) || noticed === undefined) return unreadable("head");
  const destination = childOf(root, service, "Destination");
  const recipient = destination?.attributes.get("recipientIdentifier") ?? "";
  if (recipient.toLowerCase() !== expected.recipient.toLowerCase()) return unreadable("another-recipient");
  const route = destination && childOf(destination, service, "RoutingCode")?.text.trim();
  if (route !== undefined && !ROUTING_CODE.test(route)) return unreadable("head");

  const parts = root.children.filter(
    ({ name, namespace }) => namespace === service && /^Notice(Charge|Payment|Quittance)$/.test(name),
  );
  if (parts.length > MOST_PARTS) return unreadable("too-many-parts");
  const uins = parts.map((part) => uinOf(part));
  const known = [...new Set(uins.filter((uin) => uin !== undefined))];
  return {
    kind: "look",
    noticeId,
    noticedAt: new Date(noticed.atMs).toISOString(),
    about: known.map((value) => ({ kind: "uin", value })),
    payments: parts.flatMap((part, index) => paymentOf(part, uins[index])),
    unreadable: uins.filter((uin) => uin === undefined).length,
    receipt: writeReceipt(noticeId, route, expected),
  };
}

function unreadable(why: string): NoticeReading {
  return { kind: "unreadable", why };
}

function uinOf(part: XmlElement): string | undefined {
  const proof = parseUin(part.attributes.get("supplierBillID") ?? "");
  return proof.ok ? proof.value : undefined;
}

type NoticedPayment = { readonly uin: string; readonly payment: SourcePayment };

/** A payment that stands: one that was annulled is told too, and then proves nothing. */
function paymentOf(part: XmlElement, uin: string | undefined): readonly NoticedPayment[] {
  const told = part.name === "NoticePayment" || part.name === "NoticeQuittance";
  if (!told || uin === undefined || isRevoked(part)) return [];
  const uip = parseUip(part.attributes.get("paymentId") ?? "");
  const amount = part.attributes.get("amount") ?? part.attributes.get("amountPayment") ?? "";
  const paidOn = (part.attributes.get("paymentDate") ?? "").slice(0, 10);
  return [
    {
      uin,
      payment: {
        reference: null,
        uip: uip.ok ? uip.value.text : null,
        // a payment's number carries its day
        paidOn: isCivilDate(paidOn) ? paidOn : uip.ok ? uip.value.date : null,
        amountMinor: readKopecks(amount) ?? null,
      },
    },
  ];
}

function isRevoked(part: XmlElement): boolean {
  if (part.attributes.get("isRevoked") === "true") return true;
  const change = part.children.find(({ name }) => name === "ChangeStatusInfo");
  return change?.children.find(({ name }) => name === "Meaning")?.text.trim() === "3";
}

function writeReceipt(
  noticeId: string,
  route: string | undefined,
  { recipient, version, atMs, newId }: NoticeExpectation,
): Uint8Array {
  const routing = route === undefined ? "" : `\n  <nt:RoutingCode>${route}</nt:RoutingCode>`;
  return new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>
<nt:ExportNoticeResponse xmlns:nt="${serviceAddress("ExportNotice", version)}" Id="${newId()}" RqId="${noticeId}" recipientIdentifier="${recipient}" timestamp="${writeDateTime(atMs)}">${routing}
  <nt:ExportNoticeConfirmation>true</nt:ExportNoticeConfirmation>
</nt:ExportNoticeResponse>
`);
}
