import { addDays, type CivilDate, type CivilMoment, laterDate } from "./calendar.ts";
import type { NoticePack } from "./notice-policy.ts";
import { nextRun, periodStartOf, runOnOrAfter } from "./schedule.ts";
import type { OnSchedule } from "./trigger.ts";
import { type CountryCode, workingDaysOf } from "./working-days/countries.ts";
import {
  type Certainty,
  type CountryDays,
  LONGEST_MOVE_DAYS,
  toWorkingDay,
} from "./working-days/country-days.ts";

/** One run of a schedule. */
export type ScheduledRun = {
  /** The day that the schedule names. */
  readonly nominal: CivilDate;
  /** The first day of the nominal day's month or week: the run's name. One period has one run, wherever its debit falls. */
  readonly period: CivilDate;
  /** The day of the debit; may lie in another month than the nominal one. Limits count this day. */
  readonly debit: CivilDate;
  readonly certainty: Certainty;
};

/** Where working days come from; by default what this release knows. */
export type Tables = (country: CountryCode) => CountryDays;

/** What a mandate's row knows of its runs. */
export type RunsSoFar = {
  /** No debit before this day. */
  readonly from: CivilDate;
  /** The day of the consent to this very schedule: what it names for earlier days is not run, not even late. */
  readonly consentedOn: CivilDate;
  /** The period of the latest run under any schedule of the mandate; null before the first. */
  readonly lastPeriod: CivilDate | null;
};

/** The run that a nominal day leads to. */
export function runOf(trigger: OnSchedule, nominal: CivilDate, tables: Tables = workingDaysOf): ScheduledRun {
  const { schedule, nonWorkingDay } = trigger;
  const period = periodStartOf(schedule, nominal);
  if (nonWorkingDay === undefined || nonWorkingDay.rule === "same")
    return { nominal, period, debit: nominal, certainty: "decreed" };
  const moved = toWorkingDay(tables(nonWorkingDay.country), { date: nominal, rule: nonWorkingDay.rule });
  return { nominal, period, debit: moved.date, certainty: moved.certainty };
}

/**
 * The next run. A period that has run is over, also for a schedule that was edited since: the 5th made into the 20th after the 5th has run waits for
 * the next month.
 */
export function nextScheduledRun(
  trigger: OnSchedule,
  soFar: RunsSoFar,
  tables: Tables = workingDaysOf,
): ScheduledRun {
  const { from, consentedOn, lastPeriod } = soFar;
  const { schedule } = trigger;
  // a debit may come so many days after its nominal day, or before it
  let nominal = runOnOrAfter(schedule, laterDate(consentedOn, addDays(from, -LONGEST_MOVE_DAYS)));
  for (;;) {
    const run = runOf(trigger, nominal, tables);
    if (run.debit >= laterDate(from, consentedOn) && (lastPeriod === null || run.period > lastPeriod))
      return run;
    nominal = nextRun(schedule, nominal);
  }
}

/**
 * A run that was reckoned earlier, by the table of today: the same period and nominal day, perhaps another debit day, never one that is over. Null when
 * its period has run: nothing a table says afterwards runs it again.
 */
export function reckonedAgain(
  trigger: OnSchedule,
  run: ScheduledRun,
  now: { readonly today: CivilDate; readonly lastPeriod: CivilDate | null },
  tables: Tables = workingDaysOf,
): ScheduledRun | null {
  if (now.lastPeriod !== null && run.period <= now.lastPeriod) return null;
  const again = runOf(trigger, run.nominal, tables);
  return { ...again, debit: laterDate(again.debit, now.today) };
}

/**
 * When the debit of a run may come at the earliest, on the payer's wall clock: at the opening of the hours that the payer agreed to. The database makes
 * an instant of it once, when the run is planned. A wall-clock time that a change of clocks skips counts by the clock of before the change (02:30 becomes
 * 03:30); one that comes twice counts as its second coming: never early, at most so late as the clocks were turned.
 */
export function momentOfRun(run: ScheduledRun, pack: Pick<NoticePack, "hours">): CivilMoment {
  return { date: run.debit, time: pack.hours.from };
}
