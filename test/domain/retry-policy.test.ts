import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, dateOfDayNumber } from "../../domain/calendar.ts";
import { declineOf } from "../../domain/decline.ts";
import { DECLINE_CLASSES } from "../../domain/declines/reason.ts";
import { STRIPE_DECLINES } from "../../domain/declines/stripe.ts";
import { YOOKASSA_DECLINES } from "../../domain/declines/yookassa.ts";
import { NEEDS, NOT_CHARGED } from "../../domain/payment.ts";
import {
  afterNotCharged,
  type FailedTry,
  RETRY_PLANS,
  retryMoment,
  withJitter,
} from "../../domain/retry-policy.ts";

const REASONS = [...Object.keys(YOOKASSA_DECLINES), ...Object.keys(STRIPE_DECLINES)];
const failed = (change: Partial<FailedTry> = {}): FailedTry => ({
  gateway: "yookassa",
  how: "declined",
  reason: "insufficient_funds",
  initiatedBy: "mit",
  attempt: 1,
  ...change,
});
const anyFailure: fc.Arbitrary<FailedTry> = fc.record({
  gateway: fc.constantFrom("yookassa", "stripe", "another"),
  advice: fc.record(
    {
      code: fc.constantFrom("confirm_card_data", "do_not_try_again", "try_again_later", "tomorrow"),
      networkAdviceCode: fc.constantFrom("01", "02", "03", "21", "24", "27", "30", "99", "constructor"),
      networkDeclineCode: fc.constantFrom("05", "04", "14", "51", "57", "R0", "R1", "toString"),
    },
    { requiredKeys: [] },
  ),
  how: fc.constantFrom(...NOT_CHARGED),
  reason: fc.oneof(fc.constantFrom(...REASONS, "ours", "technical", "__proto__", "toString"), fc.string()),
  initiatedBy: fc.constantFrom("mit" as const, "cit" as const),
  attempt: fc.integer({ min: 1, max: 10 }),
});

describe("declines", () => {
  test("a reason of tomorrow is unlisted and asks the payer, also one that looks like a property", () => {
    for (const reason of ["brand_new_reason", "", "toString", "__proto__", "constructor"]) {
      expect(declineOf("yookassa", reason).class).toBe("unlisted");
      expect(afterNotCharged(failed({ reason }))).toMatchObject({ next: "payer", alarm: expect.any(String) });
    }
    expect(declineOf("nobody", "insufficient_funds").class).toBe("unlisted");
  });

  test.each(["3d_secure_failed", "expired_on_confirmation"])(
    "%s asks for the payer: a second charge with confirmation",
    (reason) => {
      expect(declineOf("yookassa", reason)).toMatchObject({ asksForPayer: true, need: "confirm-again" });
      expect(afterNotCharged(failed({ reason }))).toMatchObject({ next: "payer", asksForPayer: true });
    },
  );
});

