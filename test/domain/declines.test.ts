import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { declineOf, isListed } from "../../domain/decline.ts";
import { FORBIDDING_ADVICE, NETWORK_WAIT_MINUTES } from "../../domain/declines/advice.ts";
import { DECLINE_CLASSES, REASON_NAMES, type ReasonFacts, REASONS } from "../../domain/declines/reason.ts";
import { STRIPE_DECLINES } from "../../domain/declines/stripe.ts";
import { YOOKASSA_DECLINES } from "../../domain/declines/yookassa.ts";
import { NEEDS } from "../../domain/payment.ts";
import { afterNotCharged, type FailedTry } from "../../domain/retry-policy.ts";

const words = (text: string) => text.trim().split(/\s+/);
/** Protocol facts §1.7: every reason that the vendor names. */
const YOOKASSA_CODES =
  words(`insufficient_funds issuer_unavailable internal_timeout payment_method_limit_exceeded
  general_decline call_issuer 3d_secure_failed identification_required permission_revoked card_expired
  invalid_card_number invalid_csc payment_method_restricted fraud_suspected country_forbidden
  expired_on_confirmation expired_on_capture canceled_by_merchant unsupported_mobile_operator
  deal_expired loan_declined loan_declined_by_payer loan_application_expired rejected_by_timeout`);
/** Protocol facts §2.3: the fifty decline codes that are published, by the groups in which they stand there. */
const STRIPE_GROUPS = {
  later:
    words(`insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded do_not_honor generic_decline
    no_action_taken try_again_later`),
  soon: words("processing_error issuer_not_available reenter_transaction approve_with_id"),
  customer: words(
    `authentication_required authentication_not_handled mobile_device_authentication_required call_issuer`,
  ),
  typed:
    words(`incorrect_cvc incorrect_number incorrect_zip incorrect_address incorrect_pin invalid_cvc invalid_number
    invalid_expiry_month invalid_expiry_year invalid_pin`),
  stop: words(`expired_card lost_card stolen_card pickup_card restricted_card fraudulent merchant_blacklist security_violation
    do_not_try_again invalid_account new_account_information_available card_not_supported currency_not_supported
    transaction_not_allowed service_not_allowed not_permitted pin_try_exceeded offline_pin_required online_or_offline_pin_required`),
  end: words("revocation_of_authorization revocation_of_all_authorizations stop_payment_order"),
  twin: ["duplicate_transaction"],
  ours: words("invalid_amount testmode_decline"),
} as const;

const failed = (change: Partial<FailedTry>): FailedTry => ({
  gateway: "stripe",
  how: "declined",
  reason: "generic_decline",
  initiatedBy: "mit",
  attempt: 1,
  ...change,
});

describe("the lists", () => {
  test("hold every reason that YooKassa names and all fifty codes of Stripe, and no invented one", () => {
    expect(Object.keys(YOOKASSA_DECLINES).toSorted()).toEqual(YOOKASSA_CODES.toSorted());
    expect(Object.keys(STRIPE_DECLINES).toSorted()).toEqual(Object.values(STRIPE_GROUPS).flat().toSorted());
    expect(Object.keys(STRIPE_DECLINES)).toHaveLength(50);
  });

  test("use every reason of ours and every class", () => {
    const ends = ["not-sent", "decided-by-hand", "unlisted", "bank-asks-to-wait"];
    const used = [...Object.values(YOOKASSA_DECLINES), ...Object.values(STRIPE_DECLINES)].map(
      (one) => one.reason,
    );
    expect(new Set([...used, ...ends])).toEqual(new Set(REASON_NAMES));
    expect(new Set(REASON_NAMES.map((name) => REASONS[name].class))).toEqual(new Set(DECLINE_CLASSES));
    for (const name of REASON_NAMES) expect(NEEDS).toContain(REASONS[name].need);
  });

  const follows = {
    later: "again",
    soon: "again",
    customer: "payer",
    typed: "method-dead",
    stop: "method-dead",
    end: "method-dead",
    twin: "look-up-first",
    ours: "payer",
  } as const;
  for (const [group, codes] of Object.entries(STRIPE_GROUPS) as [keyof typeof follows, readonly string[]][]) {
    test.each(codes)(`Stripe's %s leads to ${follows[group]}`, (reason) => {
      const after = afterNotCharged(failed({ reason }));
      expect(after.next).toBe(follows[group]);
      expect(after.because).toBe(declineOf("stripe", reason).reason);
      if (group === "end")
        expect(after).toMatchObject({ method: "withdrawn", bansCard: "mit", fallbackAllowed: false });
      if (group === "ours") expect(after).toMatchObject({ byUs: true, alarm: expect.any(String) });
      if (group !== "twin" && group !== "ours") expect(after.alarm).toBeUndefined();
    });
  }

  test("what must be told in neutral words is followed by no other card, and no card is followed after it forbids itself", () => {
    for (const reason of [...STRIPE_GROUPS.stop, ...STRIPE_GROUPS.end]) {
      const { neutral, class: ofReason }: ReasonFacts = REASONS[declineOf("stripe", reason).reason];
      const after = afterNotCharged(failed({ reason }));
      expect(after).toMatchObject({ fallbackAllowed: neutral !== true && ofReason === "method-dead" });
    }
  });

  test("data typed wrongly by a payer who is present do not end their saved card", () => {
    for (const reason of STRIPE_GROUPS.typed) {
      expect(afterNotCharged(failed({ reason, initiatedBy: "cit" }))).toMatchObject({
        next: "payer",
        need: "new-method",
      });
    }
  });

  test("a code that nobody has listed asks the payer and raises an alarm, whatever encouraging advice comes with it", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("stripe", "yookassa", "third"), (reason, gateway) => {
        fc.pre(!isListed(gateway, reason));
        for (const advice of [{}, { code: "try_again_later" }, { networkAdviceCode: "24" }]) {
          const after = afterNotCharged(failed({ reason, gateway, advice }));
          expect(after).toMatchObject({ next: "payer", because: "unlisted", alarm: expect.any(String) });
        }
      }),
    );
  });
});

