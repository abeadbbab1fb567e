import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, type CivilDate, dateOfDayNumber, dayNumber, type Weekday } from "../../domain/calendar.ts";
import { money } from "../../domain/money.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { periodOfSchedule, periodStartOf, type Schedule } from "../../domain/schedule.ts";
import {
  momentOfRun,
  nextScheduledRun,
  reckonedAgain,
  runOf,
  type ScheduledRun,
} from "../../domain/scheduled-run.ts";
import { fitsPeriod, type Terms } from "../../domain/terms.ts";
import type { OnSchedule } from "../../domain/trigger.ts";
import {
  type CountryDays,
  type NonWorkingDayRule,
  workingDay,
} from "../../domain/working-days/country-days.ts";
import { RUSSIA } from "../../domain/working-days/ru.ts";
import { periodOf } from "../../domain/calendar.ts";

function trigger(schedule: Schedule, rule: NonWorkingDayRule): OnSchedule {
  return {
    kind: "on-schedule",
    schedule,
    pays: money(50_000, "RUB"),
    nonWorkingDay: { rule, country: "RU" },
  };
}

const monthly = (day: number, rule: NonWorkingDayRule) => trigger({ kind: "monthly", day }, rule);

/** The debit days of some nominal ones, in a row. */
function debits(of: OnSchedule, first: CivilDate, count: number): CivilDate[] {
  const runs: ScheduledRun[] = [];
  let lastPeriod: CivilDate | null = null;
  while (runs.length < count) {
    const run = nextScheduledRun(of, { from: first, consentedOn: first, lastPeriod });
    runs.push(run);
    lastPeriod = run.period;
  }
  return runs.map(({ debit }) => debit);
}

const anySchedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc.integer({ min: 1, max: 31 }).map((day) => ({ kind: "monthly", day }) as const),
  fc.integer({ min: 1, max: 7 }).map((weekday) => ({ kind: "weekly", weekday: weekday as Weekday }) as const),
);
const anyRule = fc.constantFrom<NonWorkingDayRule>("same", "next", "previous");
const anyDate = fc
  .integer({ min: dayNumber("2023-01-01"), max: dayNumber("2035-12-31") })
  .map(dateOfDayNumber);

describe("the debit day of a monthly run", () => {
  test.each<readonly [string, number, NonWorkingDayRule, CivilDate, readonly CivilDate[]]>([
    [
      "the 29th of short and leap Februaries",
      29,
      "same",
      "2027-01-29",
      ["2027-01-29", "2027-02-28", "2027-03-29"],
    ],
    ["the 29th of a leap February", 29, "same", "2028-02-01", ["2028-02-29", "2028-03-29"]],
    ["the 30th", 30, "same", "2027-01-30", ["2027-01-30", "2027-02-28", "2027-03-30"]],
    ["the 31st", 31, "same", "2027-03-31", ["2027-03-31", "2027-04-30", "2027-05-31"]],
    ["the 31st, next, over weekends", 31, "next", "2026-01-15", ["2026-02-02", "2026-03-02", "2026-03-31"]],
    [
      "the 31st, previous, over weekends",
      31,
      "previous",
      "2026-01-15",
      ["2026-01-30", "2026-02-27", "2026-03-31"],
    ],
    ["the long January, next", 1, "next", "2025-12-15", ["2026-01-12", "2026-02-02"]],
    ["the long January, previous: in December", 1, "previous", "2025-12-15", ["2025-12-30", "2026-01-30"]],
    ["the end of the long January, previous", 11, "previous", "2025-12-15", ["2025-12-30", "2026-02-11"]],
    ["the last of December that is a day off, next", 31, "next", "2026-12-01", ["2027-01-11", "2027-02-01"]],
    ["the first of May, next", 1, "next", "2025-04-15", ["2025-05-05", "2025-06-02"]],
    ["the first of May, previous", 1, "previous", "2025-04-15", ["2025-04-30", "2025-05-30"]],
    ["the long May of 2025, next", 8, "next", "2025-05-01", ["2025-05-12", "2025-06-09"]],
    ["the long May of 2025, previous", 11, "previous", "2025-05-01", ["2025-05-07", "2025-06-11"]],
    ["the long May of 2024, previous", 30, "previous", "2024-04-01", ["2024-04-27", "2024-05-30"]],
  ])("%s", (_name, day, rule, from, expected) => {
    expect(debits(monthly(day, rule), from, expected.length)).toEqual(expected);
  });

  test("a January debit that falls into December keeps January's name, and the limits of December count it", () => {
    const run = runOf(monthly(1, "previous"), "2027-01-01");
    expect(run).toEqual({
      nominal: "2027-01-01",
      period: "2027-01-01",
      debit: "2026-12-30",
      certainty: "decreed",
    });
    const december = runOf(monthly(1, "previous"), "2026-12-01");
    expect(december.debit).toBe("2026-12-01");
    expect(periodOf(run.debit, "month")).toEqual(periodOf(december.debit, "month"));
    const terms: Terms = {
      limitPerPayment: "unlimited",
      limitPerPeriod: { amount: money(60_000, "RUB"), period: "month" },
      methods: ["m-1"],
      overLimit: "ask",
      lateBill: "ask",
      noticePack: NOTICE_PACKS.RU,
      zone: "Europe/Moscow",
      trigger: monthly(1, "previous"),
    };
    const used = [december]
      .filter(({ debit }) => periodOf(debit, "month").from === periodOf(run.debit, "month").from)
      .reduce((sum) => sum + 50_000, 0);
    expect(fitsPeriod(terms, { used: money(used, "RUB"), debit: money(50_000, "RUB") })).toBe(false);
    expect(fitsPeriod(terms, { used: money(0, "RUB"), debit: money(50_000, "RUB") })).toBe(true);
  });

  test("a run over the holidays of a year that nobody has decreed yet says so; by the schedule's own day there is nothing to decree", () => {
    expect(runOf(monthly(31, "next"), "2027-12-31")).toMatchObject({
      debit: "2028-01-10",
      certainty: "not-decreed-yet",
    });
    expect(runOf(monthly(31, "same"), "2027-12-31")).toMatchObject({
      debit: "2027-12-31",
      certainty: "decreed",
    });
  });

  test("is reached at the opening of the hours that the payer agreed to", () => {
    expect(momentOfRun(runOf(monthly(1, "next"), "2026-01-01"), NOTICE_PACKS.RU)).toEqual({
      date: "2026-01-12",
      time: "08:00",
    });
  });
});

