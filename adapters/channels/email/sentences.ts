import { isQuestion } from "../../../domain/question.ts";
import type { Locale } from "../../../words/locale.ts";
import type { MessageEvent } from "../../../words/message-events.ts";
import { say } from "../../../words/say.ts";
import type { FactWords } from "../fact-words.ts";
import type { Facts } from "../facts.ts";

/** What a message says, before it becomes HTML or text. */
export type Sentences = { readonly subject: string; readonly lead: string; readonly more: string };

/** Subject, first sentence and what follows from it, for one event. */
export function sentencesOf(locale: Locale, event: MessageEvent, facts: Facts, words: FactWords): Sentences {
  switch (event) {
    case "digest":
      return digestSentences(locale, facts, words);
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

/** How many, and what they come to. Where there are bills only, they are counted as bills. */
function digestSentences(locale: Locale, { count, bills }: Facts, words: FactWords): Sentences {
  const { sum } = words;
  const messages = { count: count ?? 1, sum };
  const more = say(locale, "mail.digest.more");
  if (bills !== null && sum !== "") {
    const owed = { count: bills, sum };
    return {
      subject: say(locale, "mail.digest.subject-bills", owed),
      lead: say(locale, "mail.digest.lead-bills", owed),
      more,
    };
  }
  return {
    subject: say(locale, sum === "" ? "mail.digest.subject" : "mail.digest.subject-priced", messages),
    lead: say(locale, "mail.digest.lead", messages),
    more,
  };
}
