import { sql } from "kysely";
import { decideOnBill, type PlanDecision } from "../../domain/plan.ts";
import type { Database } from "../database.ts";
import { mergeTwins } from "./bill-changes.ts";
import { readPlanFacts } from "./plan-facts.ts";

/** A bill that waits for a decision. */
export type PlanItem = {
  readonly id: number;
  readonly billId: string;
  /** Why it waits, as whoever asked for it wrote it. */
  readonly because?: string | null;
};

/** Takes bills that arrived, changed or were released, in that order: the earlier one has the room of a limit. A planner that dies gives them back after the lease. */
export async function leasePlans(db: Database, limit: number): Promise<readonly PlanItem[]> {
  const { rows } = await sql<PlanItem>`
    update outbox o set not_before = clock_timestamp() + interval '15 seconds', attempts = attempts + 1
    where o.id in (select id from outbox where done_at is null and kind = 'plan-bill' and not_before <= clock_timestamp()
      order by id limit ${limit} for update skip locked)
    returning o.id, o.subject_id as "billId", o.payload->>'because' as because`.execute(db);
  return rows.toSorted((a, b) => a.id - b.id);
}

/**
 * Decides about one bill: locks and reads, decides by `domain/plan`, writes payment, claim, reservation, notice and
 * outbox row, all in one transaction. Running it twice plans once: the claim is there.
 */
export async function planBill(db: Database, item: PlanItem): Promise<PlanDecision["do"]> {
  if (item.because === "twin") await mergeTwins(db, item.billId);
  return db.transaction().execute(async (transaction) => {
    const facts = await readPlanFacts(transaction, item.billId);
    const decision: PlanDecision = facts === null ? { do: "nothing" } : decideOnBill(facts);
    await sql`
      with done as (update outbox set done_at = business_now() where id = ${item.id})
      select plan_write(${item.billId}, ${JSON.stringify(decision)}::jsonb)`.execute(transaction);
    return decision.do;
  });
}
