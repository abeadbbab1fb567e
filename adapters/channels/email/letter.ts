import type { PayerAction } from "../../../domain/declines/reason.ts";
import type { Locale } from "../../../words/locale.ts";
import type { MessageEvent } from "../../../words/message-events.ts";
import { say } from "../../../words/say.ts";
import { digestFacts } from "../digest.ts";
import { toldReason, wordsOf } from "../fact-words.ts";
import { type Facts, readFacts } from "../facts.ts";
import { type ChannelMessage, type LinkName, LINKS_OF_EVENT } from "../port.ts";
import { type DigestEntry, digestEntries } from "./digest-entries.ts";
import { type Link, linksNamed } from "./links.ts";
import { type Row, rowsOf } from "./rows.ts";
import { type Sentences, sentencesOf } from "./sentences.ts";

/** What a mail says, in words and in order, before it becomes HTML or text. */
export type Letter = Sentences & {
  readonly locale: Locale;
  readonly rows: readonly Row[];
  readonly entries: readonly DigestEntry[];
  /** How many messages a digest has beyond its entries, in words; empty for none. */
  readonly rest: string;
  readonly links: readonly Link[];
  /** That nothing of it is real; empty in live mode. */
  readonly sandbox: string;
  readonly footer: readonly string[];
  readonly settings: Link | null;
};

/** What a letter is written from: a message without its addresses. */
export type LetterMessage = Omit<ChannelMessage, "messageId" | "to" | "unsubscribe">;

/** The letter about an event. Throws like {@link readFacts}, and `RangeError` for a link that is no http address. */
export function letterOf(message: LetterMessage): Letter {
  const { locale, event, links, lines = [], zone } = message;
  const stored = event === "digest" && lines.length > 0 ? digestFacts(lines) : {};
  const facts = readFacts(event, { ...message.facts, ...stored });
  const words = wordsOf(message, event, facts);
  const entries = digestEntries({ locale, zone }, lines);
  const left = lines.length - entries.length;
  const sentences = sentencesOf(locale, event, facts, words);
  return {
    ...sentences,
    subject: oneLine(sentences.subject),
    locale,
    rows: rowsOf(message, facts, words),
    entries,
    rest: left > 0 ? say(locale, "mail.digest.rest", { count: left }) : "",
    links: linksNamed(locale, linkOrder(locale, event, facts), links),
    sandbox: message.livemode ? "" : say(locale, "mail.sandbox"),
    footer: [
      say(locale, "mail.footer"),
      ...(message.legalMinimum ? [say(locale, "mail.footer-always")] : []),
    ],
    settings: linksNamed(locale, ["settings"], links)[0] ?? null,
  };
}

/** Which of a message's links comes first, where what the reader can do asks for another one than the event. */
const LINK_OF_ACTION: Readonly<Partial<Record<PayerAction, LinkName>>> = {
  "other-card": "methods",
  "bind-again": "methods",
  "pay-again": "pay",
};

function linkOrder(locale: Locale, event: MessageEvent, facts: Facts): readonly LinkName[] {
  const links: readonly LinkName[] = LINKS_OF_EVENT[event];
  const action =
    event === "failed" || facts.need !== null ? toldReason(locale, event, facts)?.action : undefined;
  const first = action === undefined ? undefined : LINK_OF_ACTION[action];
  if (first === undefined || !links.includes(first)) return links;
  return [first, ...links.filter((name) => name !== first)];
}

/** A subject is a header: line breaks and other controls would end it. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}
