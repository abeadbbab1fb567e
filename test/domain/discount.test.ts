import { assert, integer, oneof, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { type BillDiscount, type DueFacts, dueMinorOn, holdsOn, isDiscount } from "../../domain/discount.ts";
import type { SourceBill } from "../../domain/source-bill.ts";

const FINE: DueFacts = {
  totalMinor: 75_000,
  leftMinor: 75_000,
  currency: "RUB",
  discount: { kind: "percent", value: 25, until: "2026-04-09" },
};

function fine(change: Partial<DueFacts>): DueFacts {
  return { ...FINE, ...change };
}

describe("what is due while a discount holds and after it", () => {
  test("a fine with 25 % off is due in three quarters on the last day too, and in full the day after", () => {
    expect([dueMinorOn(FINE, "2026-04-09"), dueMinorOn(FINE, "2026-04-10")]).toEqual([56_250, 75_000]);
  });

  test("a discount without an end never ends", () => {
    const discount: BillDiscount = { kind: "percent", value: 25, until: null };
    expect(holdsOn(discount, "2199-12-31")).toBe(true);
    expect(dueMinorOn(fine({ discount }), "2199-12-31")).toBe(56_250);
  });

  test("a percentage takes off whole kopecks rounded down, so that nobody underpays by one", () => {
    const facts = fine({
      totalMinor: 1,
      leftMinor: 1,
      discount: { kind: "percent", value: 50, until: null },
    });
    expect(dueMinorOn(facts, "2026-04-01")).toBe(1);
    expect(
      dueMinorOn(
        fine({
          totalMinor: 99_999,
          leftMinor: 99_999,
          discount: { kind: "percent", value: 12.5, until: null },
        }),
        "2026-04-01",
      ),
    ).toBe(99_999 - 12_499);
  });

  test.each([
    { kind: "amount", value: 18_750 },
    { kind: "share", value: 0.75 },
    { kind: "percent", value: 25 },
  ] as const)("$kind $value leaves 562.50 of 750", ({ kind, value }) => {
    expect(dueMinorOn(fine({ discount: { kind, value, until: null } }), "2026-04-01")).toBe(56_250);
  });

  test("never more than the source says is left", () => {
    expect(dueMinorOn(fine({ leftMinor: 10_000 }), "2026-04-01")).toBe(10_000);
    expect(dueMinorOn(fine({ leftMinor: 60_000 }), "2026-04-01")).toBe(56_250);
    expect(dueMinorOn(fine({ leftMinor: 10_000 }), "2026-04-10")).toBe(10_000);
  });

  test("where the source has taken the discount off itself the whole sum is due once it is over", () => {
    expect(dueMinorOn(fine({ leftMinor: 56_250 }), "2026-04-09")).toBe(56_250);
    expect(dueMinorOn(fine({ leftMinor: 56_250 }), "2026-04-10")).toBe(75_000);
  });

  test("what a discount leaves is at least a kopeck and never above the whole sum", () => {
    const share = integer({ min: 1, max: 9_999 }).map((parts) => parts / 10_000);
    const percent = integer({ min: 1, max: 9_999 }).map((parts) => parts / 100);
    const rule = oneof(
      percent.map((value): BillDiscount => ({ kind: "percent", value, until: null })),
      share.map((value): BillDiscount => ({ kind: "share", value, until: null })),
    );
    assert(
      property(integer({ min: 1, max: 10_000_000_000 }), rule, (totalMinor, discount) => {
        expect(isDiscount(discount, totalMinor)).toBe(true);
        const due = dueMinorOn(fine({ totalMinor, leftMinor: totalMinor, discount }), "2026-04-01");
        expect(due).toBeGreaterThan(0);
        expect(due).toBeLessThanOrEqual(totalMinor);
      }),
    );
  });

  test.each<{ readonly what: string; readonly kind: BillDiscount["kind"]; readonly value: number }>([
    { what: "all of it", kind: "percent", value: 100 },
    { what: "nothing", kind: "percent", value: 0 },
    { what: "three decimals", kind: "percent", value: 12.345 },
    { what: "the whole", kind: "share", value: 1 },
    { what: "the whole sum", kind: "amount", value: 75_000 },
    { what: "half a kopeck", kind: "amount", value: 0.5 },
  ])("$kind $value is no discount: $what", ({ kind, value }) => {
    expect(isDiscount({ kind, value, until: null }, 75_000)).toBe(false);
  });
});

describe("a bill as sources tell it", () => {
  test("is due by its total, what is left of it, and its discount", () => {
    const told: Pick<SourceBill, "totalMinor" | "dueMinor" | "currency" | "discount"> = {
      totalMinor: 75_000,
      dueMinor: null,
      currency: "RUB",
      discount: FINE.discount,
    };
    const left = told.dueMinor ?? told.totalMinor;
    expect(dueMinorOn({ ...told, leftMinor: left }, "2026-04-01")).toBe(56_250);
  });
});
