import { type Kysely, sql } from "kysely";
import { addDays, type CivilDate, laterDate } from "../../domain/calendar.ts";
import { canonical } from "../../domain/canonical.ts";
import { periodOfSchedule } from "../../domain/schedule.ts";
import {
  nextScheduledRun,
  reckonedAgain,
  type ScheduledRun,
  type Tables,
} from "../../domain/scheduled-run.ts";
import type { MandateState, Terms } from "../../domain/mandate.ts";
import type { Money } from "../../domain/money.ts";
import type { OnSchedule, Trigger } from "../../domain/trigger.ts";
import { workingDaysOf } from "../../domain/working-days/countries.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { makeMandatesBill, planMandatesBill, type Purpose } from "./own-bills.ts";
import { inTransaction } from "./transaction.ts";

/** A schedule that pays a fixed sum. */
type FixedSchedule = OnSchedule & { readonly pays: Money };

type Ahead = ScheduledRun & {
  readonly trigger: Trigger;
  readonly zone: string;
  /** It is time to announce it; where it pays what is due, its day has come: its bills were announced by their own notices. */
  readonly due: boolean;
};

type MandateOfRuns = {
  readonly state: MandateState;
  readonly billerId: string;
  readonly account: string;
  readonly terms: Terms;
  readonly today: CivilDate;
  /** The day on which the payer agreed to this very trigger. */
  readonly consentedOn: CivilDate;
  readonly lastPeriod: CivilDate | null;
  readonly ahead: Ahead | null;
};

/** A day that is not decreed yet is reckoned again so often: the table may have grown with a release. */
const UNCERTAIN_FOR = "7 days";

/** What a look at a mandate's schedule did. */
export type RunOutcome = "planned" | "skipped" | "nothing-due";

/**
 * Announces the run whose time has come, and keeps the next one: both in one transaction behind the mandate's lock, so a run is announced once,
 * however often and by however many it is asked for. Where what is due is paid, bills were planned when they came: what is still open on the day is
 * looked at once more, for the next one. Nothing for mandates without a schedule.
 */
export async function runSchedule(
  db: Database,
  request: { readonly mandateId: string; readonly purpose: Purpose },
  tables: Tables = workingDaysOf,
): Promise<RunOutcome> {
  const { mandateId, purpose } = request;
  return inTransaction(db, async (transaction) => {
    await sql`select 1 from mandates where id = ${mandateId} for no key update`.execute(transaction);
    const mandate = await readMandate(transaction, mandateId);
    const schedule = mandate.state === "ended" ? null : scheduleOf(mandate.terms);
    if (schedule === null) {
      if (mandate.ahead !== null) await forgetAhead(transaction, mandateId);
      // a mandate that waits for bills has no instant of its own, whatever a schedule or a cool-down wrote before an edit
      const waitsForBills = mandate.state !== "ended" && mandate.terms.trigger.kind === "on-bill";
      if (mandate.ahead !== null || waitsForBills) await lookAgain(transaction, mandateId);
      return "nothing-due";
    }
    const current = await keepAhead(transaction, mandateId, { mandate, schedule, tables });
    let outcome: RunOutcome = "nothing-due";
    if (current.due && isFixed(schedule)) {
      outcome = await carryOut(transaction, mandateId, { mandate, schedule, run: current, purpose });
      const after = { ...mandate, ahead: null, lastPeriod: current.period };
      await keepAhead(transaction, mandateId, { mandate: after, schedule, tables });
    } else if (current.due) {
      await planAgain(transaction, mandateId);
      const over = { mandate: { ...mandate, ahead: null }, overOn: current.debit };
      await keepAhead(transaction, mandateId, { ...over, schedule, tables });
    }
    await lookAgain(transaction, mandateId);
    return outcome;
  });
}

function scheduleOf({ trigger }: Terms): OnSchedule | null {
  return trigger.kind === "on-schedule" ? trigger : null;
}

function isFixed(schedule: OnSchedule): schedule is FixedSchedule {
  return schedule.pays !== "due";
}

/** A month or week runs once; a day on which what is due is paid is no debt of its own and is named by itself. */
function nameOf(
  schedule: OnSchedule,
  run: ScheduledRun,
): { readonly kind: string; readonly period: CivilDate } {
  return isFixed(schedule)
    ? { kind: periodOfSchedule(schedule.schedule), period: run.period }
    : { kind: "day", period: run.nominal };
}

/** The planner looks at everything that is owed and covered once more. */
async function planAgain(transaction: Kysely<DB>, mandateId: string): Promise<void> {
  await sql`select plan_mandate_again(${mandateId}, 'schedule')`.execute(transaction);
}

async function readMandate(transaction: Kysely<DB>, mandateId: string): Promise<MandateOfRuns> {
  const { rows } = await sql<MandateOfRuns>`
    select m.state, m.biller_id as "billerId", m.account, v.terms, (business_now() at time zone (v.terms->>'zone'))::date as today,
      consented_on(m) as "consentedOn",
      (select max(period) from mandate_runs where mandate_id = m.id and state <> 'ahead') as "lastPeriod",
      (select jsonb_build_object('nominal', a.nominal, 'period', a.period, 'debit', a.debit_on, 'certainty', a.certainty, 'trigger', a.trigger,
         'zone', a.zone, 'due', (case a.period_kind when 'day' then a.debit_at else a.plan_at end) <= business_now())
        from mandate_runs a where a.mandate_id = m.id and a.state = 'ahead') as ahead
    from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version where m.id = ${mandateId}`.execute(
    transaction,
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`no mandate ${mandateId}`);
  return row;
}

