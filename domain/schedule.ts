import {
  addDays,
  type CivilDate,
  dayInMonth,
  monthAfter,
  partsOf,
  type Period,
  periodOf,
  type Weekday,
  weekdayOf,
} from "./calendar.ts";

/** When a mandate acts by itself: once a month on a day (29–31: the month's last day where it is shorter), or once a week. */
export type Schedule =
  | { readonly kind: "monthly"; readonly day: number }
  | { readonly kind: "weekly"; readonly weekday: Weekday };

/** True when a schedule names a day that exists: 1–31, or Monday 1 – Sunday 7. */
export function isSchedule(schedule: Schedule): boolean {
  const [day, last] = schedule.kind === "monthly" ? [schedule.day, 31] : [schedule.weekday, 7];
  return Number.isInteger(day) && day >= 1 && day <= last;
}

/** The first run on the date or later. Throws `RangeError` for a schedule that {@link isSchedule} refuses. */
export function runOnOrAfter(schedule: Schedule, date: CivilDate): CivilDate {
  if (!isSchedule(schedule)) throw new RangeError("schedule: its day does not exist");
  if (schedule.kind === "weekly") return addDays(date, (schedule.weekday - weekdayOf(date) + 7) % 7);
  const inThisMonth = dayInMonth({ ...partsOf(date), anchorDay: schedule.day });
  // Clamped from the anchor each time, so a short February never turns "the 31st" into "the 28th" for good.
  return inThisMonth >= date ? inThisMonth : dayInMonth({ ...monthAfter(date, 1), anchorDay: schedule.day });
}

/** The first run later than the date. */
export function nextRun(schedule: Schedule, after: CivilDate): CivilDate {
  return runOnOrAfter(schedule, addDays(after, 1));
}

/** All runs from `from` to `to`, both included, earliest first. */
export function runsBetween(
  schedule: Schedule,
  span: { readonly from: CivilDate; readonly to: CivilDate },
): CivilDate[] {
  const runs: CivilDate[] = [];
  for (let run = runOnOrAfter(schedule, span.from); run <= span.to; run = nextRun(schedule, run))
    runs.push(run);
  return runs;
}

/** The civil period that has exactly one run of the schedule: its month or its week. */
export function periodOfSchedule(schedule: Schedule): Period {
  return schedule.kind === "monthly" ? "month" : "week";
}

/** The first day of the period that a run belongs to: names the run's debt in its claim key, whatever day it really runs on. */
export function periodStartOf(schedule: Schedule, run: CivilDate): CivilDate {
  return periodOf(run, periodOfSchedule(schedule)).from;
}
