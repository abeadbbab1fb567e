import type { previewMessage } from "../../adapters/channels/email/preview.ts";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { dkimRecord } from "../../adapters/channels/email/dkim.ts";
import { isLocale, type Locale } from "../../words/locale.ts";
import { isMessageEvent, MESSAGE_EVENTS } from "../../words/message-events.ts";
import { type Command, type Given, textOption, UsageError } from "../command.ts";
import { readSettings } from "./settings.ts";

const usage = `kvitok notify preview EVENT [--locale ru|en] [--channel email|push|sms] [--html]
kvitok notify dkim
  preview shows the message about an event on a channel, with made-up facts; --html writes the mail as its reader's program gets it.
  dkim prints the DNS record of the key that mails are signed with (KVITOK_DKIM_DOMAIN, KVITOK_DKIM_SELECTOR, KVITOK_DKIM_KEY or KVITOK_DKIM_KEY_FILE).
  Nothing is sent, and no database is asked.
  Events: ${MESSAGE_EVENTS.join(", ")}`;

export const notify: Command = {
  what: "show a message as its reader gets it, or the DNS record that signed mail needs",
  usage,
  words: [1, 2],
  options: { locale: { type: "string" }, channel: { type: "string" }, html: { type: "boolean" } },
  run: async (given) => {
    const [verb, event] = given.words;
    if (verb === "dkim" && event === undefined) return dkimWords(given);
    if (verb !== "preview" || event === undefined || !isMessageEvent(event)) throw new UsageError(usage);
    // React is loaded only by whoever asks for a mail
    const { previewMessage } = await import("../../adapters/channels/email/preview.ts");
    return shown(given, previewMessage(event, localeOf(given)));
  },
};

type Preview = ReturnType<typeof previewMessage>;

function shown(given: Given, { mail, push, hidden, sms }: Preview): string {
  const channel = textOption(given, "channel") ?? "email";
  const html = given.options["html"] === true;
  if (html && channel !== "email") throw new UsageError(usage);
  switch (channel) {
    case "email":
      return html ? mail.html.trimEnd() : `${mail.subject}\n\n${mail.text.trimEnd()}`;
    case "push":
      return [push, hidden].map(({ title, body }) => `${title}\n  ${body}`).join("\n");
    case "sms":
      return sms;
    default:
      throw new UsageError(usage);
  }
}

function localeOf(given: Given): Locale {
  const locale = textOption(given, "locale") ?? "ru";
  if (!isLocale(locale)) throw new UsageError(usage);
  return locale;
}

const dkimSettings = z.object({
  KVITOK_DKIM_DOMAIN: z.string().min(1),
  KVITOK_DKIM_SELECTOR: z.string().default("kvitok"),
  KVITOK_DKIM_KEY: z.string().default(""),
  KVITOK_DKIM_KEY_FILE: z.string().default(""),
});

function dkimWords({ environment }: Given): string {
  const settings = readSettings(dkimSettings, environment);
  const file = settings.KVITOK_DKIM_KEY_FILE;
  const { name, text } = dkimRecord({
    domain: settings.KVITOK_DKIM_DOMAIN,
    selector: settings.KVITOK_DKIM_SELECTOR,
    privateKey: file === "" ? settings.KVITOK_DKIM_KEY.replaceAll("\\n", "\n") : readFileSync(file, "utf8"),
  });
  // one string of a TXT record holds 255 characters
  const parts = text.match(/.{1,255}/g) ?? [];
  return `${name}. IN TXT ${parts.map((part) => `"${part}"`).join(" ")}`;
}
