import type { ChannelMessage } from "../port.ts";
import { letterOf } from "./letter.ts";
import { letterHtml } from "./letter-html.tsx";
import { letterText } from "./letter-text.ts";

/** A mail in its three forms. `html` is a whole document; both bodies tell the same. */
export type RenderedMail = { readonly subject: string; readonly html: string; readonly text: string };

/**
 * Writes the mail about an event. Throws when the facts do not fit the event (see `readFacts`) or a link is no http address.
 * Nothing of a resident's or biller's text can become markup, a header or a link.
 */
export function renderMail(message: Omit<ChannelMessage, "messageId" | "to" | "unsubscribe">): RenderedMail {
  const letter = letterOf(message);
  return { subject: letter.subject, html: letterHtml(letter), text: letterText(letter) };
}