describe("what follows a charge without money", () => {
  test("is always decided, with a need that people know", () => {
    fc.assert(
      fc.property(anyFailure, (failure) => {
        const after = afterNotCharged(failure);
        if (after.next !== "gave-up") expect(NEEDS).toContain(after.need);
        expect(DECLINE_CLASSES).toContain(declineOf(failure.gateway, failure.reason).class);
      }),
    );
  });

  test("nothing is tried alone after a charge that the payer started", () => {
    fc.assert(
      fc.property(anyFailure, (failure) => {
        expect(afterNotCharged({ ...failure, initiatedBy: "cit" }).next).not.toBe("again");
      }),
    );
  });

  test("tries come to an end: at most three more, whatever the reason", () => {
    fc.assert(
      fc.property(anyFailure, (failure) => {
        expect(afterNotCharged({ ...failure, attempt: 4 }).next).not.toBe("again");
      }),
    );
  });

  test("no funds: tomorrow morning, payday, the last safe day, then the payer", () => {
    const rules = [1, 2, 3, 4].map((attempt) => afterNotCharged(failed({ attempt })));
    expect(rules.slice(0, 3).map((after) => (after.next === "again" ? after.rule.kind : ""))).toEqual(
      RETRY_PLANS.funds.map((rule) => rule.kind),
    );
    expect(rules[3]).toMatchObject({ next: "payer", need: "new-method" });
  });

  test("a time-out inside the gateway is tried after a minute, an unreachable issuer after a quarter of an hour", () => {
    expect(afterNotCharged(failed({ reason: "internal_timeout" }))).toMatchObject({ rule: { minutes: 1 } });
    expect(afterNotCharged(failed({ reason: "issuer_unavailable" }))).toMatchObject({
      rule: { minutes: 15 },
    });
    expect(afterNotCharged(failed({ reason: "internal_timeout", attempt: 2 }))).toMatchObject({
      rule: { minutes: 120 },
    });
  });

  test("a dead card is not tried again; suspected fraud allows no fallback and gets neutral words", () => {
    expect(afterNotCharged(failed({ reason: "card_expired" }))).toMatchObject({
      next: "method-dead",
      method: "unusable",
      fallbackAllowed: true,
    });
    expect(afterNotCharged(failed({ reason: "fraud_suspected" }))).toMatchObject({
      fallbackAllowed: false,
      neutralWords: true,
    });
  });

  test("a permission withdrawn at the bank withdraws the method", () => {
    expect(afterNotCharged(failed({ reason: "permission_revoked" }))).toMatchObject({
      next: "method-dead",
      method: "withdrawn",
      fallbackAllowed: false,
    });
  });

  test("a refusal that is our fault is said to be ours and rings an alarm; a technical one is tried again", () => {
    expect(afterNotCharged(failed({ how: "refused", reason: "ours" }))).toMatchObject({
      next: "payer",
      byUs: true,
      alarm: expect.any(String),
    });
    expect(afterNotCharged(failed({ how: "refused", reason: "technical" })).next).toBe("again");
    expect(afterNotCharged(failed({ how: "absent", reason: "" })).next).toBe("again");
  });
});

describe("when the next try comes", () => {
  const anyDay = fc.integer({ min: 20_000, max: 25_000 }).map(dateOfDayNumber);
  const rules = Object.values(RETRY_PLANS).flat();

  test("never today, never after the last safe day, never more than 14 days after the first failure", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rules),
        anyDay,
        fc.nat({ max: 20 }),
        fc.option(fc.nat({ max: 30 }), { nil: undefined }),
        fc.nat({ max: 30 }),
        (rule, today, since, safeIn, paydayIn) => {
          const firstFailedOn = addDays(today, -since);
          const lastSafeDay = safeIn === undefined ? {} : { lastSafeDay: addDays(today, safeIn) };
          const moment = retryMoment(rule, {
            today,
            firstFailedOn,
            nextPayday: addDays(today, paydayIn),
            ...lastSafeDay,
          });
          if (moment === null || "waitMinutes" in moment) return;
          expect(moment.date > today).toBe(true);
          expect(moment.date <= addDays(firstFailedOn, 14)).toBe(true);
          if (safeIn !== undefined) expect(moment.date <= addDays(today, safeIn)).toBe(true);
        },
      ),
    );
  });

  test("without a due date there is no last safe day to try on", () => {
    const calendar = { today: "2026-03-02", firstFailedOn: "2026-03-01", nextPayday: "2026-03-05" };
    expect(retryMoment({ kind: "last-safe-day", time: "10:15" }, calendar)).toBeNull();
    expect(retryMoment({ kind: "payday", time: "12:00", days: [5] }, calendar)).toEqual({
      date: "2026-03-05",
      time: "12:00",
    });
  });

  test("jitter stays within ten per cent", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (wait, share) => {
          expect(Math.abs(withJitter(wait, share) - wait)).toBeLessThanOrEqual(wait * 0.1 + 0.5);
        },
      ),
    );
    expect(() => withJitter(1, 2)).toThrow(RangeError);
    expect(() => withJitter(1, Number.NaN)).toThrow(RangeError);
  });
});