describe("runs one after the other", () => {
  test("every period from the consent on has one run, on the right side of its nominal day, with no working day between", () => {
    fc.assert(
      fc.property(anySchedule, anyRule, anyDate, (schedule, rule, consentedOn) => {
        const of = trigger(schedule, rule);
        let [from, lastPeriod]: [CivilDate, CivilDate | null] = [consentedOn, null];
        for (let count = 0; count < 24; count += 1) {
          const run = nextScheduledRun(of, { from, consentedOn, lastPeriod });
          if (lastPeriod !== null) {
            const length = periodOfSchedule(schedule);
            expect(run.period).toBe(addDays(periodOf(lastPeriod, length).to, 1));
          }
          expect(run.period).toBe(periodStartOf(schedule, run.nominal));
          const [low, high] = [run.nominal, run.debit].toSorted() as [CivilDate, CivilDate];
          for (let day = low; day <= high; day = addDays(day, 1)) {
            if (rule !== "same" && day !== run.debit) expect(workingDay(RUSSIA, day).working).toBe(false);
          }
          if (rule !== "same") expect(workingDay(RUSSIA, run.debit).working).toBe(true);
          if (rule === "next") expect(run.debit >= run.nominal).toBe(true);
          else if (rule === "previous") expect(run.debit <= run.nominal).toBe(true);
          else expect(run.debit).toBe(run.nominal);
          [from, lastPeriod] = [run.debit, run.period];
        }
      }),
      { numRuns: 150 },
    );
  });

  test("asked on whatever day before its debit, it is the same run", () => {
    fc.assert(
      fc.property(
        anySchedule,
        anyRule,
        anyDate,
        fc.integer({ min: 0, max: 40 }),
        (schedule, rule, from, earlier) => {
          const of = trigger(schedule, rule);
          const soFar = { consentedOn: addDays(from, -60), lastPeriod: null };
          const run = nextScheduledRun(of, { ...soFar, from });
          const asked = nextScheduledRun(of, { ...soFar, from: addDays(run.debit, -earlier) });
          expect(asked.debit <= run.debit).toBe(true);
          if (earlier === 0) expect(asked.debit).toBe(run.debit);
        },
      ),
    );
  });

  test("a schedule that was edited after it has run does not run again in that period, one edited before it does", () => {
    const edited = monthly(20, "same");
    const soFar = { from: "2027-03-10", consentedOn: "2027-03-10" };
    expect(nextScheduledRun(edited, { ...soFar, lastPeriod: "2027-03-01" }).nominal).toBe("2027-04-20");
    expect(nextScheduledRun(edited, { ...soFar, lastPeriod: "2027-02-01" }).nominal).toBe("2027-03-20");
    const weekly = trigger({ kind: "weekly", weekday: 3 }, "same");
    expect(nextScheduledRun(weekly, { ...soFar, lastPeriod: "2027-03-01" }).nominal).toBe("2027-03-10");
  });

  test("a day that the schedule names for before the consent is not run, not even where its debit would come later", () => {
    const run = nextScheduledRun(monthly(1, "next"), {
      from: "2026-01-05",
      consentedOn: "2026-01-05",
      lastPeriod: null,
    });
    expect(run.nominal).toBe("2026-02-01");
    const before = nextScheduledRun(monthly(1, "previous"), {
      from: "2025-12-31",
      consentedOn: "2025-12-31",
      lastPeriod: null,
    });
    expect(before.nominal).toBe("2026-02-01");
  });

  test("two weeks whose days are both off may be debited on one day, each under its own name", () => {
    const of = trigger({ kind: "weekly", weekday: 4 }, "previous");
    const runs = ["2026-01-01", "2026-01-08"].map((nominal) => runOf(of, nominal));
    expect(runs.map(({ debit, period }) => [debit, period])).toEqual([
      ["2025-12-30", "2025-12-29"],
      ["2025-12-30", "2026-01-05"],
    ]);
  });
});

describe("a table that has grown", () => {
  const grown: CountryDays = {
    ...RUSSIA,
    decrees: [
      ...RUSSIA.decrees,
      { year: 2028, number: "1", signedOn: "2027-10-01", moves: [{ from: "2028-01-08", to: "2028-01-10" }] },
    ],
  };
  const of = monthly(31, "next");
  const run = runOf(of, "2027-12-31");

  test("moves a run ahead, under the same name", () => {
    expect(run.debit).toBe("2028-01-10");
    const again = reckonedAgain(of, run, { today: "2027-10-02", lastPeriod: "2027-11-01" }, () => grown);
    expect(again).toEqual({ ...run, debit: "2028-01-11", certainty: "decreed" });
  });

  test("never runs again what has run, and never names a day that is over", () => {
    expect(reckonedAgain(of, run, { today: "2028-01-11", lastPeriod: "2027-12-01" }, () => grown)).toBeNull();
    expect(
      reckonedAgain(of, run, { today: "2028-01-12", lastPeriod: "2027-11-01" }, () => grown)?.debit,
    ).toBe("2028-01-12");
  });
});
