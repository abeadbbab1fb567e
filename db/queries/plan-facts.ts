import { type Kysely, sql } from "kysely";
import { atItsTime, type RunClock, runToPlan } from "../../domain/due-run.ts";
import type { PlanFacts, PlanMandate } from "../../domain/plan.ts";
import type { Tables } from "../../domain/scheduled-run.ts";
import { workingDaysOf } from "../../domain/working-days/countries.ts";
import type { DB } from "../generated/database.ts";

/**
 * Locks and reads what is known of a bill, with every mandate at the time when it would pay it: which day a schedule names is the domain's to say, which
 * instant that is the database's. Null: no such bill.
 */
export async function readPlanFacts(
  transaction: Kysely<DB>,
  billId: string,
  tables: Tables = workingDaysOf,
): Promise<PlanFacts | null> {
  const { rows } = await sql<{ facts: PlanFacts | null }>`select plan_read(${billId}) as facts`.execute(
    transaction,
  );
  const facts = rows[0]?.facts ?? null;
  if (facts === null) return null;
  const mandates: PlanMandate[] = [];
  for (const mandate of facts.mandates) mandates.push(await timed(transaction, { facts, mandate, tables }));
  return { ...facts, mandates };
}

async function timed(
  transaction: Kysely<DB>,
  of: { readonly facts: PlanFacts; readonly mandate: PlanMandate; readonly tables: Tables },
): Promise<PlanMandate> {
  const { facts, mandate, tables } = of;
  const planned = facts.payment?.mandateId === mandate.id ? (facts.payment.run ?? null) : null;
  const run = runToPlan(mandate, planned, tables);
  if (run === null) return mandate;
  const { rows } = await sql<{ clock: RunClock }>`
    select due_run(${facts.bill.id}, ${mandate.id}, ${run.debitOn}::date) as clock`.execute(transaction);
  const [row] = rows;
  if (row === undefined) throw new Error(`no clock for a run of ${mandate.id}`);
  return atItsTime(mandate, run, row.clock);
}
