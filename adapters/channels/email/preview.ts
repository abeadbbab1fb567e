import type { Locale } from "../../../words/locale.ts";
import { MESSAGE_EVENTS, type MessageEvent } from "../../../words/message-events.ts";
import { exampleMessage } from "../examples.ts";
import { type PushWords, pushWords, smsText } from "../short-words.ts";
import { type RenderedMail, renderMail } from "./render.ts";

/** A message about an event on every channel, with made-up facts: nobody's, and the same every time. */
export type MessagePreview = {
  readonly event: MessageEvent;
  readonly locale: Locale;
  readonly mail: RenderedMail;
  readonly push: PushWords;
  /** The same where its reader has not allowed amounts on a screen. */
  readonly hidden: PushWords;
  readonly sms: string;
};

/** How a message about an event looks. */
export function previewMessage(event: MessageEvent, locale: Locale): MessagePreview {
  const message = exampleMessage(event, locale);
  const { facts, zone, livemode } = message;
  const reader = { locale, zone, livemode };
  return {
    event,
    locale,
    mail: renderMail(message),
    push: pushWords(event, facts, { ...reader, amountsHidden: false }),
    hidden: pushWords(event, facts, { ...reader, amountsHidden: true }),
    sms: smsText(event, facts, { ...reader, amountsHidden: false }),
  };
}

/** Every message there is, in one language. */
export function previewMessages(locale: Locale): readonly MessagePreview[] {
  return MESSAGE_EVENTS.map((event) => previewMessage(event, locale));
}
