import { describe, expect, test } from "vitest";
import type { NoticeReading } from "../../../adapters/bill-sources/port.ts";
import { fixtureText, scripted, sourceOver } from "./fixtures.ts";

const { transport } = scripted();
const source = sourceOver(transport, { now: () => Date.parse("2026-04-01T10:00:05+03:00") });

function read(text: string): NoticeReading {
  const reading = source.readNotice?.(new TextEncoder().encode(text));
  if (reading === undefined) throw new Error("this source takes notices");
  return reading;
}

describe("a pushed notice", () => {
  test("names each charge once, and makes no bill: the payee's account is not in it", () => {
    expect(read(fixtureText("notices/charges.xml"))).toMatchObject({
      kind: "look",
      noticeId: "N_1",
      noticedAt: "2026-04-01T07:00:00.000Z",
      about: [
        { kind: "uin", value: "18810123456789012345" },
        { kind: "uin", value: "18810000000000002012" },
      ],
      payments: [],
      unreadable: 0,
    });
  });

  test("tells payments that stand, by order and by matching, and not those that were taken back", () => {
    expect(read(fixtureText("notices/payments.xml"))).toMatchObject({
      kind: "look",
      noticeId: "N_2",
      payments: [
        {
          uin: "18810000000000002055",
          payment: {
            reference: null,
            uip: "10445252250000001403202600000001",
            paidOn: "2026-03-14",
            amountMinor: 75_000,
          },
        },
        {
          uin: "18810000000000002098",
          payment: {
            reference: null,
            uip: "10445252250000001403202600000004",
            paidOn: "2026-03-14",
            amountMinor: 75_000,
          },
        },
      ],
      // a charge with a mistyped number
      unreadable: 1,
    });
  });

  test("is answered with a receipt for exactly this notice", () => {
    const reading = read(fixtureText("notices/charges.xml"));
    const receipt = reading.kind === "look" ? new TextDecoder().decode(reading.receipt) : "";
    expect(receipt).toMatch(/<nt:ExportNoticeResponse [^>]*RqId="N_1" recipientIdentifier="aa11b4"/);
    expect(receipt).toContain("<nt:RoutingCode>45382000</nt:RoutingCode>");
    expect(receipt).toContain("<nt:ExportNoticeConfirmation>true</nt:ExportNoticeConfirmation>");
  });

  test.each<[string, string, (text: string) => string]>([
    ["for somebody else", "another-recipient", (text) => text.replace("aa11b4", "aa11b5")],
    ["without an id", "head", (text) => text.replace('Id="N_1"', 'Id=""')],
    ["with markup for an id", "head", (text) => text.replace('Id="N_1"', 'Id="&quot;/&gt;"')],
    ["without a moment", "head", (text) => text.replace(/ timestamp="[^"]*"/, "")],
    ["with markup for a route", "head", (text) => text.replace("45382000", "&lt;x/&gt;")],
    ["of another version", "unknown-document", (text) => text.replaceAll("2.2.0", "2.5.0")],
    ["that is an answer", "unknown-document", () => fixtureText("answers/empty.xml")],
    ["cut off", "xml-ill-formed", (text) => text.slice(0, 400)],
    ["with a document type", "xml-document-type", (text) => text.replace("?>", "?><!DOCTYPE a>")],
    [
      "of too many parts",
      "too-many-parts",
      (text) => text.replace(/(<nt:NoticeCharge[\s\S]*<\/nt:NoticeCharge>)/, (part) => part.repeat(40)),
    ],
  ])("%s is not read", (_name, why, change) => {
    expect(read(change(fixtureText("notices/charges.xml")))).toEqual({ kind: "unreadable", why });
  });
});
