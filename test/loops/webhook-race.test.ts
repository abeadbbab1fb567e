import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WebhookOrders } from "../../db/queries/webhook-deliveries.ts";
import { createWorkflowStarter } from "../../processes/temporal-starter.ts";
import { mainTaskQueue, webhookTaskQueue, webhookWorkflowId } from "../../workflows/messages.ts";
import { testWorkflowBundle } from "../support/engine-bundle.ts";
import { dataConverter } from "../support/engine-workers.ts";
import { createNamespace, testTemporalServer } from "../support/temporal.ts";
import { until } from "../support/until.ts";

let connection: NativeConnection;
let client: Client;
let namespace: string;
beforeAll(async () => {
  const [{ address }, own] = await Promise.all([testTemporalServer(), createNamespace()]);
  namespace = own;
  connection = await NativeConnection.connect({ address });
  client = new Client({ connection, namespace, dataConverter });
});
afterAll(() => connection.close());

/** Deliveries of one object as rows would hold them; `between` is what happens after a look has read and before it answers. */
async function withWorker(
  id: string,
  between: (looks: number, queue: string[]) => Promise<void>,
  story: (rows: { readonly queue: string[]; readonly delivered: string[] }) => Promise<void>,
): Promise<void> {
  const rows = { queue: [] as string[], delivered: [] as string[] };
  let looks = 0;
  const activities = {
    async lookAtWebhook(): Promise<WebhookOrders> {
      const [first] = rows.queue;
      looks += 1;
      await between(looks, rows.queue);
      return first === undefined ? { do: "end" } : { do: "deliver", deliveryId: first, attempt: 1 };
    },
  };
  const receivers = {
    async deliverWebhook({ deliveryId }: { readonly deliveryId: string }) {
      rows.queue.splice(rows.queue.indexOf(deliveryId), 1);
      rows.delivered.push(deliveryId);
      return true;
    },
  };
  const workflowBundle = await testWorkflowBundle();
  const shared = { connection, namespace, dataConverter };
  const worker = await Worker.create({ ...shared, taskQueue: mainTaskQueue, workflowBundle, activities });
  const sender = await Worker.create({ ...shared, taskQueue: webhookTaskQueue, activities: receivers });
  await sender.runUntil(() =>
    worker.runUntil(async () => {
      await story(rows);
      await client.workflow.getHandle(webhookWorkflowId(id)).result();
    }),
  );
}

test("an event that commits after a run's last look is rung before the run ends: it is delivered by this run or the next", async () => {
  const starter = createWorkflowStarter(client);
  const id = "KV-TEST-HOOK-0001/KV-TEST-BILL-0001";
  const commit = async (queue: string[], event: string) => {
    queue.push(event);
    await starter.ringOrStart("webhook", id);
  };
  await withWorker(
    id,
    async (looks, queue) => {
      // the second look has read an empty queue
      if (looks === 2) await commit(queue, "the second event");
    },
    async ({ queue, delivered }) => {
      await commit(queue, "the first event");
      await until(() => delivered.length === 2, 20);
      expect(delivered).toEqual(["the first event", "the second event"]);
      // nothing runs any more: a ring starts the next run
      await client.workflow.getHandle(webhookWorkflowId(id)).result();
      await commit(queue, "the third event");
      await until(() => delivered.length === 3, 20);
    },
  );
});
