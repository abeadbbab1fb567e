import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PERIODS } from "../../domain/calendar.ts";
import { money } from "../../domain/money.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { covers, fitsPeriod, isInScope, isNarrowing, type Terms, type Trigger } from "../../domain/terms.ts";

const rub = (amountMinor: number) => money(amountMinor, "RUB");
const TERMS: Terms = {
  limitPerPayment: rub(600_000),
  limitPerPeriod: { amount: rub(1_000_000), period: "month" },
  methods: ["m-1", "m-2", "m-3"],
  overLimit: "skip",
  lateBill: "pay",
  noticePack: NOTICE_PACKS.RU,
  zone: "Europe/Moscow",
  trigger: { kind: "on-bill" },
};

const anyLimit = fc.oneof(
  fc.constant("unlimited" as const),
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom("RUB" as const, "EUR" as const))
    .map(([sum, currency]) => money(sum, currency)),
);
const anyTrigger: fc.Arbitrary<Trigger> = fc.oneof(
  fc.constant({ kind: "on-bill" } as const),
  fc.record({
    kind: fc.constant("on-schedule" as const),
    schedule: fc.record({ kind: fc.constant("monthly" as const), day: fc.integer({ min: 1, max: 3 }) }),
    pays: fc.oneof(fc.constant("due" as const), fc.integer({ min: 1, max: 3 }).map(rub)),
  }),
);
const anyTerms: fc.Arbitrary<Terms> = fc.record({
  limitPerPayment: anyLimit,
  limitPerPeriod: fc.oneof(
    fc.constant("unlimited" as const),
    fc.record({ amount: fc.integer({ min: 1, max: 5 }).map(rub), period: fc.constantFrom(...PERIODS) }),
  ),
  methods: fc.uniqueArray(fc.constantFrom("m-1", "m-2", "m-3"), { minLength: 1, maxLength: 3 }),
  overLimit: fc.constantFrom("ask" as const, "skip" as const),
  lateBill: fc.constantFrom("ask" as const, "pay" as const),
  unusualAmount: fc.constantFrom("ask" as const, "pay" as const),
  noticePack: fc.constantFrom(NOTICE_PACKS.RU, NOTICE_PACKS.demo),
  zone: fc.constantFrom("Europe/Moscow", "Asia/Omsk"),
  trigger: anyTrigger,
});

