import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDays,
  dateOfDayNumber,
  dayNumber,
  daysInMonth,
  partsOf,
  periodOf,
  type Weekday,
  weekdayOf,
} from "../../domain/calendar.ts";
import {
  isSchedule,
  nextRun,
  periodOfSchedule,
  periodStartOf,
  runOnOrAfter,
  runsBetween,
  type Schedule,
} from "../../domain/schedule.ts";

const anySchedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.integer({ min: 1, max: 31 }).map((day) => ({ kind: "monthly", day }) as const),
  fc.integer({ min: 1, max: 7 }).map((weekday) => ({ kind: "weekly", weekday: weekday as Weekday }) as const),
);
const anyDate = fc
  .integer({ min: dayNumber("2020-01-01"), max: dayNumber("2040-12-31") })
  .map(dateOfDayNumber);

describe("a schedule", () => {
  test("over ten years: every period has exactly one run, none twice and none skipped", () => {
    fc.assert(
      fc.property(anySchedule, anyDate, (schedule, start) => {
        const period = periodOfSchedule(schedule);
        const from = periodOf(start, period).from;
        const to = periodOf(addDays(from, 3_650), period).to;
        const runs = runsBetween(schedule, { from, to });
        const periods = runs.map((run) => periodStartOf(schedule, run));
        expect(new Set(periods).size).toBe(runs.length);
        for (
          let next = from, index = 0;
          next <= to;
          next = addDays(periodOf(next, period).to, 1), index += 1
        ) {
          expect(periods[index]).toBe(next);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("falls on its day, or on the month's last where the month is shorter", () => {
    fc.assert(
      fc.property(anySchedule, anyDate, (schedule, date) => {
        const run = runOnOrAfter(schedule, date);
        if (schedule.kind === "weekly") expect(weekdayOf(run)).toBe(schedule.weekday);
        else expect(partsOf(run).day).toBe(Math.min(schedule.day, daysInMonth(partsOf(run))));
      }),
    );
  });

  test("the next run is the first later one, whatever day it is asked on", () => {
    fc.assert(
      fc.property(anySchedule, anyDate, (schedule, date) => {
        const next = nextRun(schedule, date);
        expect(next > date).toBe(true);
        expect(runsBetween(schedule, { from: addDays(date, 1), to: addDays(next, -1) })).toEqual([]);
        expect(runOnOrAfter(schedule, next)).toBe(next);
      }),
    );
  });

  test("the 31st stays the 31st after a short month", () => {
    expect(runsBetween({ kind: "monthly", day: 31 }, { from: "2027-12-31", to: "2028-04-30" })).toEqual([
      "2027-12-31",
      "2028-01-31",
      "2028-02-29",
      "2028-03-31",
      "2028-04-30",
    ]);
  });

  test("a day that does not exist is refused", () => {
    for (const schedule of [
      { kind: "monthly", day: 0 },
      { kind: "monthly", day: 32 },
      { kind: "monthly", day: 1.5 },
    ] as const) {
      expect(isSchedule(schedule)).toBe(false);
      expect(() => runOnOrAfter(schedule, "2026-01-01")).toThrow(RangeError);
    }
  });
});
