import { type Evolution, lookUpMove, type Moves, moved, rejected } from "./moves.ts";

export * from "./charge.ts";

/** Our effort to pay one debt (payment rules §3). */
export type PaymentState = "scheduled" | "needs-payer" | "charging" | "paid" | "returning" | "closed";

export const PAYMENT_STATES = [
  "scheduled",
  "needs-payer",
  "charging",
  "paid",
  "returning",
  "closed",
] as const satisfies readonly PaymentState[];

/** P1 and P2: a payment planned by a mandate or asked for by a person begins here. */
export const PAYMENT_BEGINS: PaymentState = "scheduled";

/** Why a payment ended with no money kept. */
export type PaymentOutcome =
  | "stopped"
  | "skipped"
  | "gave-up"
  | "taken-over"
  | "duplicate"
  | "annulled"
  | "paid-elsewhere"
  | "returned";

export const PAYMENT_OUTCOMES = [
  "stopped",
  "skipped",
  "gave-up",
  "taken-over",
  "duplicate",
  "annulled",
  "paid-elsewhere",
  "returned",
] as const satisfies readonly PaymentOutcome[];

/** What a person has to do before a payment in `needs-payer` goes on. */
export type Need =
  | "confirm-again"
  | "new-method"
  | "confirm-amount"
  | "bill-unconfirmed"
  | "over-limit"
  | "unusual-amount"
  | "approval"
  | "payee-changed"
  | "late-bill"
  | "no-channel"
  | "contact-bank";

export const NEEDS = [
  "confirm-again",
  "new-method",
  "confirm-amount",
  "bill-unconfirmed",
  "over-limit",
  "unusual-amount",
  "approval",
  "payee-changed",
  "late-bill",
  "no-channel",
  "contact-bank",
] as const satisfies readonly Need[];

/**
 * What can happen to a payment. `not-charged-*`: its charge ended without money and the plan has a next date (`again`), a
 * person can mend it (`ask`), or nothing is left (`end`). `money-kept` / `money-not-wanted`: its charge took money and §3.2 judged it.
 */
export type PaymentEvent =
  | "gate-passed"
  | "gate-deferred"
  | "person-needed"
  | "stopped"
  | "deadline-passed"
  | "taken-over"
  | "person-acted"
  | "not-charged-again"
  | "not-charged-ask"
  | "not-charged-end"
  | "money-kept"
  | "money-not-wanted"
  | "refunded-in-full";

export const PAYMENT_EVENTS = [
  "gate-passed",
  "gate-deferred",
  "person-needed",
  "stopped",
  "deadline-passed",
  "taken-over",
  "person-acted",
  "not-charged-again",
  "not-charged-ask",
  "not-charged-end",
  "money-kept",
  "money-not-wanted",
  "refunded-in-full",
] as const satisfies readonly PaymentEvent[];

/**
 * Payment rules §3.1. Money found for an earlier charge (C11) while the payment waits in `scheduled` or `needs-payer` is
 * judged like P8: ground rule 4 lets proof of money win over every earlier state.
 */
export const PAYMENT_MOVES = {
  scheduled: {
    "gate-passed": "charging",
    "gate-deferred": "scheduled",
    "person-needed": "needs-payer",
    stopped: "closed",
    "deadline-passed": "closed",
    "taken-over": "closed",
    "money-kept": "paid",
    "money-not-wanted": "returning",
  },
  "needs-payer": {
    stopped: "closed",
    "deadline-passed": "closed",
    "taken-over": "closed",
    "person-acted": "scheduled",
    "money-kept": "paid",
    "money-not-wanted": "returning",
  },
  charging: {
    stopped: "charging",
    "deadline-passed": "charging",
    "not-charged-again": "scheduled",
    "not-charged-ask": "needs-payer",
    "not-charged-end": "closed",
    "money-kept": "paid",
    "money-not-wanted": "returning",
  },
  paid: {},
  returning: { "refunded-in-full": "closed" },
  closed: { "money-kept": "paid", "money-not-wanted": "returning" },
} as const satisfies Moves<PaymentState, PaymentEvent>;

/** What the move of a payment depends on beside its state. */
export type PaymentFacts = {
  readonly state: PaymentState;
  /** A stop or a passed deadline was recorded while a charge was under way (P9). */
  readonly stopMark: boolean;
};

/**
 * Answers what an event does to a payment; total over all states and events. A stop or a deadline during `charging` leaves the state
 * and means "write the stop mark" (P9). With a stop mark only `not-charged-end` may follow a charge without money (P7).
 */
export function evolvePayment(payment: PaymentFacts, event: PaymentEvent): Evolution<PaymentState> {
  const { state, stopMark } = payment;
  const to = lookUpMove<PaymentState, PaymentEvent>(PAYMENT_MOVES, state, event);
  if (to === undefined) return rejected(state, whyNoMove(state, event));
  if (stopMark && (event === "not-charged-again" || event === "not-charged-ask")) {
    return rejected(state, "a stop mark stands: after a charge without money this payment can only end");
  }
  if (stopMark && event === "gate-passed") return rejected(state, "a stop mark stands: nothing is sent");
  const foundLate = state !== "charging" && (event === "money-kept" || event === "money-not-wanted");
  return moved(state, to, foundLate ? "money was found for a charge that counted as not charged" : undefined);
}

function whyNoMove(state: PaymentState, event: PaymentEvent): string {
  if (event === "taken-over" && state === "charging") {
    return "the debt is being paid: a charge is undecided, nobody else may take it over";
  }
  if (event === "gate-passed" && state === "charging") return "a charge is undecided: no second one";
  if (
    (event === "money-kept" || event === "money-not-wanted") &&
    (state === "paid" || state === "returning")
  ) {
    return `the payment is ${state}: further money is owed back by a refund beside it`;
  }
  if (state === "paid") return "paid is final: refunds and disputes are records beside it";
  if (state === "closed") return "closed is final: only money found can move it";
  return `${event} has no meaning while a payment is ${state}`;
}
