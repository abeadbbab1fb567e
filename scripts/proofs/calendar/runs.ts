import { addDays, type CivilDate, civilDate, monthAfter } from "../../../domain/calendar.ts";
import { money } from "../../../domain/money.ts";
import { nextScheduledRun, type ScheduledRun } from "../../../domain/scheduled-run.ts";
import type { OnSchedule } from "../../../domain/trigger.ts";
import { RUSSIA } from "../../../domain/working-days/ru.ts";
import {
  NON_WORKING_DAY_RULES,
  type NonWorkingDayRule,
  workingDay,
} from "../../../domain/working-days/country-days.ts";

/** All runs of one schedule, in order. */
export type Sequence = {
  readonly day: number;
  readonly rule: NonWorkingDayRule;
  readonly runs: readonly ScheduledRun[];
};

/** Walks every day of the month and every rule over the months, as the engine would: from each run to the next. */
export function walkAll(first: CivilDate, months: number): readonly Sequence[] {
  return NON_WORKING_DAY_RULES.flatMap((rule) =>
    Array.from({ length: 31 }, (_, index) => ({
      day: index + 1,
      rule,
      runs: walk({ day: index + 1, rule }, first, months),
    })),
  );
}

function walk(
  schedule: { readonly day: number; readonly rule: NonWorkingDayRule },
  first: CivilDate,
  months: number,
): readonly ScheduledRun[] {
  const trigger: OnSchedule = {
    kind: "on-schedule",
    schedule: { kind: "monthly", day: schedule.day },
    pays: money(50_000, "RUB"),
    nonWorkingDay: { rule: schedule.rule, country: "RU" },
  };
  // consent so early that the first month's run counts even where its debit lies before the month
  const consentedOn = addDays(first, -31);
  let lastPeriod: CivilDate = civilDate({ ...monthAfter(first, -1), day: 1 });
  let from = consentedOn;
  const runs: ScheduledRun[] = [];
  while (runs.length < months) {
    const run = nextScheduledRun(trigger, { from, consentedOn, lastPeriod });
    runs.push(run);
    [from, lastPeriod] = [run.debit, run.period];
  }
  return runs;
}

/** What is wrong with a walk, by the calendar alone: each month once and in its turn, each debit on the right side and no working day passed over. */
export function faultsOfWalk({ rule, runs }: Sequence, first: CivilDate): readonly string[] {
  return runs.flatMap((run, index) => {
    const month = civilDate({ ...monthAfter(first, index), day: 1 });
    if (run.period !== month) return [`the run of ${run.period} stands where ${month} has its turn`];
    const forth = rule === "previous" ? -1 : 1;
    let expected = run.nominal;
    while (rule !== "same" && !workingDay(RUSSIA, expected).working) expected = addDays(expected, forth);
    return run.debit === expected ? [] : [`${run.nominal}, ${rule}: ${run.debit}, not ${expected}`];
  });
}