describe("advice", () => {
  const codes = Object.keys(STRIPE_DECLINES);
  const forbidding = [
    ...Object.keys(FORBIDDING_ADVICE.codes).map((code) => ({ code })),
    ...Object.keys(FORBIDDING_ADVICE.networkAdvice).map((networkAdviceCode) => ({ networkAdviceCode })),
    ...Object.keys(FORBIDDING_ADVICE.networkDeclines).map((networkDeclineCode) => ({ networkDeclineCode })),
  ];

  test.each(forbidding)("%j wins over every code: no further try", (advice) => {
    for (const reason of [...codes, "a_code_of_tomorrow"]) {
      const after = afterNotCharged(failed({ reason, advice }));
      expect(["method-dead", "look-up-first"], reason).toContain(after.next);
      if (after.next === "method-dead" && !("code" in advice && advice.code === "confirm_card_data")) {
        expect(after.bansCard, reason).toBeDefined();
        expect(after.fallbackAllowed && after.neutralWords).toBe(false);
      }
    }
  });

  test("03 forbids the card to everybody, 21 to charges without the payer and ends the permission", () => {
    const after = (networkAdviceCode: string) =>
      afterNotCharged(failed({ reason: "insufficient_funds", advice: { networkAdviceCode } }));
    expect(after("03")).toMatchObject({ method: "unusable", bansCard: "all", because: "bank-forbids-retry" });
    expect(after("21")).toMatchObject({
      method: "withdrawn",
      bansCard: "mit",
      because: "permission-withdrawn",
    });
  });

  test("suspicion stays unnamed also where advice forbids the card", () => {
    const after = afterNotCharged(failed({ reason: "stolen_card", advice: { networkDeclineCode: "43" } }));
    expect(after).toMatchObject({
      because: "card-unusable",
      neutralWords: true,
      bansCard: "all",
      fallbackAllowed: false,
    });
  });

  test.each(Object.entries(NETWORK_WAIT_MINUTES))(
    "Mastercard's %s waits at least %i minutes",
    (code, minutes) => {
      for (const reason of [
        "insufficient_funds",
        "do_not_honor",
        "issuer_not_available",
        "transaction_not_allowed",
      ]) {
        const after = afterNotCharged(failed({ reason, advice: { networkAdviceCode: code } }));
        expect(after.next).toBe("again");
        if (after.next === "again") expect(after.shortestWaitMinutes).toBeGreaterThanOrEqual(minutes);
      }
    },
  );

  test("an encouragement revives a refused card, but asks no bank in the payer's place and hides no suspicion", () => {
    const after = (reason: string) =>
      afterNotCharged(failed({ reason, advice: { code: "try_again_later" } }));
    expect(after("card_not_supported")).toMatchObject({ next: "again", because: "bank-asks-to-wait" });
    expect(after("insufficient_funds")).toMatchObject({ next: "again", because: "not-enough-money" });
    expect(after("authentication_required").next).toBe("payer");
    expect(after("fraudulent").next).toBe("method-dead");
    expect(after("revocation_of_authorization").next).toBe("method-dead");
    expect(after("duplicate_transaction").next).toBe("look-up-first");
  });
});
