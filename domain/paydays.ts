import { addDays, type CivilDate, earlierDate, partsOf, weekdayOf } from "./calendar.ts";

/** Days of the month on which wages come, where a payer's own are not known: at least twice a month, by the 15th and the month's end. */
export const PAYDAYS = [5, 10, 20, 25] as const;

/** A day of the month counts as the payer's own payday from this many debits that went through on it in the last six months. */
export const OWN_PAYDAY_FROM_SUCCESSES = 3;

/** No day of a month is further away than this. */
const LONGEST_MONTH = 31;

/** True for a day on which banks work. Weekends are known; days that a government moves are not yet. */
export function isWorkingDay(date: CivilDate): boolean {
  return weekdayOf(date) <= 5;
}

/** The day itself, or the last working day before it: wages come before a weekend, not after it. */
export function workingDayUpTo(date: CivilDate): CivilDate {
  let day = date;
  while (!isWorkingDay(day)) day = addDays(day, -1);
  return day;
}

/** The first payday after a day. `days` are days of the month; one that a month lacks is left out of that month. */
export function nextPayday(after: CivilDate, days: readonly number[] = PAYDAYS): CivilDate | undefined {
  let next: CivilDate | undefined;
  for (let ahead = 0; ahead <= 2 * LONGEST_MONTH; ahead += 1) {
    const day = addDays(after, ahead);
    if (!days.includes(partsOf(day).day)) continue;
    const paid = workingDayUpTo(day);
    if (paid > after) next = next === undefined ? paid : earlierDate(next, paid);
  }
  return next;
}

/**
 * The payer's own payday: the day of the month with most successes, the earlier one of equals; undefined where too few are known.
 * `successes` are civil days of the last six months.
 */
export function ownPayday(successes: readonly CivilDate[]): number | undefined {
  const counts = new Map<number, number>();
  for (const date of successes) {
    const { day } = partsOf(date);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const best = [...counts].toSorted(([a, many], [b, more]) => more - many || a - b)[0];
  return best !== undefined && best[1] >= OWN_PAYDAY_FROM_SUCCESSES ? best[0] : undefined;
}
