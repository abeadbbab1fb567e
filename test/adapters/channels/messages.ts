import { exampleMessage } from "../../../adapters/channels/examples.ts";
import type { ChannelMessage } from "../../../adapters/channels/port.ts";
import { LOCALES, type Locale } from "../../../words/locale.ts";
import { MESSAGE_EVENTS, type MessageEvent } from "../../../words/message-events.ts";

/** A message about an event with every link it can show. */
export function messageAbout(event: MessageEvent, locale: Locale = "ru"): ChannelMessage {
  return { ...exampleMessage(event, locale), messageId: `test.${event}.${locale}` };
}

export const everyMessage: readonly ChannelMessage[] = MESSAGE_EVENTS.flatMap((event) =>
  LOCALES.map((locale) => messageAbout(event, locale)),
);
