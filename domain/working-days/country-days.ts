import {
  addDays,
  type CivilDate,
  civilDate,
  isCivilDate,
  partsOf,
  type Weekday,
  weekdayOf,
} from "../calendar.ts";

/** A holiday of the law, the same day every year. */
export type LawHoliday = {
  readonly month: number;
  readonly day: number;
  /** A day off that falls on it moves to the next working day by the law itself, unless a decree moves it; or only a decree can move it. */
  readonly dayOffMoves: "by-law" | "by-decree-only";
};

/** The decree that moves days off inside one year. */
export type Decree = {
  readonly year: number;
  /** Number and date of the act, as people look it up. */
  readonly number: string;
  readonly signedOn: CivilDate;
  readonly moves: readonly { readonly from: CivilDate; readonly to: CivilDate }[];
};

/** Working days of a country: what its law says of every year, and what was decreed for some. */
export type CountryDays = {
  readonly country: string;
  readonly weekend: readonly Weekday[];
  /** The act that names the holidays. */
  readonly law: string;
  readonly holidays: readonly LawHoliday[];
  /** By year, earliest first. */
  readonly decrees: readonly Decree[];
};

/**
 * Whether the days that an answer rests on are decreed. Without a decree the law's holidays and weekends stand, but a government may still move a
 * day: whoever tells a date to a person says so, and asks again when the table has grown.
 */
export type Certainty = "decreed" | "not-decreed-yet";

/** What is done with a debit whose day banks do not work on: nothing, or it moves to the working day after or before. */
export type NonWorkingDayRule = "same" | "next" | "previous";

export const NON_WORKING_DAY_RULES = [
  "same",
  "next",
  "previous",
] as const satisfies readonly NonWorkingDayRule[];

/** The longest way from a day to a working day that a table may hold; a longer one is a mistake in it. */
export const LONGEST_MOVE_DAYS = 15;

/** Is this a working day of the country, and is that decreed? */
export function workingDay(
  days: CountryDays,
  date: CivilDate,
): { readonly working: boolean; readonly certainty: Certainty } {
  const year = yearOf(days, partsOf(date).year);
  return { working: !year.off.has(date), certainty: year.certainty };
}

/** The date itself, or the nearest working day on the rule's side. Uncertain as soon as one of the days that were looked at is. */
export function toWorkingDay(
  days: CountryDays,
  move: { readonly date: CivilDate; readonly rule: NonWorkingDayRule },
): { readonly date: CivilDate; readonly certainty: Certainty } {
  if (move.rule === "same") return { date: move.date, certainty: "decreed" };
  let certainty: Certainty = "decreed";
  for (let away = 0; away <= LONGEST_MOVE_DAYS; away += 1) {
    const date = addDays(move.date, move.rule === "next" ? away : -away);
    const answer = workingDay(days, date);
    if (answer.certainty === "not-decreed-yet") certainty = answer.certainty;
    if (answer.working) return { date, certainty };
  }
  throw new RangeError(
    `working days: ${days.country} has none within ${LONGEST_MOVE_DAYS} days of ${move.date}`,
  );
}

type Year = { readonly off: ReadonlySet<CivilDate>; readonly certainty: Certainty };

/** Tables never change while they live. */
const known = new WeakMap<CountryDays, Map<number, Year>>();

function yearOf(days: CountryDays, year: number): Year {
  const years = known.get(days) ?? new Map<number, Year>();
  known.set(days, years);
  const made = years.get(year) ?? makeYear(days, year);
  years.set(year, made);
  return made;
}

function makeYear(days: CountryDays, year: number): Year {
  const decree = days.decrees.find((one) => one.year === year);
  const holidays = days.holidays
    .map((holiday) => ({ ...holiday, date: dateIn(year, holiday) }))
    .filter((holiday): holiday is typeof holiday & { readonly date: CivilDate } => holiday.date !== null);
  const off = new Set([...weekendsOf(days, year), ...holidays.map(({ date }) => date)]);
  const moved = new Set(decree?.moves.map(({ from }) => from));
  for (const { from, to } of decree?.moves ?? []) {
    // a holiday stays one where its day off has gone elsewhere
    if (!holidays.some(({ date }) => date === from)) off.delete(from);
    off.add(to);
  }
  for (const { date, dayOffMoves } of holidays) {
    if (dayOffMoves === "by-decree-only" || moved.has(date) || !days.weekend.includes(weekdayOf(date)))
      continue;
    let next = addDays(date, 1);
    while (off.has(next)) next = addDays(next, 1);
    off.add(next);
  }
  return { off, certainty: decree === undefined ? "not-decreed-yet" : "decreed" };
}

/** A holiday of 29 February is none in other years. */
function dateIn(year: number, { month, day }: LawHoliday): CivilDate | null {
  const text = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  return isCivilDate(text) ? text : null;
}

function weekendsOf(days: CountryDays, year: number): CivilDate[] {
  const last = civilDate({ year, month: 12, day: 31 });
  const weekends: CivilDate[] = [];
  for (let date = civilDate({ year, month: 1, day: 1 }); date <= last; date = addDays(date, 1)) {
    if (days.weekend.includes(weekdayOf(date))) weekends.push(date);
  }
  return weekends;
}
