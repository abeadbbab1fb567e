import { expect, test } from "vitest";
import { differences } from "../../scripts/proofs/forecast/compare.ts";
import { forecast, type LendDatabase } from "../../scripts/proofs/forecast/forecast.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { openMoneyCore } from "../db/support/money-core.ts";

const lend: LendDatabase = async (work) => {
  const core = await openMoneyCore(2);
  try {
    return await work(core);
  } finally {
    await core.close();
  }
};

test("the forecast of 90 days equals what happens line by line; what differs is named by what came", async () => {
  const { violations, result } = await forecast.run({
    seed: 1,
    sizes: forecast.sizes.small,
    say: () => undefined,
    needs: lend,
  });
  expect(violations.length, wordsOf(violations, "npm run prove -- forecast --size small")).toBe(0);
  // enough of every kind came by, else nothing was proved
  const { notice, debit, question, skipped, resumed } = result["byKind"] as Readonly<Record<string, number>>;
  expect(Math.min(notice ?? 0, debit ?? 0)).toBeGreaterThan(60);
  expect(Math.min(question ?? 0, skipped ?? 0)).toBeGreaterThan(5);
  expect(resumed).toBeGreaterThan(0);
  const reasons = ["bill", "schedule", "over-limit", "late-bill", "due-on-schedule"];
  expect(Object.keys(result["byReason"] ?? {})).toEqual(expect.arrayContaining(reasons));
  expect(result["renewed"]).toBeGreaterThan(3);
}, 300_000);

const line = {
  kind: "debit",
  at: "2026-05-05T05:00:00.000Z",
  on: "2026-05-05",
  mandateId: "M",
  billId: null,
  paymentId: null,
  period: null,
  amount: { amountMinor: 100, currency: "RUB" },
  methodId: "C",
  reason: "schedule",
  dependsOn: [],
} as const;
const event = {
  kind: "debit",
  at: "2026-05-05T05:00:01.000Z",
  mandateId: "M",
  amountMinor: 100,
  methodId: "C",
  reason: "schedule",
} as const;
const span = { after: "2026-05-01T00:00:00.000Z", until: "2026-06-01T00:00:00.000Z" };

test.each([
  ["another sum", { amountMinor: 101 }],
  ["another card", { methodId: "D" }],
  ["another hour", { at: "2026-05-05T06:00:00.000Z" }],
  ["another reason", { reason: "bill" }],
  ["another kind", { kind: "skipped" }],
] as const)("%s is a difference, on both sides", (_what, change) => {
  expect(differences([line], [event], span)).toEqual([]);
  expect(differences([line], [{ ...event, ...change }], span)).toHaveLength(2);
  expect(differences([line], [], span)).toHaveLength(1);
  expect(differences([], [event], span)).toHaveLength(1);
});