describe("narrowing", () => {
  test("whatever narrowed terms cover, the old ones covered too", () => {
    const anyDebit = fc.record({
      amount: fc.integer({ min: 1, max: 6 }).map(rub),
      methodId: fc.constantFrom("m-1", "m-2", "m-3"),
    });
    fc.assert(
      fc.property(
        anyTerms,
        anyTerms,
        anyDebit,
        fc.integer({ min: 0, max: 6 }).map(rub),
        (old, next, debit, used) => {
          fc.pre(isNarrowing(old, next));
          if (covers(next, debit).covered) expect(covers(old, debit).covered).toBe(true);
          if (fitsPeriod(next, { used, debit: debit.amount })) {
            expect(fitsPeriod(old, { used, debit: debit.amount })).toBe(true);
          }
        },
      ),
      { numRuns: 300, maxSkipsPerRun: 100_000 },
    );
  });

  test("equal terms narrow; two edits that narrow each other are equal in what they allow", () => {
    fc.assert(
      fc.property(anyTerms, anyTerms, (a, b) => {
        expect(isNarrowing(a, a)).toBe(true);
        if (isNarrowing(a, b) && isNarrowing(b, a)) expect(b).toEqual(a);
      }),
      { numRuns: 2_000 },
    );
  });

  test("narrowing twice is narrowing", () => {
    fc.assert(
      fc.property(anyTerms, anyTerms, anyTerms, (a, b, c) => {
        if (isNarrowing(a, b) && isNarrowing(b, c)) expect(isNarrowing(a, c)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, Partial<Terms>]>([
    ["a lower limit", { limitPerPayment: rub(1) }],
    ["a lower limit of the same period", { limitPerPeriod: { amount: rub(1), period: "month" } }],
    ["fewer methods", { methods: ["m-1", "m-3"] }],
    ["more questions", { overLimit: "ask", lateBill: "ask" }],
    ["more notice", { noticePack: { ...NOTICE_PACKS.RU, leadSeconds: 24 * 3600 } }],
    ["fewer hours", { noticePack: { ...NOTICE_PACKS.RU, hours: { from: "09:00", to: "18:00" } } }],
  ])("%s works at once", (_name, change) => expect(isNarrowing(TERMS, { ...TERMS, ...change })).toBe(true));

  test.each<[string, Partial<Terms>]>([
    ["a higher limit", { limitPerPayment: rub(600_001) }],
    ["no limit", { limitPerPayment: "unlimited" }],
    ["no limit of the period", { limitPerPeriod: "unlimited" }],
    [
      "a limit of another period, even if it looks lower",
      { limitPerPeriod: { amount: rub(1_000_000), period: "year" } },
    ],
    ["another currency", { limitPerPayment: money(1, "EUR") }],
    ["another method", { methods: ["m-1", "m-4"] }],
    ["another order of methods", { methods: ["m-2", "m-1"] }],
    ["not even one method", { methods: [] }],
    ["less notice", { noticePack: { ...NOTICE_PACKS.RU, leadSeconds: 3600 } }],
    ["the same calendar day", { noticePack: { ...NOTICE_PACKS.RU, earlierCalendarDay: false } }],
    ["a longer window", { noticePack: { ...NOTICE_PACKS.RU, window: { kind: "calendar-days", days: 3 } } }],
    ["another zone", { zone: "Asia/Vladivostok" }],
    [
      "a schedule of its own",
      { trigger: { kind: "on-schedule", schedule: { kind: "monthly", day: 5 }, pays: "due" } },
    ],
  ])("%s needs a fresh consent", (_name, change) =>
    expect(isNarrowing(TERMS, { ...TERMS, ...change })).toBe(false),
  );

  test("fewer questions need a fresh consent", () => {
    const asking: Terms = { ...TERMS, overLimit: "ask", lateBill: "ask" };
    expect(isNarrowing(asking, { ...asking, lateBill: "pay" })).toBe(false);
    expect(isNarrowing(asking, { ...asking, overLimit: "skip" })).toBe(false);
    expect(isNarrowing({ ...asking, unusualAmount: "ask" }, { ...asking, unusualAmount: "pay" })).toBe(false);
    // a version from before there was the question asks it
    expect(isNarrowing(asking, { ...asking, unusualAmount: "pay" })).toBe(false);
    expect(isNarrowing(asking, { ...asking, unusualAmount: "ask" })).toBe(true);
    expect(isNarrowing({ ...asking, unusualAmount: "ask" }, asking)).toBe(true);
    expect(isNarrowing({ ...asking, unusualAmount: "pay" }, asking)).toBe(true);
  });
});

describe("what terms cover", () => {
  test("up to the limit and not a kopeck more", () => {
    expect(covers(TERMS, { amount: rub(600_000) })).toEqual({ covered: true });
    expect(covers(TERMS, { amount: rub(600_001) })).toEqual({ covered: false, why: "over-limit" });
    expect(covers({ ...TERMS, limitPerPayment: "unlimited" }, { amount: rub(1_000_001) })).toMatchObject({
      covered: false,
    });
    expect(
      covers(
        { ...TERMS, limitPerPayment: "unlimited", limitPerPeriod: "unlimited" },
        { amount: rub(10 ** 12) },
      ).covered,
    ).toBe(true);
  });

  test("only named methods and the limit's currency", () => {
    expect(covers(TERMS, { amount: rub(1), methodId: "m-9" })).toEqual({
      covered: false,
      why: "method-not-named",
    });
    expect(covers(TERMS, { amount: money(1, "EUR") })).toEqual({ covered: false, why: "currency" });
  });

  test("another account of the same biller is another debt", () => {
    const scope = { billerId: "gorod-zhkh", account: "1" };
    expect(isInScope(scope, { ...scope })).toBe(true);
    expect(isInScope(scope, { ...scope, account: "2" })).toBe(false);
    expect(isInScope(scope, { ...scope, billerId: "mgts" })).toBe(false);
  });

  test("room in the period is what is left of it, also near the end of the safe integers", () => {
    const most: Terms = {
      ...TERMS,
      limitPerPeriod: { amount: rub(Number.MAX_SAFE_INTEGER), period: "month" },
    };
    expect(fitsPeriod(TERMS, { used: rub(400_000), debit: rub(600_000) })).toBe(true);
    expect(fitsPeriod(TERMS, { used: rub(400_001), debit: rub(600_000) })).toBe(false);
    expect(fitsPeriod(most, { used: rub(Number.MAX_SAFE_INTEGER), debit: rub(1) })).toBe(false);
    expect(fitsPeriod(TERMS, { used: rub(0), debit: money(1, "EUR") })).toBe(false);
  });
});
