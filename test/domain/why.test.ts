import { expect, test } from "vitest";
import { BILL_STATES } from "../../domain/bill.ts";
import { MANDATE_STATES } from "../../domain/mandate.ts";
import { NEEDS, PAYMENT_OUTCOMES, PAYMENT_STATES } from "../../domain/payment.ts";
import { whyBill } from "../../domain/why/bill.ts";
import type { WhyBillFacts, WhyPaymentFacts } from "../../domain/why/facts.ts";
import { whyPayment } from "../../domain/why/payment.ts";
import { WHY_REASONS } from "../../domain/why/reasons.ts";

function payment(over: Partial<WhyPaymentFacts> = {}): WhyPaymentFacts {
  return {
    state: "scheduled",
    need: null,
    outcome: null,
    reason: null,
    amountMinor: 50_000,
    currency: "RUB",
    tries: 0,
    createdAt: "2026-12-01T05:00:00.000Z",
    changedAt: "2026-12-01T05:00:00.000Z",
    plannedOn: "2026-12-02",
    held: false,
    mandate: null,
    instructions: [],
    notices: [],
    charges: [],
    ...over,
  };
}

function bill(over: Partial<WhyBillFacts> = {}): WhyBillFacts {
  return {
    state: "owed",
    planPending: false,
    claimedByAnother: false,
    paidByAnother: false,
    givenBack: false,
    payment: null,
    mandates: [],
    ...over,
  };
}

const mandate = {
  id: "KV",
  state: "active",
  pausedBy: null,
  trigger: "on-bill",
  skipped: false,
  overLimit: false,
} as const;

const everyPayment = PAYMENT_STATES.flatMap((state) =>
  [null, ...PAYMENT_OUTCOMES].flatMap((outcome) =>
    [null, ...NEEDS].flatMap((need) =>
      [0, 1].map((tries) => payment({ state, outcome, need, tries, held: tries === 1 && need === null })),
    ),
  ),
);

test("nothing outside the closed list comes out, whatever the state of payment, bill and mandate", () => {
  const known = new Set<string>(WHY_REASONS);
  for (const facts of everyPayment) {
    expect(known).toContain(whyPayment(facts));
    for (const state of BILL_STATES)
      expect(known).toContain(whyBill(bill({ state, payment: { id: "KV", facts } })));
  }
  for (const state of MANDATE_STATES)
    for (const pausedBy of [null, "payer", "system", "operator"] as const)
      for (const trigger of ["on-bill", "on-schedule", "on-balance"] as const)
        for (const flag of [false, true])
          expect(known).toContain(
            whyBill(
              bill({ mandates: [{ ...mandate, state, pausedBy, trigger, skipped: flag, overLimit: !flag }] }),
            ),
          );
});

test("a debit that waits for its bill's source says so, unless it waits for its notice", () => {
  const notice = {
    channel: null,
    createdAt: "2026-12-01T05:00:00.000Z",
    acceptedAt: null,
    plannedOn: "2026-12-02",
    amountMinor: 50_000,
  } as const;
  for (const reason of ["source silent", "source unclear", "source not confirmed"]) {
    expect(whyPayment(payment({ reason }))).toBe("waiting-for-source");
    const notices = [{ ...notice, state: "queued" as const }];
    expect(whyPayment(payment({ reason, notices }))).toBe("waiting-for-notice");
  }
  expect(whyPayment(payment({ reason: "card busy" }))).toBe("waiting-for-day");
});

test.each<readonly [string, Partial<WhyBillFacts>]>([
  ["no-mandate", {}],
  ["over-limit-skipped", { mandates: [{ ...mandate, overLimit: true }] }],
  ["paused", { mandates: [{ ...mandate, state: "paused", pausedBy: "payer" }] }],
  ["paused-without-method", { mandates: [{ ...mandate, state: "paused", pausedBy: "system" }] }],
  ["skipped", { mandates: [{ ...mandate, skipped: true }] }],
  ["mandate-ended", { mandates: [{ ...mandate, state: "ended" }] }],
  ["not-by-bill", { mandates: [{ ...mandate, trigger: "on-schedule" }] }],
  ["another-payer", { claimedByAnother: true }],
  ["given-back", { givenBack: true }],
  ["annulled", { state: "annulled" }],
  ["paid-elsewhere", { state: "paid-elsewhere" }],
  ["paid-by-other", { state: "paid", paidByAnother: true }],
  ["late-bill", { payment: { id: "KV", facts: payment({ state: "needs-payer", need: "late-bill" }) } }],
  ["no-answer", { payment: { id: "KV", facts: payment({ state: "closed", outcome: "gave-up" }) } }],
  // what was stopped is no answer any more: today's mandate tells why it is not paid
  [
    "paused",
    {
      payment: { id: "KV", facts: payment({ state: "closed", outcome: "stopped" }) },
      mandates: [{ ...mandate, state: "paused", pausedBy: "payer" }],
    },
  ],
])("a bill is not paid: %s", (reason, facts) => {
  expect(whyBill(bill(facts))).toBe(reason);
});
