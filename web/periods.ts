import { FORMATTING_TAG, type Locale } from "../words/locale.ts";

/** The month that a bill is for, in words (`февраль 2026`); what is no month stays as the biller writes it. */
export function periodWords(locale: Locale, period: string): string {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(period);
  if (match === null) return period;
  const day = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, 15));
  const month = new Intl.DateTimeFormat(FORMATTING_TAG[locale], { month: "long", timeZone: "UTC" }).format(day);
  return `${month} ${match[1]}`;
}
