import type { previewsRu } from "./previews.ru.ts";

/** The sandbox's page with every message there is, in English. */
export const previewsEn = {
  "previews.title": "All messages",
  "previews.lead":
    "{count, plural, one {# event} other {# events}} on every channel, with made-up data. Only the sandbox has this page.",
  "previews.mail": "Mail",
  "previews.mail-open": "Open the mail: {event}",
  "previews.text": "As text",
  "previews.push": "On a screen",
  "previews.hidden": "On a screen, amounts hidden",
  "previews.sms": "SMS",
} as const satisfies Record<keyof typeof previewsRu, string>;
