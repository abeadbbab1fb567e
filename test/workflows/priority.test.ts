import type { Client, WorkflowHandle } from "@temporalio/client";
import { temporal } from "@temporalio/proto";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PRIORITY_KEYS, type Urgency, urgencyOf } from "../../domain/urgency.ts";
import { findTemporalProgram } from "../../processes/dev/temporal-binary.ts";
import { developmentServer } from "../../processes/dev/temporal-releases.ts";
import { registerSearchAttributes } from "../../processes/search-attributes.ts";
import { gatewayTaskQueue, paymentWorkflowId, workflowTypes } from "../../workflows/messages.ts";
import { testWorkflowBundle } from "../support/engine-bundle.ts";
import { dataConverter } from "../support/engine-temporal.ts";
import { until } from "../support/until.ts";
import { orders } from "./scripted-activities.ts";

/** Each partition of a queue sorts its own tasks only: with one there is one order to see. */
const ONE_PARTITION = ["Read", "Write"].flatMap((way) => [
  "--dynamic-config-value",
  `matching.numTaskqueue${way}Partitions=1`,
]);

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  const path = await findTemporalProgram(developmentServer, () => undefined);
  env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: "existing-path", path },
      log: { format: "pretty", level: "error" },
      extraArgs: ONE_PARTITION,
    },
    client: { dataConverter },
  });
  await registerSearchAttributes(env.nativeConnection, env.namespace ?? "default");
});
afterAll(() => env.teardown());

test("the payer who waits goes first, then what is due, an item of a batch last", () => {
  expect(urgencyOf({ route: "manual", payerWaits: true })).toBe("payer-waits");
  expect(urgencyOf({ route: "mandate", payerWaits: true })).toBe("payer-waits");
  expect(urgencyOf({ route: "mandate", payerWaits: false })).toBe("due");
  expect(urgencyOf({ route: "batch", payerWaits: true })).toBe("batch");
  expect(PRIORITY_KEYS["payer-waits"]).toBeLessThan(PRIORITY_KEYS.due);
  expect(PRIORITY_KEYS.due).toBeLessThan(PRIORITY_KEYS.batch);
});

const gateway = "priority";
const taskQueue = "priority-workflows";
const urgencyOfId = (paymentId: string) => paymentId.replace(/-\d+$/, "") as Urgency;

/** In the order in which they come. */
const COUNTS = { batch: 24, due: 12, "payer-waits": 6 } as const satisfies Record<Urgency, number>;

/** Payments that all want their charge now; the batch is started first, the payers last. */
async function startPayments(client: Client): Promise<readonly WorkflowHandle[]> {
  const handles: WorkflowHandle[] = [];
  for (const [urgency, count] of Object.entries(COUNTS)) {
    for (let number = 0; number < count; number += 1) {
      const paymentId = `${urgency}-${number}`;
      handles.push(
        await client.workflow.start(workflowTypes.payment, {
          workflowId: paymentWorkflowId(paymentId),
          taskQueue,
          args: [{ paymentId, waitMs: 0, gateway }],
        }),
      );
    }
  }
  return handles;
}

/**
 * How many charges stand in the gateway's queue, as the server that hands them out counts. A workflow that waits for its activity tells nothing of it: the task may
 * still be on its way there, and the last payments, those of payers, would come too late to overtake anybody.
 */
async function queued({ client, namespace }: TestWorkflowEnvironment): Promise<number> {
  const { stats } = await client.workflowService.describeTaskQueue({
    namespace: namespace ?? "default",
    taskQueue: { name: gatewayTaskQueue(gateway) },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
}

test("Temporal hands a gateway's queue out in that order: payers that come last overtake a batch that came first", async () => {
  const order: Urgency[] = [];
  const shared = { connection: env.nativeConnection, dataConverter } as const;
  const workflows = await Worker.create({
    ...shared,
    taskQueue,
    workflowBundle: await testWorkflowBundle(),
    activities: {
      lookAtPayment: async ({ paymentId }: { readonly paymentId: string }) => ({
        ...orders({ do: "charge" }),
        urgency: urgencyOfId(paymentId),
      }),
      endPayment: async () => undefined,
    },
  });
  const running = workflows.run();
  const handles = await startPayments(env.client);
  await until(async () => (await queued(env)) === handles.length);
  const charges = await Worker.create({
    ...shared,
    taskQueue: gatewayTaskQueue(gateway),
    maxConcurrentActivityTaskExecutions: 1,
    activities: {
      chargePayment: async ({ paymentId }: { readonly paymentId: string }) => {
        order.push(urgencyOfId(paymentId));
        return { payment: "paid", charge: "charged", waitMs: 0 };
      },
    },
  });
  await charges.runUntil(Promise.all(handles.map((handle) => handle.result())));
  workflows.shutdown();
  await running;
  const times = (urgency: Urgency) => Array.from({ length: COUNTS[urgency] }, () => urgency);
  expect(order).toEqual([...times("payer-waits"), ...times("due"), ...times("batch")]);
});
