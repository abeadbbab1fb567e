import type { SourceBill } from "../../../domain/source-bill.ts";
import type { Refusal, Unreachable, UnreadableBill } from "../port.ts";
import { readCharge } from "./charge.ts";
import { childrenOf, EXCHANGE_ADDRESS, type FormatVersion, serviceAddress } from "./names.ts";
import { endingOfCode } from "./protocol-codes.ts";
import { readDateTime } from "./times.ts";
import { readXml, type XmlElement } from "./xml.ts";

/** One page of an answer. */
export type Page = {
  readonly bills: readonly SourceBill[];
  readonly unreadable: readonly UnreadableBill[];
  readonly hasMore: boolean;
  /** A system behind the registry was silent: what it knows is missing. */
  readonly needReRequest: boolean;
  /** The registry's clock when it formed the page. */
  readonly formedAtMs: number;
};

/** Why there is no page. */
export type NoPage =
  | { readonly kind: "unreachable"; readonly why: Unreachable; readonly detail: string }
  | { readonly kind: "refused"; readonly why: Refusal; readonly detail: string };

export type PageReading = { readonly kind: "page"; readonly page: Page } | NoPage;

/** What an answer must agree with: the request it answers, and whom it is for. */
export type Expectation = {
  readonly requestId: string;
  readonly recipient: string;
  readonly version: FormatVersion;
  readonly isAbout: (bill: SourceBill) => boolean;
};

const MOST_CHARGES = 100;

/** Reads what the registry answered to one request: a page of charges, or its refusal of the request as a whole. Total over all bytes. */
export function readAnswer(body: Uint8Array, expected: Expectation): PageReading {
  const reading = readXml(body);
  if (!reading.ok) {
    const why = reading.why === "too-large" ? "too-large" : "garbled";
    return { kind: "unreachable", why, detail: `xml-${reading.why}` };
  }
  const { root } = reading;
  if (root.namespace === serviceAddress("export-charges", expected.version)) {
    return root.name === "ExportChargesResponse" ? readPage(root, expected) : garbled("other-document");
  }
  return readRefusal(root);
}

function garbled(detail: string): NoPage {
  return { kind: "unreachable", why: "garbled", detail };
}

function readPage(root: XmlElement, expected: Expectation): PageReading {
  const { attributes } = root;
  // An answer to another question is somebody else's: nothing of it is read.
  if (attributes.get("RqId") !== expected.requestId) return garbled("answer-to-another-request");
  if (attributes.get("recipientIdentifier")?.toLowerCase() !== expected.recipient.toLowerCase()) {
    return garbled("answer-for-another-recipient");
  }
  const formed = readDateTime(attributes.get("timestamp") ?? "");
  const hasMore = readBoolean(attributes.get("hasMore"));
  const needReRequest = readBoolean(attributes.get("needReRequest") ?? "false");
  if (formed === undefined || formed.atMs < 1) return garbled("timestamp");
  if (hasMore === undefined || needReRequest === undefined) return garbled("flags");
  const charges = childrenOf(root, serviceAddress("export-charges", expected.version), "ChargeInfo");
  if (charges.length > MOST_CHARGES) return garbled("too-many-charges");
  if (hasMore && charges.length === 0) return garbled("more-after-nothing");
  const read = readCharges(charges, {
    ...expected,
    answerId: answerIdOf(attributes.get("Id")),
    order: formed.atMs,
  });
  return { kind: "page", page: { ...read, hasMore, needReRequest, formedAtMs: formed.atMs } };
}

function readCharges(
  charges: readonly XmlElement[],
  { answerId, order, version, isAbout }: Expectation & { readonly answerId: string; readonly order: number },
): { readonly bills: readonly SourceBill[]; readonly unreadable: readonly UnreadableBill[] } {
  const bills: SourceBill[] = [];
  const unreadable: UnreadableBill[] = [];
  for (const [index, charge] of charges.entries()) {
    const reading = readCharge(charge, { version, order });
    const asked = reading.ok && isAbout(reading.bill);
    if (reading.ok && asked) bills.push(reading.bill);
    else {
      const faults = reading.ok ? ([{ field: "ChargeInfo", why: "contradiction" }] as const) : reading.faults;
      unreadable.push({ answerId, place: index + 1, faults });
    }
  }
  return { bills, unreadable };
}

/** Refusals come outside of the service's own document: from the exchange, or as a protocol of an import. */
function readRefusal(root: XmlElement): PageReading {
  if (root.namespace === EXCHANGE_ADDRESS && root.name === "RequestRejected") {
    return rejected(textOf(root, "RejectionReasonCode"));
  }
  if (root.namespace === EXCHANGE_ADDRESS && root.name === "RequestStatus") {
    return endingOfCode(textOf(root, "StatusCode"));
  }
  const protocol = root.children.find(({ name }) => name === "ImportProtocol");
  return protocol === undefined
    ? garbled("unknown-document")
    : endingOfCode(protocol.attributes.get("code") ?? "");
}

function rejected(reason: string): PageReading {
  if (reason === "ACCESS_DENIED") return { kind: "refused", why: "rights", detail: "access-denied" };
  if (reason === "UNKNOWN_REQUEST_DESCRIPTION") {
    return { kind: "refused", why: "our-defect", detail: "format-version" };
  }
  return { kind: "unreachable", why: "fault", detail: reason === "FAILURE" ? "failure" : "rejected" };
}

function textOf(root: XmlElement, name: string): string {
  return root.children.find((child) => child.name === name)?.text.trim() ?? "";
}

function readBoolean(text: string | undefined): boolean | undefined {
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : undefined;
}

/** Only ids of the protocol's shape are passed on: the text comes from outside and goes to people. */
function answerIdOf(text: string | undefined): string {
  return text !== undefined && /^[A-Za-z_][\w.-]{0,49}$/.test(text) ? text : "unnamed";
}
