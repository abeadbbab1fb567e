import { addDays, type CivilDate, civilDate, daysInMonth, isCivilDate, weekdayOf } from "../calendar.ts";
import { type CountryDays, type Decree, toWorkingDay } from "./country-days.ts";

/** A leap year: has every day that a holiday may be on. */
const ANY_LEAP_YEAR = 2028;

/**
 * What is wrong with a country's table, in words for whoever adds a year; empty when nothing is. A wrong day would debit a person on a day that they
 * did not agree to, so a table with a fault is not released.
 */
export function faultsOfCountryDays(days: CountryDays): string[] {
  const shape = [
    ...faultsOfLaw(days),
    ...faultsOfYears(days.decrees),
    ...days.decrees.flatMap(faultsOfDates),
  ];
  // What stands on broken dates cannot be judged.
  return shape.length > 0 ? shape : days.decrees.flatMap((decree) => faultsOfMoves(days, decree));
}

function faultsOfLaw({ country, weekend, law, holidays }: CountryDays): string[] {
  const faults: string[] = [];
  if (!/^[A-Z]{2}$/.test(country)) faults.push(`country "${country}" is no ISO 3166 code`);
  if (law.trim() === "") faults.push("the act that names the holidays is not named");
  if (weekend.length === 0 || weekend.length > 6) faults.push("a week needs days off and working days");
  const seen = new Set<string>();
  for (const { month, day } of holidays) {
    const name = `${month}-${day}`;
    const exists =
      month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth({ year: ANY_LEAP_YEAR, month });
    if (!exists || !Number.isInteger(day)) faults.push(`holiday ${name} does not exist`);
    if (seen.has(name)) faults.push(`holiday ${name} stands twice`);
    seen.add(name);
  }
  return faults;
}

function faultsOfYears(decrees: readonly Decree[]): string[] {
  const years = decrees.map(({ year }) => year);
  return years.every((year, index) => index === 0 || year > (years[index - 1] ?? year))
    ? []
    : ["decrees are not in the order of their years, each once"];
}

function faultsOfDates({ year, number, signedOn, moves }: Decree): string[] {
  const faults: string[] = [];
  if (!/^\d+(-\S+)?$/.test(number)) faults.push(`${year}: the decree has no number`);
  if (!isCivilDate(signedOn)) faults.push(`${year}: the decree's date ${signedOn} does not exist`);
  else if (signedOn >= civilDate({ year, month: 12, day: 31 }))
    faults.push(`${year}: the decree is younger than its year`);
  for (const date of moves.flatMap(({ from, to }) => [from, to])) {
    if (!isCivilDate(date)) faults.push(`${year}: ${date} does not exist`);
    else if (!date.startsWith(`${year}-`)) faults.push(`${year}: ${date} is in another year`);
  }
  return faults;
}

function faultsOfMoves(days: CountryDays, { year, moves }: Decree): string[] {
  const faults: string[] = [];
  const isHoliday = (date: CivilDate) =>
    days.holidays.some(
      ({ month, day }) =>
        date === civilDate({ year, month, day: Math.min(day, daysInMonth({ year, month })) }),
    );
  const isWeekend = (date: CivilDate) => days.weekend.includes(weekdayOf(date));
  for (const { from, to } of moves) {
    if (!isWeekend(from)) faults.push(`${year}: ${from} is no day off that could be moved`);
    if (isWeekend(to) || isHoliday(to)) faults.push(`${year}: ${to} is a day off already`);
  }
  const dates = moves.flatMap(({ from, to }) => [from, to]);
  if (new Set(dates).size !== dates.length) faults.push(`${year}: a day is moved twice`);
  return faults.length > 0 ? faults : faultsOfWay(days, year);
}

/** From every day of the year a working day is near, whichever way one looks. */
function faultsOfWay(days: CountryDays, year: number): string[] {
  const last = civilDate({ year, month: 12, day: 31 });
  for (let date = civilDate({ year, month: 1, day: 1 }); date <= last; date = addDays(date, 1)) {
    try {
      toWorkingDay(days, { date, rule: "next" });
      toWorkingDay(days, { date, rule: "previous" });
    } catch (error) {
      if (error instanceof RangeError) return [`${year}: ${error.message}`];
      throw error;
    }
  }
  return [];
}
