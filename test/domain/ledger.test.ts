import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  balancesOf,
  chargedAndNotWanted,
  chargedAndWanted,
  type Entry,
  type EntryOrigin,
  feeKnown,
  refundDecided,
  refundDone,
  whyUnbalanced,
} from "../../domain/ledger.ts";
import { money } from "../../domain/money.ts";

const rub = (amountMinor: number) => money(amountMinor, "RUB");
const ORIGIN: EntryOrigin = {
  paymentId: "KV-P",
  evidenceObject: "KV-P-1",
  merchantAccount: "100500",
  billerId: "gorod-zhkh",
};
const sum = fc.integer({ min: 1, max: 1_000_000_000 }).map(rub);
const maybe = fc.integer({ min: 0, max: 1_000_000 }).map(rub);

describe("every posting", () => {
  const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
    fc.tuple(sum, maybe).map(([debt, commission]) => chargedAndWanted(ORIGIN, { debt, commission })),
    fc
      .tuple(sum, fc.constantFrom("biller" as const, "operator" as const))
      .map(([fee, bearer]) => feeKnown(ORIGIN, fee, bearer)),
    sum.map((total) => chargedAndNotWanted(ORIGIN, total)),
    fc.tuple(sum, maybe).map(([debt, commission]) => refundDecided(ORIGIN, { debt, commission })),
    sum.map((total) => refundDone(ORIGIN, total)),
  );

  test("balances to the kopeck and has no empty line", () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(whyUnbalanced(entry)).toBeNull();
        for (const { debitMinor, creditMinor } of entry.postings)
          expect(debitMinor + creditMinor).toBeGreaterThan(0);
      }),
    );
  });
});

test("L1: charged and wanted", () => {
  expect(chargedAndWanted(ORIGIN, { debt: rub(100_00), commission: rub(1_50) })).toEqual({
    kind: "L1",
    paymentId: "KV-P",
    evidenceObject: "KV-P-1",
    currency: "RUB",
    postings: [
      { account: "gateway:100500", debitMinor: 10_150, creditMinor: 0 },
      { account: "biller:gorod-zhkh", debitMinor: 0, creditMinor: 10_000 },
      { account: "commission", debitMinor: 0, creditMinor: 150 },
    ],
  });
});

test("money taken and not wanted goes back: what is left is nothing", () => {
  const balances = balancesOf([chargedAndNotWanted(ORIGIN, rub(500)), refundDone(ORIGIN, rub(500))]);
  expect([...balances.values()]).toEqual([0, 0]);
});

test("a paid and refunded debt leaves only the fee", () => {
  const balances = balancesOf([
    chargedAndWanted(ORIGIN, { debt: rub(1000), commission: rub(0) }),
    feeKnown(ORIGIN, rub(35), "operator"),
    refundDecided(ORIGIN, { debt: rub(1000), commission: rub(0) }),
    refundDone(ORIGIN, rub(1000)),
  ]);
  expect(Object.fromEntries(balances)).toEqual({
    "gateway:100500": -35,
    "biller:gorod-zhkh": 0,
    fees: 35,
    "refunds-due": 0,
  });
});

test("an entry that does not balance is named", () => {
  const entry = chargedAndNotWanted(ORIGIN, rub(10));
  const [debit, credit] = entry.postings;
  if (debit === undefined || credit === undefined) throw new Error("an entry has two lines");
  expect(whyUnbalanced({ ...entry, postings: [{ ...debit, debitMinor: 11 }, credit] })).toContain("differ");
  expect(whyUnbalanced({ ...entry, postings: [debit] })).not.toBeNull();
  expect(whyUnbalanced({ ...entry, postings: [{ ...debit, creditMinor: 10 }, credit] })).toContain(
    "exactly one side",
  );
  expect(whyUnbalanced({ ...entry, postings: [{ ...debit, debitMinor: 0.5 }, credit] })).toContain(
    "whole numbers",
  );
});

test("nothing, less than nothing and mixed currencies are not posted", () => {
  expect(() => chargedAndNotWanted(ORIGIN, rub(0))).toThrow(RangeError);
  expect(() => chargedAndNotWanted(ORIGIN, rub(-1))).toThrow(RangeError);
  expect(() => chargedAndWanted(ORIGIN, { debt: rub(1), commission: money(1, "EUR") })).toThrow(RangeError);
  expect(() => chargedAndWanted(ORIGIN, { debt: rub(5), commission: rub(-1) })).toThrow(RangeError);
});
