import { sql } from "kysely";
import { paymentWorkflowId } from "../../workflows/messages.ts";
import type { Engine } from "../support/engine-core.ts";
import type { EngineTemporal } from "../support/engine-workers.ts";
import { charge, payment } from "../support/rows.ts";
import { until } from "../support/until.ts";
import type { StorySource } from "./story-source.ts";

/** Where stories are played: a whole engine with its loops, a bank, a mailbox, a source of bills, a real Temporal. */
export type Stage = {
  readonly engine: Engine;
  readonly temporal: EngineTemporal;
  readonly source: StorySource;
  /** On which a receiver of webhooks may be opened: the engine reaches that one and no other. */
  readonly receiverPort: number;
};

/** A story that a workflow lives through; answers the id of the workflow whose history is kept. */
export type Story = { readonly name: string; readonly play: (stage: Stage) => Promise<string> };

/** Waits until a payment is in this state. */
export function untilPayment({ engine }: Stage, paymentId: string, state: string): Promise<void> {
  return until(async () => (await payment(engine.db, paymentId)).state === state);
}

/** Waits until a charge is in this state, and answers the gateway's name of it. */
export async function untilCharge(stage: Stage, chargeId: string, state: string): Promise<string> {
  const { db } = stage.engine;
  await until(async () => {
    const found = await db
      .selectFrom("charges")
      .select("state")
      .where("id", "=", chargeId)
      .executeTakeFirst();
    return found?.state === state;
  });
  return (await charge(db, chargeId)).object_id ?? "";
}

/** Waits until the history of a workflow holds such an event, by the name of its attributes. */
export function untilEvent(
  { temporal }: Stage,
  workflowId: string,
  attributes: string,
  times = 1,
): Promise<void> {
  return until(async () => {
    const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
    return (
      (events ?? []).filter((event) => attributes in event && event[attributes as keyof typeof event])
        .length >= times
    );
  });
}

/** Waits until a workflow was started. */
export function untilStarted({ temporal }: Stage, workflowId: string): Promise<void> {
  return until(async () => {
    try {
      await temporal.client.workflow.getHandle(workflowId).describe();
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === "WorkflowNotFoundError") return false;
      throw error;
    }
  });
}

/** Moves the clock and rings whoever has slept too long, as the sandbox city does. */
export async function jump(stage: Stage, by: Parameters<Engine["jump"]>[0]): Promise<void> {
  await stage.engine.jump(by);
  await sql`select ring('clock')`.execute(stage.engine.db);
}

/** The end of a payment's workflow. */
export async function endOf({ temporal }: Stage, paymentId: string): Promise<string> {
  const workflowId = paymentWorkflowId(paymentId);
  await temporal.client.workflow.getHandle(workflowId).result();
  return workflowId;
}
