import { type Money, toDecimal } from "../domain/money.ts";
import { FORMATTING_TAG, type Locale } from "./locale.ts";

const currencyFormats = new Map<string, Intl.NumberFormat>();
const percentFormats = new Map<string, Intl.NumberFormat>();
const clockFormats = new Map<string, Intl.DateTimeFormat>();

function remembered<Value>(store: Map<string, Value>, key: string, make: () => Value): Value {
  const known = store.get(key);
  if (known !== undefined) return known;
  const made = make();
  store.set(key, made);
  return made;
}

/**
 * An amount as the language writes it: `5 123,45 ₽`, `RUB 5,123.45`. The blanks are non-breaking (U+00A0), so that a line never ends inside an amount.
 * Exact for every safe integer: the digits go to the formatter as text, not as a float.
 */
export function formatMoney(locale: Locale, amount: Money): string {
  const tag = FORMATTING_TAG[locale];
  const format = remembered(
    currencyFormats,
    `${tag} ${amount.currency}`,
    () => new Intl.NumberFormat(tag, { style: "currency", currency: amount.currency }),
  );
  return format.format(toDecimal(amount) as Intl.StringNumericLiteral);
}

/** Words in a row, the last one joined as the language does it. */
export function formatList(locale: Locale, words: readonly string[]): string {
  return new Intl.ListFormat(FORMATTING_TAG[locale], { type: "conjunction" }).format(words);
}

/** A percentage with at most two decimals, as the language writes it: `25 %`, `12,5 %`, `25%`. */
export function formatPercent(locale: Locale, percent: number): string {
  const tag = FORMATTING_TAG[locale];
  const format = remembered(
    percentFormats,
    tag,
    () => new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 2 }),
  );
  return format.format(Math.round(percent * 100) / 10_000);
}

/** A civil date (`2026-12-10`) in words: `10 декабря 2026 года`, `10 December 2026`. Throws `RangeError` for what is no date. */
export function formatDate(locale: Locale, date: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  const [year, month, day] = (match ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined)
    throw new RangeError(`no date: ${date}`);
  const noon = new Date(Date.UTC(year, month - 1, day, 12));
  if (noon.getUTCMonth() !== month - 1 || noon.getUTCDate() !== day) throw new RangeError(`no date: ${date}`);
  return wordsOfDay(locale, noon, "UTC");
}

/**
 * An instant (ISO 8601 with offset or Z) on the clock of a zone (`Europe/Moscow`): `10 декабря 2026 года, 09:00`.
 * Throws `RangeError` for an instant or a zone that does not exist.
 */
export function formatInstant(locale: Locale, iso: string, zone: string): string {
  return `${formatDayOf(locale, iso, zone)}, ${formatTimeOf(locale, iso, zone)}`;
}

/** The civil day of an instant in a zone, in words. Throws like {@link formatInstant}. */
export function formatDayOf(locale: Locale, iso: string, zone: string): string {
  return wordsOfDay(locale, readInstant(iso), zone);
}

/** The civil day of an instant in a zone without its year, for days that are near: `10 декабря`, `10 December`. Throws like {@link formatInstant}. */
export function formatShortDay(locale: Locale, iso: string, zone: string): string {
  const tag = FORMATTING_TAG[locale];
  const format = remembered(
    clockFormats,
    `short day ${tag} ${zone}`,
    () => new Intl.DateTimeFormat(tag, { day: "numeric", month: "long", timeZone: zone }),
  );
  return format.format(readInstant(iso));
}

/** The wall-clock time of an instant in a zone: `09:00`. Throws like {@link formatInstant}. */
export function formatTimeOf(locale: Locale, iso: string, zone: string): string {
  const tag = FORMATTING_TAG[locale];
  const format = remembered(
    clockFormats,
    `time ${tag} ${zone}`,
    () =>
      new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }),
  );
  return format.format(readInstant(iso));
}

function readInstant(iso: string): Date {
  // Without an offset the text would be read in the server's zone.
  if (!/(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(iso)) throw new RangeError(`no instant: ${iso}`);
  const instant = new Date(iso.replace(/([+-]\d{2})$/, "$1:00"));
  if (Number.isNaN(instant.getTime())) throw new RangeError(`no instant: ${iso}`);
  return instant;
}

function wordsOfDay(locale: Locale, instant: Date, zone: string): string {
  const tag = FORMATTING_TAG[locale];
  const year = locale === "en" ? ({ year: "numeric" } as const) : {};
  const format = remembered(
    clockFormats,
    `day ${tag} ${zone}`,
    () => new Intl.DateTimeFormat(tag, { day: "numeric", month: "long", ...year, timeZone: zone }),
  );
  if (locale === "en") return format.format(instant);
  // Intl's own "2026 г." would end sentences with two full stops.
  const years = remembered(
    clockFormats,
    `year ${tag} ${zone}`,
    () => new Intl.DateTimeFormat("en-GB", { year: "numeric", timeZone: zone }),
  );
  return `${format.format(instant)} ${years.format(instant)} года`;
}
