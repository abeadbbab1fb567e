import { describe, expect, test } from "vitest";
import { addDays, type CivilDate, weekdayOf } from "../../domain/calendar.ts";
import { COUNTRY_CODES, workingDaysOf } from "../../domain/working-days/countries.ts";
import {
  type CountryDays,
  type Decree,
  toWorkingDay,
  workingDay,
} from "../../domain/working-days/country-days.ts";
import { faultsOfCountryDays } from "../../domain/working-days/faults.ts";
import { RUSSIA } from "../../domain/working-days/ru.ts";

/** Whole years as production calendars print them: days off from Monday to Friday, and working days on weekends. */
const PRINTED: Readonly<
  Record<number, { readonly off: string; readonly working: string; readonly days: number }>
> = {
  2023: {
    off: "01-02 01-03 01-04 01-05 01-06 02-23 02-24 03-08 05-01 05-08 05-09 06-12 11-06",
    working: "",
    days: 247,
  },
  2024: {
    off: "01-01 01-02 01-03 01-04 01-05 01-08 02-23 03-08 04-29 04-30 05-01 05-09 05-10 06-12 11-04 12-30 12-31",
    working: "04-27 11-02 12-28",
    days: 248,
  },
  2025: {
    off: "01-01 01-02 01-03 01-06 01-07 01-08 05-01 05-02 05-08 05-09 06-12 06-13 11-03 11-04 12-31",
    working: "11-01",
    days: 247,
  },
  2026: {
    off: "01-01 01-02 01-05 01-06 01-07 01-08 01-09 02-23 03-09 05-01 05-11 06-12 11-04 12-31",
    working: "",
    days: 247,
  },
  2027: {
    off: "01-01 01-04 01-05 01-06 01-07 01-08 02-22 02-23 03-08 05-03 05-10 06-14 11-04 11-05 12-31",
    working: "02-20",
    days: 247,
  },
};

function daysOf(year: number): CivilDate[] {
  const dates: CivilDate[] = [];
  for (let date = `${year}-01-01`; date <= `${year}-12-31`; date = addDays(date, 1)) dates.push(date);
  return dates;
}

const isWeekend = (date: CivilDate) => weekdayOf(date) > 5;
const shortened = (dates: readonly CivilDate[]) => dates.map((date) => date.slice(5)).join(" ");

describe("working days of Russia", () => {
  test.each(Object.entries(PRINTED))("%s is the year that production calendars print", (text, printed) => {
    const dates = daysOf(Number(text));
    const working = dates.filter((date) => workingDay(RUSSIA, date).working);
    const off = dates.filter((date) => !working.includes(date));
    expect(shortened(off.filter((date) => !isWeekend(date)))).toBe(printed.off);
    expect(shortened(working.filter(isWeekend))).toBe(printed.working);
    expect(working.length).toBe(printed.days);
    expect(new Set(dates.map((date) => workingDay(RUSSIA, date).certainty))).toEqual(new Set(["decreed"]));
  });

  test("a year without a decree has the law's holidays and says that days may still be moved", () => {
    const dates = daysOf(2028);
    expect(new Set(dates.map((date) => workingDay(RUSSIA, date).certainty))).toEqual(
      new Set(["not-decreed-yet"]),
    );
    const off = dates.filter((date) => !isWeekend(date) && !workingDay(RUSSIA, date).working);
    // 4 November 2028 is a Saturday: the law itself gives the Monday; 1, 2 and 8 January wait for a decree
    expect(shortened(off)).toBe("01-03 01-04 01-05 01-06 01-07 02-23 03-08 05-01 05-09 06-12 11-06");
  });

  test("a decree changes the days of its year and of no other", () => {
    const decree: Decree = {
      year: 2028,
      number: "1",
      signedOn: "2027-10-01",
      moves: [{ from: "2028-01-08", to: "2028-12-29" }],
    };
    const grown: CountryDays = { ...RUSSIA, decrees: [...RUSSIA.decrees, decree] };
    const differing = [2027, 2028, 2029]
      .flatMap(daysOf)
      .filter((date) => workingDay(grown, date).working !== workingDay(RUSSIA, date).working);
    expect(differing).toEqual(["2028-12-29"]);
    expect(workingDay(grown, "2028-12-29")).toEqual({ working: false, certainty: "decreed" });
  });
});

