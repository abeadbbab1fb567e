/** The languages people can read Kvitok in. */
export type Locale = "ru" | "en";

export const LOCALES = ["ru", "en"] as const satisfies readonly Locale[];

export function isLocale(text: unknown): text is Locale {
  return LOCALES.some((locale) => locale === text);
}

/**
 * The language of ours that a list of wishes asks for first, as browsers and identity providers write it (`ru-RU,en;q=0.8`, `en-GB`).
 * Russian when none of ours is named.
 */
export function preferredLocale(wishes: string | null | undefined): Locale {
  const wanted = (wishes ?? "")
    .split(",")
    .map((wish) => readWish(wish))
    .filter((wish) => wish.weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  return wanted.map((wish) => wish.language).find(isLocale) ?? "ru";
}

function readWish(wish: string): { readonly language: string; readonly weight: number } {
  const [tag = "", ...parameters] = wish.trim().toLowerCase().split(";");
  const quality = parameters.map((one) => /^\s*q=(\d(?:\.\d+)?)\s*$/.exec(one)?.[1]).find((one) => one);
  return { language: tag.split("-")[0] ?? "", weight: quality === undefined ? 1 : Number(quality) };
}

/** BCP 47 tags for dates and numbers: British English writes day before month and hours to 24, as residents here do. */
export const FORMATTING_TAG = { ru: "ru-RU", en: "en-GB" } as const satisfies Record<Locale, string>;
