import { FORMATTING_TAG, type Locale } from "./locale.ts";

/** The month that a bill is for, in words (`февраль 2026`); what is no month stays as the biller writes it. */
export function periodWords(locale: Locale, period: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) return period;
  const [year = "", monthNumber] = period.split("-");
  const day = new Date(Date.UTC(Number(year), Number(monthNumber) - 1, 15));
  const month = new Intl.DateTimeFormat(FORMATTING_TAG[locale], { month: "long", timeZone: "UTC" }).format(
    day,
  );
  return `${month} ${year}`;
}
