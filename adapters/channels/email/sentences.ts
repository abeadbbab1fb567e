import { formatDate, formatDayOf, formatInstant, formatMoney, formatTimeOf } from "../../../words/format.ts";
import { billerTitle, purposeWords } from "../../../words/biller-names.ts";
import type { Locale } from "../../../words/locale.ts";
import type { MessageEvent } from "../../../words/message-events.ts";
import { isQuestion } from "../../../domain/question.ts";
import type { Situation } from "../../../domain/declines/reason.ts";
import {
  explains,
  needWords,
  planWords,
  reasonOf,
  type ReasonWords,
  reasonWords,
} from "../../../words/reasons.ts";
import { say } from "../../../words/say.ts";
import type { Facts } from "./facts.ts";

/** What a message says, before it becomes HTML or text. */
export type Sentences = { readonly subject: string; readonly lead: string; readonly more: string };

/** The facts as words in the reader's language and on the reader's clock; empty where there is none. */
export type FactWords = {
  readonly amount: string;
  readonly biller: string;
  readonly purpose: string;
  readonly paid: string;
  readonly method: string;
  readonly due: string;
  /** The last day of a discount, and what is due after it. */
  readonly discountUntil: string;
  readonly full: string;
  /** What is usually due; empty where nothing is asked about it. */
  readonly usual: string;
  readonly day: string;
  readonly time: string;
  readonly until: string;
  /** The last day of the card that the message is about. */
  readonly expires: string;
  readonly deadline: string;
  readonly why: string;
  readonly advice: string;
  readonly need: string;
  /** The tries that are planned, in one sentence. */
  readonly plan: string;
};

/** Puts the facts into words. Throws `RangeError` for a date, instant or zone that does not exist. */
export function wordsOf(
  reader: { readonly locale: Locale; readonly zone: string },
  event: MessageEvent,
  facts: Facts,
): FactWords {
  const { locale, zone } = reader;
  const dated = (date: string | null) => (date === null ? "" : formatDate(locale, date));
  const timed = (at: string | null) => (at === null ? "" : formatInstant(locale, at, zone));
  const told = toldReason(locale, event, facts);
  return {
    amount: facts.amount === null ? "" : formatMoney(locale, facts.amount),
    ...namesOf(locale, facts),
    paid: timed(facts.paidAt),
    method: facts.method ?? say(locale, "mail.method-unnamed"),
    due: dated(facts.dueOn),
    discountUntil: dated(facts.discountUntil),
    usual: facts.usual === null ? "" : formatMoney(locale, facts.usual),
    full: facts.fullAmount === null ? "" : formatMoney(locale, facts.fullAmount),
    day: facts.notBefore === null ? dated(facts.plannedOn) : formatDayOf(locale, facts.notBefore, zone),
    time: facts.notBefore === null ? "" : formatTimeOf(locale, facts.notBefore, zone),
    until: facts.until !== null && facts.until.length > 10 ? timed(facts.until) : dated(facts.until),
    expires: dated(facts.expiresOn),
    deadline: timed(facts.giveUpAt),
    why: told?.why ?? "",
    advice: told?.advice ?? "",
    need: facts.need === null ? "" : needWords(locale, facts.need),
    // a plan that was made before the notice's own clock was read names its first try a moment off
    plan:
      planWords(locale, [facts.notBefore, ...(facts.plan ?? []).slice(1).map(({ at }) => at)].map(timed)) ??
      "",
  };
}

/** Whom and what for: the biller as the reader calls it, and a purpose of ours in the reader's language. */
function namesOf(locale: Locale, facts: Facts): Pick<FactWords, "biller" | "purpose"> {
  const { purpose, unasked } = facts;
  if (facts.biller === null) return { biller: "", purpose: purpose ?? "" };
  const biller = { name: facts.biller, nameEn: facts.billerEn };
  return {
    biller: billerTitle(locale, biller),
    purpose: purpose === null ? "" : purposeWords(locale, { purpose, unasked, biller }),
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
    case "confirmation-reminder":
      return {
        subject: say(locale, `mail.${event}.subject`, words),
        lead: say(locale, words.why === "" ? `mail.${event}.lead` : `mail.${event}.lead-why`, words),
        more:
          isQuestion(facts.need) && words.deadline !== ""
            ? askedWords(locale, words)
            : say(locale, `mail.${event}.more`),
      };
    case "failed":
      return {
        subject: say(locale, "mail.failed.subject", words),
        lead: say(locale, words.why === "" ? "mail.failed.lead-unexplained" : "mail.failed.lead", words),
        more: say(locale, words.why === "" ? "mail.failed.more-unexplained" : "mail.failed.more", words),
      };
    case "paid":
      return paidSentences(locale, facts, words);
    case "over-limit-skipped":
      return overLimitSentences(locale, facts, words);
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

/** That it is paid; right after a payment by hand also the offer of autopay for the next time. */
function paidSentences(locale: Locale, { autopayOffered }: Facts, words: FactWords): Sentences {
  const offer = autopayOffered ? [say(locale, "mail.paid.autopay")] : [];
  return {
    subject: say(locale, "mail.paid.subject", words),
    lead: say(locale, "mail.paid.lead", words),
    more: [say(locale, "mail.paid.more"), ...offer].join(" "),
  };
}

/** A bill is left to its payer; a sum that nobody has asked for is just not paid. */
function overLimitSentences(locale: Locale, { unasked }: Facts, words: FactWords): Sentences {
  return {
    subject: say(locale, "mail.over-limit-skipped.subject", words),
    lead: say(locale, unasked ? "mail.over-limit-skipped.lead-own" : "mail.over-limit-skipped.lead", words),
    more: say(locale, "mail.over-limit-skipped.more"),
  };
}

/** What happens without an answer, and what is usual where the sum is not. */
function askedWords(locale: Locale, words: FactWords): string {
  const usual = words.usual === "" ? [] : [say(locale, "mail.question.usual", words)];
  return [...usual, say(locale, "mail.question.more", words)].join(" ");
}

/** Why the last charge took no money and what to do, where the message is about that; undefined: nobody declined anything. */
export function toldReason(locale: Locale, event: MessageEvent, facts: Facts): ReasonWords | undefined {
  const reason = reasonOf({ gateway: facts.gateway, code: facts.reason, because: facts.because });
  if (event === "failed-retry") return reasonWords(locale, reason ?? "unlisted", { kind: "again" });
  if (reason === null || (facts.need !== null && !explains(reason, facts.need))) return undefined;
  const situation: Situation = facts.need === null ? { kind: "over" } : { kind: "asked", need: facts.need };
  return reasonWords(locale, reason, situation);
}
