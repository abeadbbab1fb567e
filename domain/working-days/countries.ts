import type { CountryDays } from "./country-days.ts";
import { RUSSIA } from "./ru.ts";

/** Every country whose working days are known, by its ISO 3166 code. Another one is a file beside `ru.ts` and a line here. */
const COUNTRIES = { RU: RUSSIA } as const satisfies Readonly<Record<string, CountryDays>>;

export type CountryCode = keyof typeof COUNTRIES;

export const COUNTRY_CODES = Object.keys(COUNTRIES) as readonly CountryCode[];

/** The table of a country as this release knows it. */
export function workingDaysOf(country: CountryCode): CountryDays {
  return COUNTRIES[country];
}
