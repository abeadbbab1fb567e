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
  const amount = writtenMoney(locale, of.amount);
  switch (of.step) {
    case "rule":
      return say(locale, "why.step.rule", { version: String(of.mandateVersion ?? 0) });
    case "limit-fits":
    case "limit-over":
      return say(locale, `why.step.${of.step}`, {
        amount,
        limit: writtenMoney(locale, of.limit),
      });
    case "notice-queued":
    case "notice-accepted":
    case "notice-void":
      return say(locale, `why.step.${of.step}`, {
        amount,
        day: writtenDay(locale, of.plannedOn),
      });
    case "attempt-not-charged":
      return `${say(locale, "why.step.attempt-not-charged", { amount })}: ${declineWords(locale, of)}`;
    case "bill-read":
      return say(locale, "why.step.bill-read");
    case "bill-unconfirmed":
      return say(locale, "why.step.bill-unconfirmed");
    case "bill-unread":
      return say(locale, "why.step.bill-unread", { hours: Math.ceil((of.wordAgeSeconds ?? 0) / 3_600) });
    case "outcome":
      return whyWords(locale, of.reason ?? "stopped");
    default:
      return say(locale, `why.step.${of.step}`, { amount });
  }
}

function writtenMoney(locale: Locale, amount: WhyStep["amount"]): string {
  return amount === null ? "" : formatMoney(locale, amount);
}

function writtenDay(locale: Locale, day: WhyStep["plannedOn"]): string {
  return day === null ? "" : formatDate(locale, day);
}

function declineWords(locale: Locale, { decline }: WhyStep): string {
  const reason = decline === null ? null : reasonOf(decline);
  return say(locale, `reason.why.${reason ?? "unlisted"}`);
}
