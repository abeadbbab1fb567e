import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isUndecided, UNDECIDED } from "../../domain/charge.ts";
import { secondsToNextLook } from "../../domain/ladder.ts";
import { nextStep, type PaymentLook } from "../../domain/next-step.ts";
import { PAYMENT_STATES } from "../../domain/payment.ts";

const at = (minutes: number): string => new Date(Date.UTC(2026, 2, 1, 12, minutes)).toISOString();
const anyInstant = fc.integer({ min: 0, max: 120 }).map(at);
const anyLook: fc.Arbitrary<PaymentLook> = fc.record({
  now: anyInstant,
  state: fc.constantFrom(...PAYMENT_STATES),
  outcome: fc.constant(null),
  nextLookAt: anyInstant,
  giveUpAt: anyInstant,
  sourceSilent: fc.boolean(),
  stopped: fc.boolean(),
  asked: fc.boolean(),
  charge: fc.option(
    fc.record({
      id: fc.constant("KV-1-1"),
      state: fc.constantFrom(...UNDECIDED, "charged" as const, "not-charged" as const),
      leased: fc.boolean(),
      objectKnown: fc.boolean(),
    }),
    { nil: null },
  ),
});

describe("the next step of a payment", () => {
  test("a stopped payment is never charged", () => {
    fc.assert(
      fc.property(anyLook, (look) => {
        expect(nextStep({ ...look, stopped: true }).do).not.toBe("charge");
      }),
    );
  });

  test("nothing is charged before its time, and only what is scheduled", () => {
    fc.assert(
      fc.property(anyLook, (look) => {
        if (nextStep(look).do !== "charge") return;
        expect(look.state).toBe("scheduled");
        expect(look.nextLookAt <= look.now).toBe(true);
      }),
    );
  });

  test("while a charge is under way there is no other charge and no closing, stopped or not", () => {
    fc.assert(
      fc.property(anyLook, (look) => {
        const step = nextStep({ ...look, state: "charging" });
        expect(["wait", "look-up"]).toContain(step.do);
      }),
    );
  });

  test("a charge whose sender holds its lease is left alone", () => {
    fc.assert(
      fc.property(anyLook, (look) => {
        const charge = { id: "KV-1-1", state: "sending", leased: true, objectKnown: false } as const;
        expect(nextStep({ ...look, state: "charging", charge }).do).toBe("wait");
      }),
    );
  });

  test("whoever waits for the payer waits to the deadline and no longer", () => {
    fc.assert(
      fc.property(anyLook, (look) => {
        const step = nextStep({ ...look, state: "needs-payer", stopped: false });
        expect(step.do).toBe(look.now >= look.giveUpAt ? "close" : "wait");
      }),
    );
  });

  test("what has ended ends", () => {
    for (const state of ["paid", "closed", "returning"] as const) {
      const look = {
        now: at(0),
        nextLookAt: at(0),
        giveUpAt: at(0),
        sourceSilent: false,
        stopped: true,
        asked: true,
        outcome: null,
      };
      expect(nextStep({ ...look, state, charge: null })).toEqual({ do: "end", how: state });
    }
  });
});

describe("the ladder of look-ups", () => {
  const steps = (state: (typeof UNDECIDED)[number], objectKnown: boolean, count: number) =>
    Array.from({ length: count }, (_, looks) => secondsToNextLook({ state, looks, objectKnown }));

  test("5 s, 15 s, 1 m, 5 m, 15 m, 1 h, 6 h, then daily without end", () => {
    expect(steps("pending", true, 9)).toEqual([5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 86_400]);
    expect(secondsToNextLook({ state: "unknown", looks: 10_000, objectKnown: true })).toBe(86_400);
  });

  test("without an object id: 5 s, 15 s, once a minute for ten minutes, then on the ladder", () => {
    expect(steps("unknown", false, 17)).toEqual([
      5,
      15,
      ...Array.from({ length: 10 }, () => 60),
      300,
      900,
      3_600,
      21_600,
      86_400,
    ]);
  });

  test("every undecided charge is looked at again within a day, however often it was", () => {
    fc.assert(
      fc.property(fc.constantFrom(...UNDECIDED), fc.nat(), fc.boolean(), (state, looks, objectKnown) => {
        const seconds = secondsToNextLook({ state, looks, objectKnown });
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(86_400);
        expect(isUndecided(state)).toBe(true);
      }),
    );
  });
});
