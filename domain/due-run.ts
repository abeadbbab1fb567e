import type { PlanMandate, RunDay } from "./plan.ts";
import { runOnOrAfter } from "./schedule.ts";
import { nextScheduledRun, runOf, type Tables } from "./scheduled-run.ts";
import { workingDaysOf } from "./working-days/countries.ts";

/** What the database makes of a bill planned for a run. Instants are ISO UTC. */
export type RunClock = Pick<
  PlanMandate,
  "plannedOn" | "notBefore" | "notAfter" | "amountMinor" | "usedMinor"
> & {
  /** The opening of the payer's hours on the day of the run. */
  readonly at: string;
  /** After this the money would not reach the biller by the due day; a discount may end earlier. */
  readonly dueSafe: string;
};

/**
 * The run that a bill is for: the one that its payment waits for already, on the day that the table of today gives it, or the first whose day a notice
 * of now can still make. Null for a mandate that does not pay what is due on a schedule.
 */
export function runToPlan(
  mandate: Pick<PlanMandate, "terms" | "plannedOn" | "consentedOn">,
  planned: RunDay | null,
  tables: Tables = workingDaysOf,
): RunDay | null {
  const { trigger } = mandate.terms;
  if (trigger.kind !== "on-schedule" || trigger.pays !== "due") return null;
  // a bill that has its run keeps it: an amendment on the eve makes it a day late, not a month
  const kept =
    planned !== null && runOnOrAfter(trigger.schedule, planned.nominal) === planned.nominal
      ? runOf(trigger, planned.nominal, tables)
      : null;
  const from = mandate.plannedOn;
  const run =
    kept ??
    nextScheduledRun(trigger, { from, consentedOn: mandate.consentedOn ?? from, lastPeriod: null }, tables);
  return { nominal: run.nominal, debitOn: run.debit };
}

/**
 * The mandate at the time when it would really pay the bill: on its run where that comes before the bill's last safe moment. A discount that ends
 * before the run brings the date forward to the soonest that a notice allows (M7). A due day before the run cannot wait for it: then it is asked about
 * or paid as soon as its notice allows, as the payer chose for late bills (M11).
 */
export function atItsTime(mandate: PlanMandate, run: RunDay, clock: RunClock): PlanMandate {
  const { at, dueSafe, ...times } = clock;
  const onItsRun = { ...mandate, ...times, run: { ...run, at } };
  if (!isAfter(clock.notBefore, mandate.lastSafe)) return onItsRun;
  if (isAfter(clock.notBefore, dueSafe)) return { ...mandate, run: null, cannotWait: true };
  // only a discount ends before the run: what can keep it keeps it, what cannot gains nothing by hurry
  return isAfter(mandate.notBefore, mandate.lastSafe) ? onItsRun : { ...mandate, run: null };
}

function isAfter(a: string, b: string): boolean {
  return Date.parse(a) > Date.parse(b);
}
