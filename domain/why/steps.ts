import type { CivilDate } from "../calendar.ts";
import type { Money } from "../money.ts";
import { covers, fitsPeriod } from "../terms.ts";
import type { WhyPaymentFacts } from "./facts.ts";
import { whyPayment } from "./payment.ts";
import type { WhyReason, WhyStepName } from "./reasons.ts";

/** One step of a debit: what was checked or done, when, and with which result. */
export type WhyStep = {
  readonly step: WhyStepName;
  readonly at: string;
  readonly amount: Money | null;
  /** Of a limit: what it allows; of a notice: the day that it names. */
  readonly limit: Money | null;
  readonly plannedOn: CivilDate | null;
  readonly mandateVersion: number | null;
  readonly channel: string | null;
  readonly chargeId: string | null;
  /** How an attempt ended at its gateway. */
  readonly decline: {
    readonly gateway: string;
    readonly code: string | null;
    readonly because: string | null;
  } | null;
  /** How old the source's word was on which a debit stood that it did not confirm. */
  readonly wordAgeSeconds: number | null;
  readonly reason: WhyReason | null;
};

const nothing = {
  amount: null,
  limit: null,
  plannedOn: null,
  mandateVersion: null,
  channel: null,
  chargeId: null,
  decline: null,
  wordAgeSeconds: null,
  reason: null,
};

/** The timeline of a debit: rule, limit, notices, attempts in order of time, and the outcome. */
export function stepsOf(facts: WhyPaymentFacts): readonly WhyStep[] {
  const { createdAt: at, changedAt } = facts;
  const done = [
    ...instructionSteps(facts),
    ...noticeSteps(facts),
    ...readingSteps(facts),
    ...attemptSteps(facts),
  ];
  return [
    ...ruleSteps(facts),
    ...limitSteps(facts),
    ...done.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    {
      ...nothing,
      step: "outcome",
      at: changedAt > at ? changedAt : at,
      amount: moneyOf(facts, facts.amountMinor),
      reason: whyPayment(facts),
    },
  ];
}

function moneyOf({ currency }: WhyPaymentFacts, amountMinor: number): Money {
  return { amountMinor, currency };
}

function ruleSteps({ mandate }: WhyPaymentFacts): readonly WhyStep[] {
  if (mandate === null) return [];
  return [{ ...nothing, step: "rule", at: mandate.agreedAt, mandateVersion: mandate.version }];
}

function limitSteps(facts: WhyPaymentFacts): readonly WhyStep[] {
  const { mandate, createdAt: at } = facts;
  if (mandate === null) return [];
  const { limitPerPayment, limitPerPeriod } = mandate.terms;
  const amount = moneyOf(facts, facts.amountMinor);
  if (limitPerPayment === "unlimited" && limitPerPeriod === "unlimited")
    return [{ ...nothing, step: "limit-none", at, amount }];
  const used = moneyOf(facts, mandate.usedMinor);
  const fits =
    covers(mandate.terms, { amount }).covered && fitsPeriod(mandate.terms, { used, debit: amount });
  const limit =
    limitPerPayment === "unlimited"
      ? limitPerPeriod === "unlimited"
        ? null
        : limitPerPeriod.amount
      : limitPerPayment;
  return [{ ...nothing, step: fits ? "limit-fits" : "limit-over", at, amount, limit }];
}

function instructionSteps(facts: WhyPaymentFacts): readonly WhyStep[] {
  return facts.instructions.map(({ at, amountMinor }) => ({
    ...nothing,
    step: "instruction",
    at,
    amount: moneyOf(facts, amountMinor),
  }));
}

function noticeSteps(facts: WhyPaymentFacts): readonly WhyStep[] {
  return facts.notices.map(({ state, createdAt, acceptedAt, channel, plannedOn, amountMinor }) => ({
    ...nothing,
    step: `notice-${acceptedAt === null ? state : "accepted"}` as const,
    at: acceptedAt ?? createdAt,
    amount: moneyOf(facts, amountMinor),
    channel,
    plannedOn,
  }));
}

/** What the bill's source said right before each attempt, or that it said nothing. */
function readingSteps({ charges }: WhyPaymentFacts): readonly WhyStep[] {
  return charges.flatMap(({ reading, sentAt }): WhyStep[] => {
    const told = reading?.find(({ ended }) => ended === "read" || ended === "fresh");
    if (told !== undefined) return [{ ...nothing, step: "bill-read", at: told.readAt }];
    const unclear = reading?.some(({ ended }) => ended === "unclear") ?? false;
    return (reading ?? []).slice(0, 1).map(({ ageSeconds }) => ({
      ...nothing,
      step: unclear ? "bill-unconfirmed" : "bill-unread",
      at: sentAt,
      wordAgeSeconds: ageSeconds,
    }));
  });
}

function attemptSteps(facts: WhyPaymentFacts): readonly WhyStep[] {
  return facts.charges.map(({ id, state, sentAt, decidedAt, gateway, reason, because, amountMinor }) => ({
    ...nothing,
    step:
      state === "charged"
        ? "attempt-charged"
        : state === "not-charged"
          ? "attempt-not-charged"
          : "attempt-open",
    at: decidedAt ?? sentAt,
    amount: moneyOf(facts, amountMinor),
    chargeId: id,
    decline: state === "not-charged" ? { gateway, code: reason, because } : null,
  }));
}
