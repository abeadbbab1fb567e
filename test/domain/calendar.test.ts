import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDays,
  civilDate,
  dateOfDayNumber,
  dayInMonth,
  dayNumber,
  daysBetween,
  daysInMonth,
  earlierDate,
  isCivilDate,
  isCivilTime,
  laterDate,
  monthAfter,
  partsOf,
  PERIODS,
  periodOf,
  secondOfDay,
  weekdayOf,
} from "../../domain/calendar.ts";

/** Any day from 1700 to 2600. */
const anyDate = fc
  .integer({ min: dayNumber("1700-01-01"), max: dayNumber("2600-12-31") })
  .map(dateOfDayNumber);
const utc = (date: string): Date => new Date(`${date}T00:00:00Z`);

describe("civil dates", () => {
  test("agree with the platform's own calendar on every day of 1700–2600", () => {
    fc.assert(
      fc.property(anyDate, (date) => {
        expect(utc(date).getTime()).toBe(dayNumber(date) * 86_400_000);
        expect(utc(date).toISOString().slice(0, 10)).toBe(date);
        expect(weekdayOf(date)).toBe(utc(date).getUTCDay() === 0 ? 7 : utc(date).getUTCDay());
        expect(civilDate(partsOf(date))).toBe(date);
      }),
      { numRuns: 2_000 },
    );
  });

  test("adding days and counting them undo each other", () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: -300_000, max: 300_000 }), (from, days) => {
        fc.pre(dayNumber(from) + days >= dayNumber("1600-01-01"));
        const to = addDays(from, days);
        expect(daysBetween({ from, to })).toBe(days);
        expect(to < from).toBe(days < 0);
      }),
    );
  });

  test.each([
    "2026-02-29",
    "2026-13-01",
    "2026-00-10",
    "2026-04-31",
    "2026-1-01",
    "26-01-01",
    "2026-01-01 ",
    "0001-01-01",
    "",
  ])("%j is no date", (text) => {
    expect(isCivilDate(text)).toBe(false);
    expect(() => partsOf(text)).toThrow(RangeError);
  });

  test("leap years", () => {
    expect([2024, 2026, 1900, 2000].map((year) => daysInMonth({ year, month: 2 }))).toEqual([29, 28, 28, 29]);
    expect(isCivilDate("2028-02-29")).toBe(true);
    expect(() => civilDate({ year: 2026, month: 2, day: 30 })).toThrow(RangeError);
  });
});

test("the anchor day is clamped to a month's end from itself, never from the month before", () => {
  const days = [1, 2, 3, 4].map((month) => dayInMonth({ year: 2026, month, anchorDay: 31 }));
  expect(days).toEqual(["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
});

test("months before and after cross years", () => {
  expect(monthAfter("2026-11-30", 2)).toEqual({ year: 2027, month: 1 });
  expect(monthAfter("2026-01-31", -1)).toEqual({ year: 2025, month: 12 });
});

describe("civil periods", () => {
  test("hold their date, touch without gap, and do not overlap", () => {
    fc.assert(
      fc.property(anyDate, fc.constantFrom(...PERIODS), (date, period) => {
        const { from, to } = periodOf(date, period);
        expect(from <= date && date <= to).toBe(true);
        expect(periodOf(to, period)).toEqual({ from, to });
        expect(periodOf(addDays(to, 1), period).from).toBe(addDays(to, 1));
      }),
    );
  });

  test("weeks begin on Monday", () => {
    expect(periodOf("2027-01-01", "week")).toEqual({ from: "2026-12-28", to: "2027-01-03" });
  });
});

test("times", () => {
  expect([isCivilTime("23:59"), isCivilTime("24:00"), isCivilTime("9:00"), isCivilTime("10:15:30")]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(secondOfDay("10:15:30")).toBe(36_930);
  expect(() => secondOfDay("25:00")).toThrow(RangeError);
  expect([laterDate("2026-01-01", "2026-01-02"), earlierDate("2026-01-01", "2026-01-02")]).toEqual([
    "2026-01-02",
    "2026-01-01",
  ]);
});
