import type { Need } from "./payment.ts";

/** Needs that are a question about money with an answer of its own: pay this one, or skip it. Without an answer it is skipped, and told. */
export const QUESTION_NEEDS = ["over-limit", "unusual-amount"] as const satisfies readonly Need[];

/** Is this need a question whose default is "not paid"? */
export function isQuestion(need: Need | null): boolean {
  return QUESTION_NEEDS.some((one) => one === need);
}

const HOUR_MS = 3_600_000;
/** A day to pay by hand, and at least a day to answer. */
const DAY_MS = 24 * HOUR_MS;

/**
 * Until when a question waits (payment rules §3.1, P5): a day before the last safe instant, so that its default, not paid, is told in time to pay by hand. The payer has as long as the pack gives
 * for a notice, and at least a day; where a bill leaves less than that, half of what it leaves; where nothing can be saved any more, a day.
 *
 * @param at.now when it is asked
 * @param at.notBefore when a debit could come if its notice were accepted now: the pack's lead
 * @param at.lastSafe after this the money would arrive too late
 */
export function questionDeadline(at: {
  readonly now: string;
  readonly notBefore: string;
  readonly lastSafe: string;
}): string {
  const [now, lead, safe] = [at.now, at.notBefore, at.lastSafe].map((text) => Date.parse(text));
  if (now === undefined || lead === undefined || safe === undefined) throw new RangeError("no instants");
  const answer = Math.max(DAY_MS, lead - now);
  if (safe - DAY_MS >= now + answer) return new Date(safe - DAY_MS).toISOString();
  const half = Math.floor((safe - now) / 2);
  return new Date(now + (half >= HOUR_MS ? half : DAY_MS)).toISOString();
}
