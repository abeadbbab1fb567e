import type { Locale } from "../locale.ts";
import { autopayEn } from "./autopay.en.ts";
import { autopayRu } from "./autopay.ru.ts";
import { consentEn } from "./consent.en.ts";
import { consentRu } from "./consent.ru.ts";
import { mailEn } from "./mail.en.ts";
import { mailRu } from "./mail.ru.ts";
import { pageEn } from "./page.en.ts";
import { pageRu } from "./page.ru.ts";
import { reasonsEn } from "./reasons.en.ts";
import { reasonsRu } from "./reasons.ru.ts";

// A new room of texts is a pair of files beside this one and one line in each list; Russian is the source of keys and arguments.
const ru = { ...mailRu, ...reasonsRu, ...pageRu, ...autopayRu, ...consentRu };
const en = { ...mailEn, ...reasonsEn, ...pageEn, ...autopayEn, ...consentEn } satisfies Record<
  keyof typeof ru,
  string
>;

/** The Russian texts as literals: the compiler takes keys and arguments from them. */
export type SourceCatalogue = typeof ru;

/** Every text for people, by language and key. */
export const CATALOGUE: Record<Locale, Record<keyof SourceCatalogue, string>> = { ru, en };

/** The files by name, so that a test can say where a text is wrong or given twice. */
export const CATALOGUE_FILES = {
  mail: { ru: mailRu, en: mailEn },
  reasons: { ru: reasonsRu, en: reasonsEn },
  page: { ru: pageRu, en: pageEn },
  autopay: { ru: autopayRu, en: autopayEn },
  consent: { ru: consentRu, en: consentEn },
} as const;