describe("the working day beside a day off", () => {
  test.each([
    ["2026-01-01", "next", "2026-01-12", "decreed"],
    ["2026-01-01", "previous", "2025-12-30", "decreed"],
    ["2026-05-01", "next", "2026-05-04", "decreed"],
    ["2025-05-01", "next", "2025-05-05", "decreed"],
    ["2025-05-11", "previous", "2025-05-07", "decreed"],
    ["2024-04-27", "previous", "2024-04-27", "decreed"],
    ["2026-12-31", "next", "2027-01-11", "decreed"],
    ["2026-12-31", "same", "2026-12-31", "decreed"],
    ["2027-12-31", "next", "2028-01-10", "not-decreed-yet"],
    ["2027-12-31", "previous", "2027-12-30", "decreed"],
    ["2028-01-01", "previous", "2027-12-30", "not-decreed-yet"],
    ["2031-08-02", "next", "2031-08-04", "not-decreed-yet"],
    ["2031-08-02", "same", "2031-08-02", "decreed"],
  ] as const)("%s, %s: %s, %s", (date, rule, moved, certainty) => {
    expect(toWorkingDay(RUSSIA, { date, rule })).toEqual({ date: moved, certainty });
  });
});

describe("a table of working days", () => {
  test("no country is released with a fault in its table", () => {
    expect(COUNTRY_CODES.map((code) => [code, faultsOfCountryDays(workingDaysOf(code))])).toEqual(
      COUNTRY_CODES.map((code) => [code, []]),
    );
    for (const code of COUNTRY_CODES) expect(workingDaysOf(code).country).toBe(code);
  });

  const decree: Decree = { year: 2028, number: "77", signedOn: "2027-10-01", moves: [] };
  const withDecree = (change: Partial<Decree>): CountryDays => ({
    ...RUSSIA,
    decrees: [...RUSSIA.decrees, { ...decree, ...change }],
  });
  const moves = (from: CivilDate, to: CivilDate) => withDecree({ moves: [{ from, to }] });

  test.each<readonly [string, CountryDays, string]>([
    ["a country that is none", { ...RUSSIA, country: "Russia" }, "no ISO 3166 code"],
    ["a law without a name", { ...RUSSIA, law: " " }, "not named"],
    ["a week without days off", { ...RUSSIA, weekend: [] }, "days off"],
    [
      "a holiday that does not exist",
      { ...RUSSIA, holidays: [{ month: 2, day: 30, dayOffMoves: "by-law" }] },
      "2-30 does not exist",
    ],
    ["a holiday twice", { ...RUSSIA, holidays: [...RUSSIA.holidays, ...RUSSIA.holidays] }, "stands twice"],
    ["a year twice", withDecree({ year: 2027, signedOn: "2026-10-01" }), "each once"],
    ["a decree without a number", withDecree({ number: "draft" }), "no number"],
    ["a decree signed on no day", withDecree({ signedOn: "2027-02-30" }), "2027-02-30 does not exist"],
    ["a decree after its year", withDecree({ signedOn: "2029-01-01" }), "younger"],
    ["a day that does not exist", moves("2028-01-08", "2028-02-30"), "2028-02-30 does not exist"],
    ["a day of another year", moves("2028-01-08", "2029-05-08"), "another year"],
    ["a working day moved as a day off", moves("2028-01-11", "2028-05-08"), "no day off"],
    ["a day off given on a day off", moves("2028-01-08", "2028-05-09"), "day off already"],
    [
      "a day moved twice",
      withDecree({
        moves: [
          { from: "2028-01-08", to: "2028-05-08" },
          { from: "2028-01-08", to: "2028-05-10" },
        ],
      }),
      "moved twice",
    ],
  ])("is refused with %s", (_name, table, fault) => {
    expect(faultsOfCountryDays(table).join("; ")).toContain(fault);
  });
});
