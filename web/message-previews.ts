import type { Locale } from "../words/locale.ts";

/** One message as the process that serves the page shows it, on every channel. */
export interface MessagePreview {
  readonly event: string;
  readonly mail: { readonly subject: string; readonly html: string; readonly text: string };
  readonly push: { readonly title: string; readonly body: string };
  readonly hidden: { readonly title: string; readonly body: string };
  readonly sms: string;
}

/** Every message in a language; only the sandbox has them. */
export type MessagePreviews = (locale: Locale) => Promise<readonly MessagePreview[]>;

/** Where the list of all messages is. */
export const previewsPath = "/sandbox/messages";
