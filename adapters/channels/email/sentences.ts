import { formatDate, formatDayOf, formatInstant, formatMoney, formatTimeOf } from "../../../words/format.ts";
import type { Locale } from "../../../words/locale.ts";
import type { MessageEvent } from "../../../words/message-events.ts";
import { isChargeReason, needWords, reasonWords } from "../../../words/reasons.ts";
import { say } from "../../../words/say.ts";
import type { Facts } from "./facts.ts";

/** What a message says, before it becomes HTML or text. */
export type Sentences = { readonly subject: string; readonly lead: string; readonly more: string };

/** The facts as words in the reader's language and on the reader's clock; empty where there is none. */
export type FactWords = {
  readonly amount: string;
  readonly biller: string;
  readonly method: string;
  readonly due: string;
  readonly day: string;
  readonly time: string;
  readonly until: string;
  readonly deadline: string;
  readonly why: string;
  readonly advice: string;
  readonly need: string;
};

/** Puts the facts into words. Throws `RangeError` for a date, instant or zone that does not exist. */
export function wordsOf(reader: { readonly locale: Locale; readonly zone: string }, facts: Facts): FactWords {
  const { locale, zone } = reader;
  const dated = (date: string | null) => (date === null ? "" : formatDate(locale, date));
  const timed = (at: string | null) => (at === null ? "" : formatInstant(locale, at, zone));
  const reason = reasonWords(locale, facts.gateway, facts.reason ?? "");
  return {
    amount: facts.amount === null ? "" : formatMoney(locale, facts.amount),
    biller: facts.biller ?? "",
    method: facts.method ?? say(locale, "mail.method-unnamed"),
    due: dated(facts.dueOn),
    day: facts.notBefore === null ? dated(facts.plannedOn) : formatDayOf(locale, facts.notBefore, zone),
    time: facts.notBefore === null ? "" : formatTimeOf(locale, facts.notBefore, zone),
    until: facts.until !== null && facts.until.length > 10 ? timed(facts.until) : dated(facts.until),
    deadline: timed(facts.giveUpAt),
    ...reason,
    need: facts.need === null ? "" : needWords(locale, facts.need),
  };
}

/** Subject, first sentence and what follows from it, for one event. */
export function sentencesOf(locale: Locale, event: MessageEvent, facts: Facts, words: FactWords): Sentences {
  switch (event) {
    case "reminder": {
      const days = facts.daysLeft;
      const subject =
        days === null
          ? say(locale, "mail.reminder.subject-undated", words)
          : say(locale, "mail.reminder.subject", { ...words, days });
      return {
        subject,
        lead: say(locale, "mail.reminder.lead", words),
        more: say(locale, "mail.reminder.more"),
      };
    }
    case "needs-confirmation":
      return {
        subject: say(locale, "mail.needs-confirmation.subject", words),
        lead: isExplained(facts)
          ? say(locale, "mail.needs-confirmation.lead-why", words)
          : say(locale, "mail.needs-confirmation.lead", words),
        more: say(locale, "mail.needs-confirmation.more"),
      };
    case "failed":
      return {
        subject: say(locale, "mail.failed.subject", words),
        lead: say(locale, isExplained(facts) ? "mail.failed.lead" : "mail.failed.lead-unexplained", words),
        more: say(locale, isExplained(facts) ? "mail.failed.more" : "mail.failed.more-unexplained", words),
      };
    case "mandate-paused":
      return {
        subject: say(locale, "mail.mandate-paused.subject", words),
        lead:
          facts.until === null
            ? say(locale, "mail.mandate-paused.lead")
            : say(locale, "mail.mandate-paused.lead-until", words),
        more: say(locale, "mail.mandate-paused.more"),
      };
    default:
      return {
        subject: say(locale, `mail.${event}.subject`, words),
        lead: say(locale, `mail.${event}.lead`, words),
        more: say(locale, `mail.${event}.more`, words),
      };
  }
}

/** True when a charge was made and the facts say how it ended: without one nobody declined anything. */
function isExplained({ reason }: Facts): boolean {
  return reason !== null && isChargeReason(reason);
}
