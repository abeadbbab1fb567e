import { NEEDS } from "../payment.ts";

/** What a line of the forecast says will happen. `expected`: something that depends on what others still have to send. */
export const FORECAST_KINDS = [
  "notice",
  "debit",
  "question",
  "question-ends",
  "skipped",
  "resumed",
  "expected",
] as const;

export type ForecastKind = (typeof FORECAST_KINDS)[number];

/** The closed list of reasons: no line bears another one, and each has words in both languages. */
export const FORECAST_REASONS = [
  // what is announced and debited, and where it comes from
  "schedule",
  "bill",
  "other-method",
  "notice-too-old",
  "under-way",
  "on-hold",
  // what the payer is asked, and what ends unanswered
  ...NEEDS,
  // what is left out
  "paused",
  "sum-not-taken",
  // what ends by its date
  "pause-over",
  // what nobody knows yet
  "usual-bill",
  "first-bill",
  "due-on-schedule",
  "balance-falls",
] as const;

export type ForecastReason = (typeof FORECAST_REASONS)[number];

/** What a line rests on that may still turn out differently by itself. */
export const FORECAST_DEPENDENCIES = [
  "bill-to-come",
  "balance",
  "days-not-decreed",
  "source-reading",
  "card-expires",
  "hold",
] as const;

export type ForecastDependency = (typeof FORECAST_DEPENDENCIES)[number];
