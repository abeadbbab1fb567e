import type { Alarm, AlarmMail } from "../db/queries/alarms.ts";
import { formatMoney } from "../words/format.ts";
import type { Locale } from "../words/locale.ts";
import { isMessageKey, type MessageKey, say } from "../words/say.ts";
import type { PlainMail } from "./plain-mail.ts";

/** Kinds of cases that two operators may answer with a document. */
const DECIDED_BY_HAND = [
  "undecided-alarm",
  "undecided-for-a-day",
  "undecided-due-soon",
  "denied-after-charged",
];

/** Writes a mail to the operators about one case, or the digest of many; no personal data. */
export function writeAlarmMail(
  mail: AlarmMail,
  how: {
    readonly to: string;
    readonly locale: Locale;
    readonly publicUrl: string;
    readonly livemode: boolean;
  },
): PlainMail {
  const { locale } = how;
  const [only] = mail.alarms;
  const single = mail.alarms.length === 1 ? only : undefined;
  const lines = [
    ...(single ? [] : [say(locale, "alarms.digest-lead"), ""]),
    ...mail.alarms.flatMap((alarm) => [...linesOf(alarm, how), ""]),
    ...(how.livemode ? [] : [say(locale, "alarms.not-real")]),
  ];
  return {
    messageId: `alarm/${mail.id}`,
    to: how.to,
    subject: single
      ? subjectOf(single, locale)
      : say(locale, "alarms.subject-digest", { count: mail.alarms.length }),
    text: `${lines.join("\n").trimEnd()}\n`,
  };
}

function subjectOf({ kind, caseId: id, sort }: Alarm, locale: Locale): string {
  const args = { what: wordsOf(kind, locale).what, id };
  return sort === "opened" ? say(locale, "alarms.subject", args) : say(locale, "alarms.subject-again", args);
}

function linesOf(
  alarm: Alarm,
  { locale, publicUrl }: { readonly locale: Locale; readonly publicUrl: string },
): string[] {
  const { caseId: id, kind, subject, amountMinor, currency } = alarm;
  const { what, advice } = wordsOf(kind, locale);
  const url = `${publicUrl}/v1/operator/cases/${id}`;
  return [
    say(locale, "alarms.line", { what, id, kind, subject }),
    ...(amountMinor === null || currency === null
      ? []
      : [say(locale, "alarms.at-stake", { amount: formatMoney(locale, { amountMinor, currency }) })]),
    ...(alarm.sort === "escalated" ? [say(locale, "alarms.again")] : []),
    advice,
    ...(DECIDED_BY_HAND.includes(kind) ? [say(locale, "alarms.resolve", { subject })] : []),
    say(locale, "alarms.look", { url, id }),
  ];
}

/** A kind that has no words of its own yet is told all the same. */
function wordsOf(kind: string, locale: Locale): { readonly what: string; readonly advice: string } {
  const known = isMessageKey(`alarms.kind.${kind}`) ? kind : "other";
  const text = (key: string) => say(locale, key as Extract<MessageKey, "alarms.kind.other">);
  return { what: text(`alarms.kind.${known}`), advice: text(`alarms.kind.${known}.advice`) };
}
