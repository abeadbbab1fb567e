import { NEEDS } from "../payment.ts";

/** Why a debt was charged, or what keeps it: the closed list. Nothing else comes out of `whyPayment` and `whyBill`, and each has words in both languages. */
export const WHY_REASONS = [
  // charged
  "charged-by-autopay",
  "charged-by-you",
  "being-returned",
  "returned",
  // on its way
  "waiting-for-notice",
  "waiting-for-day",
  "waiting-for-retry",
  "waiting-for-source",
  "waiting-for-bank",
  "waiting-for-confirmation",
  "waiting-for-plan",
  "on-hold",
  // a person is asked
  ...NEEDS,
  // ended without money
  "no-answer",
  "skipped",
  "over-limit-skipped",
  "stopped-by-pause",
  "stopped-by-cancel",
  "stopped-by-method",
  "stopped",
  "taken-over",
  "duplicate",
  "annulled",
  "paid-elsewhere",
  "declined",
  // no autopay pays it
  "no-mandate",
  "paused",
  "paused-without-method",
  "mandate-ended",
  "not-by-bill",
  "another-payer",
  "paid-by-other",
  "given-back",
] as const;

export type WhyReason = (typeof WHY_REASONS)[number];

/** The steps of a debit, in the order in which they are told. */
export const WHY_STEPS = [
  "rule",
  "instruction",
  "limit-none",
  "limit-fits",
  "limit-over",
  "notice-queued",
  "notice-accepted",
  "notice-void",
  "bill-read",
  "bill-unread",
  "bill-unconfirmed",
  "attempt-open",
  "attempt-charged",
  "attempt-not-charged",
  "outcome",
] as const;

export type WhyStepName = (typeof WHY_STEPS)[number];
