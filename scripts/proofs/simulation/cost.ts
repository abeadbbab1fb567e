import { sql } from "kysely";
import type { WholeWorld } from "../../../test/support/whole-world.ts";
import { mandateWorkflowId, paymentWorkflowId } from "../../../workflows/messages.ts";

/** Reads how many billable actions the Temporal server has counted so far. */
export type ReadActions = () => Promise<number>;

/** What Temporal was asked to do for each paid bill, everything that lived beside it included: mandates that only waited, reminders, refunds. */
export async function readCost(
  world: WholeWorld,
  actions: number | null,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await sql<{ id: string; paid: boolean }>`
    select id, state = 'paid' as paid from payments`.execute(world.db);
  const paid = rows.filter((row) => row.paid).map(({ id }) => id);
  const { rows: mandates } = await sql<{ id: string }>`select id from mandates`.execute(world.db);
  const ofPayments = await countEvents(world, paid.map(paymentWorkflowId));
  const ofMandates = await countEvents(
    world,
    mandates.map(({ id }) => mandateWorkflowId(id)),
  );
  const perBill = (count: number) => Math.round((count / Math.max(1, paid.length)) * 10) / 10;
  return {
    eventsPerPaidBill: perBill(ofPayments),
    eventsPerPaidBillWithMandates: perBill(ofPayments + ofMandates),
    ...(actions === null ? {} : { actions, actionsPerPaidBill: perBill(actions) }),
  };
}

/** Events of these workflows' newest runs. */
async function countEvents(world: WholeWorld, workflowIds: readonly string[]): Promise<number> {
  const { client } = world.temporal();
  let events = 0;
  for (const id of workflowIds) {
    const { historyLength } = await client.workflow.getHandle(id).describe();
    events += historyLength;
  }
  return events;
}
