import type { WhyReason } from "../domain/why/reasons.ts";
import type { WhyStep } from "../domain/why/steps.ts";
import { formatDate, formatMoney } from "./format.ts";
import type { Locale } from "./locale.ts";
import { reasonOf } from "./reasons.ts";
import { say } from "./say.ts";

/** Why a debt was charged or not, in a sentence without its full stop. */
export function whyWords(locale: Locale, reason: WhyReason): string {
  return say(locale, `why.reason.${reason}`);
}

/** One step of a debit, likewise. */
export function stepWords(locale: Locale, of: WhyStep): string {
  const amount = of.amount === null ? "" : formatMoney(locale, of.amount);
  switch (of.step) {
    case "rule":
      return say(locale, "why.step.rule", { version: String(of.mandateVersion ?? 0) });
    case "limit-fits":
    case "limit-over":
      return say(locale, `why.step.${of.step}`, {
        amount,
        limit: of.limit === null ? "" : formatMoney(locale, of.limit),
      });
    case "notice-queued":
    case "notice-accepted":
    case "notice-void":
      return say(locale, `why.step.${of.step}`, {
        amount,
        day: of.plannedOn === null ? "" : formatDate(locale, of.plannedOn),
      });
    case "attempt-not-charged":
      return `${say(locale, "why.step.attempt-not-charged", { amount })}: ${declineWords(locale, of)}`;
    case "outcome":
      return whyWords(locale, of.reason ?? "stopped");
    case "instruction":
    case "limit-none":
    case "attempt-open":
    case "attempt-charged":
      return say(locale, `why.step.${of.step}`, { amount });
  }
}

function declineWords(locale: Locale, { decline }: WhyStep): string {
  const reason = decline === null ? null : reasonOf(decline);
  return say(locale, `reason.why.${reason ?? "unlisted"}`);
}
