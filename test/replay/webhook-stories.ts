import { sql } from "kysely";
import { webhookWorkflowId } from "../../workflows/messages.ts";
import { makePayer, resumeMandate, stopMandate } from "../support/rows.ts";
import { makeEndpoint, openReceiver, type ReceiverUnderTest } from "../support/webhook-receiver.ts";
import { until } from "../support/until.ts";
import { jump, type Stage, type Story } from "./stage.ts";

const types = ["mandate.paused", "mandate.resumed", "mandate.ended"];

/** Plays with a receiver of the story's own; the guard of the stage lets it through. */
async function withReceiver(
  play: (receiver: ReceiverUnderTest) => Promise<string>,
  stage: Stage,
): Promise<string> {
  const receiver = await openReceiver(stage.receiverPort);
  try {
    return await play(receiver);
  } finally {
    await receiver.close();
  }
}

async function endOf({ temporal }: Stage, id: string): Promise<string> {
  const workflowId = webhookWorkflowId(id);
  await temporal.client.workflow.getHandle(workflowId).result();
  return workflowId;
}

export const webhookStories: readonly Story[] = [
  {
    name: "webhook-retried-then-delivered",
    play: (stage) =>
      withReceiver(async (receiver) => {
        const { db } = stage.engine;
        const endpoint = await makeEndpoint(stage.engine, receiver, { name: "story", types });
        await receiver.arm({ kind: "status", status: 500, times: 2 });
        const { mandateId } = await makePayer(stage.engine);
        await stopMandate(db, { mandateId, kind: "pause" });
        await until(async () => (await receiver.arrivals("story")).length === 2);
        await resumeMandate(db, mandateId);
        await jump(stage, { hours: 1 });
        await until(async () => (await receiver.events("story")).length === 2);
        return endOf(stage, `${endpoint}/${mandateId}`);
      }, stage),
  },
  {
    name: "webhook-gone",
    play: (stage) =>
      withReceiver(async (receiver) => {
        const { db } = stage.engine;
        const endpoint = await makeEndpoint(stage.engine, receiver, { name: "story", types });
        await receiver.arm({ kind: "status", status: 410 });
        const { mandateId } = await makePayer(stage.engine);
        await stopMandate(db, { mandateId, kind: "pause" });
        await until(async () => {
          const { rows } = await sql<{ state: string }>`
            select state from webhook_endpoints where id = ${endpoint}`.execute(db);
          return rows[0]?.state === "disabled";
        });
        return endOf(stage, `${endpoint}/${mandateId}`);
      }, stage),
  },
];
