import { IntlMessageFormat } from "intl-messageformat";
import { CATALOGUE, type SourceCatalogue } from "./catalogue/catalogue.ts";
import { FORMATTING_TAG, type Locale } from "./locale.ts";
import type { MessageArguments } from "./message-arguments.ts";

/** The key of a text, e.g. `mail.notice.subject`. */
export type MessageKey = keyof SourceCatalogue;

/** What a text must be given: an object with its arguments, or nothing when it has none. */
export type ArgumentsOf<Key extends MessageKey> = MessageArguments<SourceCatalogue[Key]>;

type Given<Key extends MessageKey> =
  ArgumentsOf<Key> extends Record<string, never> ? [] : [args: ArgumentsOf<Key>];

const formats = new Map<string, IntlMessageFormat>();

/**
 * A text in a language, with its arguments put in. Arguments are text that is already formatted for people (see `format.ts`) or numbers
 * for plural forms. The result is plain text: whoever puts it into HTML escapes it. Throws when an argument is missing.
 */
export function say<Key extends MessageKey>(locale: Locale, key: Key, ...given: Given<Key>): string {
  const [args] = given;
  const name = `${locale} ${key}`;
  let format = formats.get(name);
  if (format === undefined) {
    format = new IntlMessageFormat(CATALOGUE[locale][key], FORMATTING_TAG[locale], undefined, {
      ignoreTag: true,
    });
    formats.set(name, format);
  }
  return String(format.format(args));
}

/** True when there is a text with this key: for keys made from stored codes. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(CATALOGUE.ru, key);
}
