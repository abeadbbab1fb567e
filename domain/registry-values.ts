import { type CivilDate, isCivilDate } from "./calendar.ts";

/** How days are written in registry files. */
export const DATE_FORMATS = ["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "YYYYMMDD", "DDMMYYYY"] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

/** How months are written in registry files. */
export const MONTH_FORMATS = ["YYYY-MM", "MM.YYYY", "MM/YYYY", "YYYYMM", "MMYYYY"] as const;
export type MonthFormat = (typeof MONTH_FORMATS)[number];

/** What one number in a file stands for, and which sign comes before its decimals. */
export type AmountFormat = { readonly unit: "roubles" | "kopecks"; readonly decimal: "," | "." };

const DATE_PATTERNS = {
  "YYYY-MM-DD": /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/,
  "DD.MM.YYYY": /^(?<day>\d{2})\.(?<month>\d{2})\.(?<year>\d{4})$/,
  "DD/MM/YYYY": /^(?<day>\d{2})\/(?<month>\d{2})\/(?<year>\d{4})$/,
  YYYYMMDD: /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})$/,
  DDMMYYYY: /^(?<day>\d{2})(?<month>\d{2})(?<year>\d{4})$/,
} as const satisfies Record<DateFormat, RegExp>;

const MONTH_PATTERNS = {
  "YYYY-MM": /^(?<year>\d{4})-(?<month>\d{2})$/,
  "MM.YYYY": /^(?<month>\d{2})\.(?<year>\d{4})$/,
  "MM/YYYY": /^(?<month>\d{2})\/(?<year>\d{4})$/,
  YYYYMM: /^(?<year>\d{4})(?<month>\d{2})$/,
  MMYYYY: /^(?<month>\d{2})(?<year>\d{4})$/,
} as const satisfies Record<MonthFormat, RegExp>;

// A blank, also the narrow and the unbreakable one, may part thousands; then every group has three digits.
const WHOLE = String.raw`(?<minus>-?)(?<whole>\d{1,16}|\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,4})`;
const ROUBLES = {
  ",": new RegExp(`^${WHOLE}(?:,(?<decimals>\\d{1,2}))?$`),
  ".": new RegExp(`^${WHOLE}(?:\\.(?<decimals>\\d{1,2}))?$`),
} as const;
const KOPECKS = new RegExp(`^${WHOLE}$`);

/**
 * Reads an amount as kopecks, digit by digit and never through a float: `5123,45` and `5 123,4` where a comma was declared. The other sign, a third
 * decimal, an exponent or a broken group of thousands is `null`: a wrong guess would be somebody's money.
 */
export function readAmountMinor(text: string, { unit, decimal }: AmountFormat): number | null {
  const match = (unit === "kopecks" ? KOPECKS : ROUBLES[decimal]).exec(text);
  if (match?.groups === undefined) return null;
  const { minus = "", whole = "", decimals = "" } = match.groups;
  const digits = whole.replaceAll(/\D/g, "") + (unit === "kopecks" ? "" : decimals.padEnd(2, "0"));
  const size = Number(digits);
  if (!Number.isSafeInteger(size)) return null;
  return minus === "-" && size !== 0 ? -size : size;
}

/** Reads a day that exists; `null` for every other text. */
export function readCivilDate(text: string, format: DateFormat): CivilDate | null {
  const { year = "", month = "", day = "" } = DATE_PATTERNS[format].exec(text)?.groups ?? {};
  const date = `${year}-${month}-${day}`;
  return isCivilDate(date) ? date : null;
}

/** Reads a month, answered as `YYYY-MM`; `null` for every other text. */
export function readMonth(text: string, format: MonthFormat): string | null {
  const { year = "", month = "" } = MONTH_PATTERNS[format].exec(text)?.groups ?? {};
  return isCivilDate(`${year}-${month}-01`) ? `${year}-${month}` : null;
}

/** Would a spreadsheet take this cell for a formula? Such a text in a registry is an attack on whoever opens its export, or a slip. */
export function isFormula(text: string): boolean {
  return /^[=+\-@\t\r]/.test(text);
}
