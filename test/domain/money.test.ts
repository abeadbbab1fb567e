import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  afterDiscount,
  compare,
  CURRENCIES,
  equal,
  isCurrency,
  type Money,
  money,
  parseDecimal,
  share,
  subtract,
  toDecimal,
  zero,
} from "../../domain/money.ts";

const rub = (amountMinor: number): Money => money(amountMinor, "RUB");
const anyMinor = fc.maxSafeInteger();
const someMinor = fc.integer({ min: 0, max: 1_000_000_000_000 });

describe("decimals", () => {
  test("what is written is read back, for every safe amount", () => {
    fc.assert(
      fc.property(anyMinor, fc.constantFrom(...CURRENCIES), (amountMinor, currency) => {
        const amount = money(amountMinor, currency);
        expect(parseDecimal(toDecimal(amount), currency)).toEqual(amount);
        expect(toDecimal(amount)).toMatch(/^-?(0|[1-9]\d*)\.\d\d$/);
      }),
    );
  });

  test.each([
    ["5123.45", 512_345],
    ["5123.4", 512_340],
    ["5123", 512_300],
    ["0", 0],
    ["-0.00", 0],
    ["-0.05", -5],
    ["90071992547409.91", Number.MAX_SAFE_INTEGER],
  ])("%s is %i kopecks", (text, amountMinor) => expect(parseDecimal(text, "RUB")).toEqual(rub(amountMinor)));

  test.each([
    "",
    ".5",
    "5.",
    "1.234",
    "01.00",
    "+1",
    "1e3",
    "1,00",
    "1 000.00",
    " 1",
    "0x10",
    "NaN",
    "90071992547409.92",
    "١",
  ])("%j is refused, not rounded", (text) => expect(parseDecimal(text, "RUB")).toBeNull());
});

describe("arithmetic", () => {
  test("adding and subtracting undo each other", () => {
    fc.assert(
      fc.property(someMinor, someMinor, (a, b) => {
        expect(subtract(add(rub(a), rub(b)), rub(b))).toEqual(rub(a));
        expect(compare(rub(a), rub(b))).toBe(Math.sign(a - b));
        expect(equal(rub(a), rub(b))).toBe(a === b);
      }),
    );
  });

  test("no result leaves the safe integers unnoticed", () => {
    fc.assert(
      fc.property(anyMinor, anyMinor, (a, b) => {
        if (Number.isSafeInteger(a + b)) expect(add(rub(a), rub(b)).amountMinor).toBe(a + b);
        else expect(() => add(rub(a), rub(b))).toThrow(RangeError);
      }),
    );
    for (const wrong of [0.5, Number.NaN, Infinity, 2 ** 53]) expect(() => rub(wrong)).toThrow(RangeError);
  });

  test("currencies never mix", () => {
    const euro = money(1, "EUR");
    for (const mix of [add, subtract, compare]) expect(() => mix(rub(1), euro)).toThrow(RangeError);
    expect(equal(rub(1), euro)).toBe(false);
    expect(isCurrency("RUB") && !isCurrency("rub") && !isCurrency("XXX")).toBe(true);
  });

  test("there is one zero", () => {
    expect(Object.is(subtract(rub(5), rub(5)).amountMinor, 0)).toBe(true);
    expect(Object.is(money(-0, "RUB").amountMinor, 0)).toBe(true);
    expect(zero("EUR")).toEqual({ amountMinor: 0, currency: "EUR" });
  });
});

describe("sharing", () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 20 })
    .filter((list) => list.some((weight) => weight > 0));

  test("loses and makes no kopeck, and every part is within one of its exact share", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), weights, (total, list) => {
        const parts = share(rub(total), list);
        const sum = list.reduce((a, b) => a + b, 0);
        expect(parts.reduce((left, part) => left - part.amountMinor, total)).toBe(0);
        parts.forEach((part, index) => {
          const exact = BigInt(total) * BigInt(list[index] ?? 0);
          const off = BigInt(part.amountMinor) * BigInt(sum) - exact;
          expect(off < BigInt(sum) && off > -BigInt(sum)).toBe(true);
        });
      }),
    );
  });

  test("who has no weight gets nothing, equal weights differ by at most one", () => {
    expect(share(rub(100), [1, 0, 1, 1]).map((part) => part.amountMinor)).toEqual([34, 0, 33, 33]);
    fc.assert(
      fc.property(someMinor, fc.integer({ min: 1, max: 50 }), (total, count) => {
        const parts = share(
          rub(total),
          Array.from({ length: count }, () => 1),
        ).map((part) => part.amountMinor);
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.each([[[]], [[0, 0]], [[-1, 2]], [[0.5]], [[94_906_266]]])("weights %j are refused", (list) => {
    expect(() => share(rub(1), list)).toThrow(RangeError);
  });

  test("a negative amount is refused", () => expect(() => share(rub(-1), [1])).toThrow(RangeError));
});

describe("discounts", () => {
  test("the sum to pay is total − floor(total × percent / 100): never a kopeck less than is due", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 10_000 }), (total, basisPoints) => {
        const due = afterDiscount(rub(total), { kind: "percent", basisPoints }).amountMinor;
        const exact = BigInt(total) * BigInt(10_000 - basisPoints);
        expect(BigInt(due) * 10_000n >= exact).toBe(true);
        expect(BigInt(due - 1) * 10_000n < exact).toBe(true);
      }),
    );
    expect(afterDiscount(rub(50_001), { kind: "percent", basisPoints: 2_500 })).toEqual(rub(37_501));
  });

  test("a sum as discount never makes the bill negative", () => {
    expect(afterDiscount(rub(100), { kind: "sum", amount: rub(30) })).toEqual(rub(70));
    expect(afterDiscount(rub(100), { kind: "sum", amount: rub(300) })).toEqual(rub(0));
  });

  test("impossible discounts are refused", () => {
    for (const basisPoints of [-1, 10_001, 0.5, Number.NaN]) {
      expect(() => afterDiscount(rub(1), { kind: "percent", basisPoints })).toThrow(RangeError);
    }
    expect(() => afterDiscount(rub(1), { kind: "sum", amount: rub(-1) })).toThrow(RangeError);
    expect(() => afterDiscount(rub(-1), { kind: "percent", basisPoints: 1 })).toThrow(RangeError);
    expect(() => afterDiscount(rub(1), { kind: "sum", amount: money(1, "EUR") })).toThrow(RangeError);
  });
});
