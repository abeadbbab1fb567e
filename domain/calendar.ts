/**
 * Civil dates: days of a calendar on a wall, without clock and zone, written `YYYY-MM-DD` (so they sort as text). Turning a civil time
 * in a zone into an instant is not done here: one activity does it with a zone database.
 */
export type CivilDate = string;

/** A time on a wall clock, `HH:MM` or `HH:MM:SS`. */
export type CivilTime = string;

/** A date and a time in a zone that the caller knows. */
export type CivilMoment = { readonly date: CivilDate; readonly time: CivilTime };

export type CivilParts = { readonly year: number; readonly month: number; readonly day: number };

/** Monday is 1, Sunday is 7 (ISO 8601). */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export const PERIODS = ["day", "week", "month", "year"] as const;
/** Civil periods of limits: the day, the week from Monday, the month, the year. */
export type Period = (typeof PERIODS)[number];

const MONTHS_PER_YEAR = 12;
const DAYS_PER_ERA = 146_097;
const YEARS_PER_ERA = 400;
const DAYS_FROM_ERA_TO_1970 = 719_468;

/** True for a date that exists, between the years 1600 and 9999. */
export function isCivilDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return (
    year >= 1600 && month >= 1 && month <= MONTHS_PER_YEAR && day >= 1 && day <= daysInMonth({ year, month })
  );
}

/** True for a wall-clock time. */
export function isCivilTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(text);
}

/** Takes a date apart. Throws `RangeError` when it does not exist: check input with {@link isCivilDate} first. */
export function partsOf(date: CivilDate): CivilParts {
  if (!isCivilDate(date)) throw new RangeError(`calendar: "${date}" is not a date`);
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

/** Puts a date together. Throws `RangeError` when it does not exist. */
export function civilDate(parts: CivilParts): CivilDate {
  const text = [padded(parts.year, 4), padded(parts.month, 2), padded(parts.day, 2)].join("-");
  if (!isCivilDate(text)) throw new RangeError(`calendar: "${text}" is not a date`);
  return text;
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % YEARS_PER_ERA === 0;
}

/** Number of days of a month (1–12). */
export function daysInMonth(month: { readonly year: number; readonly month: number }): number {
  if (month.month === 2) return isLeapYear(month.year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month.month) ? 30 : 31;
}

/** Days since 1970-01-01; negative before. Counted in eras of 400 years with years that begin in March, so leap days come last. */
export function dayNumber(date: CivilDate): number {
  const { year, month, day } = partsOf(date);
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / YEARS_PER_ERA);
  const yearOfEra = shiftedYear - era * YEARS_PER_ERA;
  const dayOfYear = Math.floor((153 * ((month + 9) % MONTHS_PER_YEAR) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_FROM_ERA_TO_1970;
}

/** The date of a day number; the inverse of {@link dayNumber}. */
export function dateOfDayNumber(number: number): CivilDate {
  const shifted = number + DAYS_FROM_ERA_TO_1970;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return civilDate({ year: yearOfEra + era * YEARS_PER_ERA + (month <= 2 ? 1 : 0), month, day });
}

/** The date `days` later (earlier when negative). */
export function addDays(date: CivilDate, days: number): CivilDate {
  return dateOfDayNumber(dayNumber(date) + days);
}

/** Days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(span: { readonly from: CivilDate; readonly to: CivilDate }): number {
  return dayNumber(span.to) - dayNumber(span.from);
}

export function weekdayOf(date: CivilDate): Weekday {
  // 1970-01-01 was a Thursday.
  const monday0 = (((dayNumber(date) + 3) % 7) + 7) % 7;
  return (monday0 + 1) as Weekday;
}

/** The anchor day in a month, moved back to the month's last day where the month is too short (31 → 30, 29 or 28). */
export function dayInMonth(month: {
  readonly year: number;
  readonly month: number;
  readonly anchorDay: number;
}): CivilDate {
  const { year, anchorDay } = month;
  return civilDate({ year, month: month.month, day: Math.min(anchorDay, daysInMonth(month)) });
}

/** The month `count` months after (before) the month of a date. */
export function monthAfter(
  date: CivilDate,
  count: number,
): { readonly year: number; readonly month: number } {
  const { year, month } = partsOf(date);
  const index = year * MONTHS_PER_YEAR + (month - 1) + count;
  return { year: Math.floor(index / MONTHS_PER_YEAR), month: (index % MONTHS_PER_YEAR) + 1 };
}

/** First and last day of the civil period that holds a date. */
export function periodOf(
  date: CivilDate,
  period: Period,
): { readonly from: CivilDate; readonly to: CivilDate } {
  const { year, month } = partsOf(date);
  switch (period) {
    case "day":
      return { from: date, to: date };
    case "week": {
      const from = addDays(date, 1 - weekdayOf(date));
      return { from, to: addDays(from, 6) };
    }
    case "month":
      return { from: civilDate({ year, month, day: 1 }), to: dayInMonth({ year, month, anchorDay: 31 }) };
    case "year":
      return { from: civilDate({ year, month: 1, day: 1 }), to: civilDate({ year, month: 12, day: 31 }) };
  }
}

/** The later of two dates. */
export function laterDate(a: CivilDate, b: CivilDate): CivilDate {
  return a > b ? a : b;
}

/** The earlier of two dates. */
export function earlierDate(a: CivilDate, b: CivilDate): CivilDate {
  return a < b ? a : b;
}

/** Seconds since midnight of a wall-clock time. Throws `RangeError` when it is none. */
export function secondOfDay(time: CivilTime): number {
  if (!isCivilTime(time)) throw new RangeError(`calendar: "${time}" is not a time`);
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}
