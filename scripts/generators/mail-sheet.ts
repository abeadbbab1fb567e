import { previewMessages } from "../../adapters/channels/email/preview.ts";
import { LOCALES } from "../../words/locale.ts";
import { mailSheet } from "../mail-sheet/sheet.ts";
import type { Generator } from "./generator.ts";

/** Every message in every language, to be looked at side by side. */
export const generator: Generator = {
  name: "mail-sheet",
  output: "docs/generated/mail.html",
  generate: async () => mailSheet(LOCALES.flatMap((locale) => previewMessages(locale))),
};
