import type { Locale } from "./locale.ts";
import { say } from "./say.ts";

/** A biller's names as the catalogue has them: `name` as it is registered, `nameEn` where it has one in English. */
export type BillerNames = { readonly name: string; readonly nameEn: string | null };

/** What a reader of this language calls a biller. Consents and requisites do not: there stands the name as it is registered. */
export function billerTitle(locale: Locale, { name, nameEn }: BillerNames): string {
  return locale === "en" ? (nameEn ?? name) : name;
}

/**
 * What a bill is for. A biller's words are shown as they were written; those of a payment that no bill asked for (`unasked`) are ours, kept in Russian as the gateway got them, and
 * said in the reader's language.
 */
export function purposeWords(
  locale: Locale,
  of: { readonly purpose: string; readonly unasked: boolean; readonly biller: BillerNames },
): string {
  if (!of.unasked || locale === "ru") return of.purpose;
  return say(locale, "templates.purpose", { biller: billerTitle(locale, of.biller) });
}
