import { expect, test } from "vitest";
import { readAnswer } from "../../../adapters/bill-sources/gis-gmp/answer.ts";
import type { SubjectIdentifier } from "../../../domain/source-bill.ts";
import { acknowledgmentOf } from "../../../sandbox/registry/charge-sums.ts";
import { chargeSeed, type ChargeRecord } from "../../../sandbox/registry/charge-record.ts";
import { demoCharges } from "../../../sandbox/registry/demo-charges.ts";
import { writeCharges } from "../../../sandbox/registry/wire-answer.ts";

const nowMs = Date.parse("2026-11-28T12:00:00+03:00");
const asked = {
  requestId: "R_1",
  version: "2.2.0",
  sender: "aa11b4",
  role: "18",
  kind: "CHARGESTATUS",
  page: { number: 1, length: 100 },
  uins: [],
  payerIdentifiers: [],
  inns: [],
  byTime: false,
  interval: null,
  kbks: [],
};

function demoRecords(): readonly ChargeRecord[] {
  return demoCharges(nowMs).map((given) => {
    const { uin = "", receivedAt = "", ...terms } = chargeSeed.parse(given);
    return { ...terms, uin, receivedAt, payments: [] };
  });
}

test("every demonstration charge is a bill that the engine can use, whenever the city is started", () => {
  const document = writeCharges(asked, demoRecords(), {
    hasMore: false,
    needReRequest: false,
    formedAtMs: nowMs,
  });
  const reading = readAnswer(new TextEncoder().encode(document), {
    requestId: "R_1",
    recipient: "aa11b4",
    version: "2.2.0",
    isAbout: () => true,
  });
  if (reading.kind !== "page") throw new Error(`no page: ${reading.detail}`);
  expect(reading.page.unreadable).toEqual([]);
  const subjects = reading.page.bills.flatMap((bill) => bill.subjects);
  const about = (subject: SubjectIdentifier) =>
    expect(
      subjects.filter((one) => one.kind === subject.kind && one.value === subject.value).length,
    ).toBeGreaterThan(0);
  about({ kind: "sts", value: "77УН123456" });
  about({ kind: "sts", value: "50ОР123457" });
  about({ kind: "sts", value: "9900123456" });
  about({ kind: "organisation", value: "7736000010/773601001" });
  about({ kind: "organisation", value: "7736000010/504701001" });
  expect(new Set(reading.page.bills.map(({ status }) => status))).toEqual(new Set(["issued", "annulled"]));
});

test("nothing of the demonstration is paid yet", () => {
  expect(new Set(demoRecords().map(acknowledgmentOf))).toEqual(new Set(["3"]));
});
