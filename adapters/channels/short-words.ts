import type { Locale } from "../../words/locale.ts";
import type { MessageEvent } from "../../words/message-events.ts";
import { say } from "../../words/say.ts";
import { type FactWords, wordsOf } from "./fact-words.ts";
import { type Facts, readFacts } from "./facts.ts";
import { type LinkName, LINKS_OF_EVENT } from "./port.ts";

/** Who reads a short message, and what may be seen of it by somebody who only looks at the screen. */
export type ShortReader = {
  readonly locale: Locale;
  readonly zone: string;
  /** The reader has not allowed amounts where everybody can see them: no amount, no payee, no account, no card. */
  readonly amountsHidden: boolean;
  /** False in the sandbox city: the message says so. */
  readonly livemode: boolean;
};

/** A message on a screen: both are one line of plain text. */
export type PushWords = { readonly title: string; readonly body: string };

/** Something to press on a message; `address` is one of our own pages. */
export type PushAction = { readonly name: LinkName; readonly title: string; readonly address: string };

/** Browsers show two. */
const ACTIONS_SHOWN = 2;
/** A payee's name beyond this would push what matters off the screen. */
const LONGEST_NAME = 60;

/**
 * The message about an event on a small screen. The title never names an amount, a payee, an account or a card.
 * Throws like {@link readFacts} for facts that do not fit the event.
 */
export function pushWords(
  event: MessageEvent,
  stored: Readonly<Record<string, unknown>>,
  reader: ShortReader,
): PushWords {
  const { locale } = reader;
  const told = tell(event, stored, reader);
  const title = oneLine(titleOf(locale, event, told));
  const body = reader.amountsHidden
    ? say(locale, `push.${event}.private`, told.words)
    : bodyOf(locale, event, told);
  return { title: reader.livemode ? title : say(locale, "push.sandbox", { title }), body: oneLine(body) };
}

/** The message about an event as one short text, signed with our name. Throws like {@link readFacts}. */
export function smsText(
  event: MessageEvent,
  stored: Readonly<Record<string, unknown>>,
  reader: ShortReader,
): string {
  const { locale } = reader;
  const told = tell(event, stored, reader);
  const hidden = () => `${titleOf(locale, event, told)}. ${say(locale, `push.${event}.private`, told.words)}`;
  const text = oneLine(reader.amountsHidden ? hidden() : textOf(locale, event, told));
  return say(locale, reader.livemode ? "sms.signed" : "sms.sandbox", { text });
}

/** What can be pressed on a message, the main one first. */
export function pushActions(
  locale: Locale,
  event: MessageEvent,
  links: Readonly<Partial<Record<LinkName, string>>>,
): readonly PushAction[] {
  const names: readonly LinkName[] = LINKS_OF_EVENT[event];
  return names
    .flatMap((name) => {
      const address = links[name];
      return address === undefined ? [] : [{ name, title: say(locale, `push.action.${name}`), address }];
    })
    .slice(0, ACTIONS_SHOWN);
}

type Told = { readonly facts: Facts; readonly words: FactWords & { readonly count: number } };

function tell(
  event: MessageEvent,
  stored: Readonly<Record<string, unknown>>,
  { locale, zone }: ShortReader,
): Told {
  const facts = readFacts(event, stored);
  const { biller, ...words } = wordsOf({ locale, zone, brief: true }, event, facts);
  return { facts, words: { ...words, biller: shortened(biller), count: facts.count ?? 1 } };
}

function titleOf(locale: Locale, event: MessageEvent, { facts, words }: Told): string {
  const { daysLeft, bills } = facts;
  if (event === "reminder" && daysLeft === null) return say(locale, "push.reminder.title-undated");
  if (event === "reminder") return say(locale, "push.reminder.title", { days: daysLeft ?? 0 });
  if (event === "digest" && bills !== null) return say(locale, "push.digest.title-bills", { count: bills });
  return say(locale, `push.${event}.title`, words);
}

function bodyOf(locale: Locale, event: MessageEvent, { words }: Told): string {
  if (event === "failed" && words.why === "") return say(locale, "push.failed.body-unexplained", words);
  if (event === "digest" && words.sum === "") return say(locale, "push.digest.body-unpriced");
  return say(locale, `push.${event}.body`, words);
}

function textOf(locale: Locale, event: MessageEvent, { facts, words }: Told): string {
  const { daysLeft, bills } = facts;
  if (event === "reminder" && daysLeft === null) return say(locale, "sms.reminder-undated", words);
  if (event === "reminder") return say(locale, "sms.reminder", { ...words, days: daysLeft ?? 0 });
  if (event === "digest" && words.sum === "") return say(locale, "sms.digest-unpriced", words);
  if (event === "digest" && bills !== null)
    return say(locale, "sms.digest-bills", { ...words, count: bills });
  return say(locale, `sms.${event}`, words);
}

function shortened(name: string): string {
  const signs = Array.from(name);
  return signs.length <= LONGEST_NAME
    ? name
    : `${signs
        .slice(0, LONGEST_NAME - 1)
        .join("")
        .trimEnd()}…`;
}

/** Controls would break a line, or hide what follows them; a name that ends in a full stop needs no second one. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .replace(/\.{2,}/g, ".")
    .trim();
}