/** The run ahead, as today's schedule and table have it. What stands already keeps its instants unless its day has changed. */
async function keepAhead(
  transaction: Kysely<DB>,
  mandateId: string,
  of: {
    readonly mandate: MandateOfRuns;
    readonly schedule: OnSchedule;
    readonly tables: Tables;
    /** The day of a run that is over. */
    readonly overOn?: CivilDate;
  },
): Promise<ScheduledRun & { readonly due: boolean }> {
  const { mandate, schedule, tables, overOn } = of;
  const { ahead, terms, today } = mandate;
  const lastPeriod = isFixed(schedule) ? mandate.lastPeriod : null;
  if (ahead !== null && isReckonedBy(ahead, terms)) {
    const again = reckonedAgain(schedule, ahead, { today, lastPeriod }, tables);
    if (again?.debit === ahead.debit && again.certainty === ahead.certainty) return ahead;
    if (again !== null) {
      if (!isFixed(schedule)) await planAgain(transaction, mandateId);
      return writeAhead(transaction, mandateId, { run: again, schedule, terms });
    }
  }
  const soonest = terms.noticePack.earlierCalendarDay ? addDays(today, 1) : today;
  const from = overOn === undefined ? soonest : laterDate(soonest, addDays(overOn, 1));
  const run = nextScheduledRun(schedule, { from, consentedOn: mandate.consentedOn, lastPeriod }, tables);
  return writeAhead(transaction, mandateId, { run, schedule, terms });
}

function isReckonedBy(ahead: Ahead, terms: Terms): boolean {
  return canonical(ahead.trigger) === canonical(terms.trigger) && ahead.zone === terms.zone;
}

async function writeAhead(
  transaction: Kysely<DB>,
  mandateId: string,
  of: { readonly run: ScheduledRun; readonly schedule: OnSchedule; readonly terms: Terms },
): Promise<ScheduledRun & { readonly due: boolean }> {
  const { run, schedule, terms } = of;
  const name = nameOf(schedule, run);
  await forgetAhead(transaction, mandateId);
  const { rows } = await sql<{ due: boolean }>`
    insert into mandate_runs (mandate_id, period_kind, period, nominal, debit_on, certainty, trigger, zone, plan_at, debit_at)
      select ${mandateId}, ${name.kind}, ${name.period}::date, ${run.nominal}, ${run.debit}, ${run.certainty},
        ${JSON.stringify(terms.trigger)}::jsonb, ${terms.zone}, k.plan_at, k.debit_at
      from run_clock(${JSON.stringify(terms.noticePack)}::jsonb, ${run.debit}::date, ${terms.zone}) k
    returning (case period_kind when 'day' then debit_at else plan_at end) <= business_now() as due`.execute(
    transaction,
  );
  return { ...run, due: rows[0]?.due ?? false };
}

/** Writes when the mandate's workflow has to look again: for its run, or for the end of a pause, which writes the same column. */
async function lookAgain(transaction: Kysely<DB>, mandateId: string): Promise<void> {
  await sql`
    update mandates m set next_look_at = n.at
    from (select least((select case certainty when 'decreed' then r.at else least(r.at, business_now() + ${UNCERTAIN_FOR}::interval) end
                          from mandate_runs cross join lateral (select case period_kind when 'day' then debit_at else plan_at end as at) r where mandate_id = ${mandateId} and state = 'ahead'),
                       (select min(until) from mandate_pauses where mandate_id = ${mandateId})) as at) n
    where m.id = ${mandateId} and m.next_look_at is distinct from n.at`.execute(transaction);
}

async function forgetAhead(transaction: Kysely<DB>, mandateId: string): Promise<void> {
  await sql`delete from mandate_runs where mandate_id = ${mandateId} and state = 'ahead'`.execute(
    transaction,
  );
}

/** Makes the run's bill and plans it by the rules of every bill: same questions, same limits, same notice. */
async function carryOut(
  transaction: Kysely<DB>,
  mandateId: string,
  of: {
    readonly mandate: MandateOfRuns;
    readonly schedule: FixedSchedule;
    readonly run: ScheduledRun;
    readonly purpose: Purpose;
  },
): Promise<RunOutcome> {
  const { mandate, schedule, run, purpose } = of;
  if (mandate.state !== "active") return skip(transaction, mandateId, mandate.state);
  const billId = await makeMandatesBill(transaction, {
    mandateId,
    billerId: mandate.billerId,
    account: mandate.account,
    amountMinor: schedule.pays.amountMinor,
    name: { periodKind: periodOfSchedule(schedule.schedule), period: run.period },
    purpose,
  });
  if (billId === null) return skip(transaction, mandateId, "sum-not-taken");
  await sql`update mandate_runs set state = 'run', bill_id = ${billId}, ended_at = business_now()
    where mandate_id = ${mandateId} and state = 'ahead'`.execute(transaction);
  return (await planMandatesBill(transaction, billId)) ? "planned" : "skipped";
}

async function skip(transaction: Kysely<DB>, mandateId: string, why: string): Promise<RunOutcome> {
  await sql`update mandate_runs set state = 'skipped', why = ${why}, ended_at = business_now()
    where mandate_id = ${mandateId} and state = 'ahead'`.execute(transaction);
  return "skipped";
}
