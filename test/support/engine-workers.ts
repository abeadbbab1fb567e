import { Client } from "@temporalio/client";
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleOption,
} from "@temporalio/worker";
import {
  createGatewayActivities,
  createLocalActivities,
  createWebhookActivities,
} from "../../activities/index.ts";
import { guardedWeb } from "../../adapters/public-web/guarded-web.ts";
import { signedWebhooks } from "../../adapters/webhooks/http/signed-webhooks.ts";
import type { WorkflowStarter } from "../../loops/workflow-starter.ts";
import { createDataConverter } from "../../processes/data-converter.ts";
import { registerSearchAttributes } from "../../processes/search-attributes.ts";
import { createWorkflowStarter } from "../../processes/temporal-starter.ts";
import {
  gatewayTaskQueue,
  mainTaskQueue,
  searchAttributes,
  webhookTaskQueue,
} from "../../workflows/messages.ts";
import type { Engine } from "./engine-core.ts";
import { until } from "./until.ts";

/** Not secrets: recorded histories stay readable with them for ever. Never used outside tests. */
export const payloadKeys = { active: "test-1", keys: new Map([["test-1", Buffer.alloc(32, 0x4b)]]) };

export const dataConverter = createDataConverter(payloadKeys);

/** What stands in histories as the worker, in place of a process and a machine. */
const identity = "kvitok-test";

Runtime.install({
  logger: new DefaultLogger("ERROR"),
  telemetryOptions: { logging: { filter: { core: "ERROR", other: "ERROR" }, forward: {} } },
  shutdownSignals: [],
});

/** Little more than the turns at one endpoint: who took more than theirs would be felt by others. */
const WEBHOOKS_AT_ONCE = 20;

/** Workers of the engine in this process, and a client beside them. */
export type EngineTemporal = {
  readonly client: Client;
  readonly starter: WorkflowStarter;
  /** How many runs there were under a workflow id. */
  runs(workflowId: string): Promise<number>;
  close(): Promise<void>;
};

/** Starts workers for workflows, for webhooks and for each gateway's queue, as the worker process does. */
export async function startEngineWorkers(parts: {
  readonly engine: Engine;
  readonly address: string;
  readonly namespace: string;
  readonly workflowBundle: WorkflowBundleOption;
  /** Receivers of webhooks that may be reached, as `host:port`; none where absent. */
  readonly webhookAllow?: ReadonlySet<string> | undefined;
}): Promise<EngineTemporal> {
  const { engine, address, namespace, workflowBundle } = parts;
  const web = guardedWeb({ allowed: parts.webhookAllow ?? new Set(), totalMs: 4_000 });
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace, dataConverter, identity });
  await registerSearchAttributes(connection, namespace);
  await until(() => knowsAttributes(client));
  const shared = { connection, namespace, dataConverter, identity, shutdownForceTime: "20 seconds" } as const;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: mainTaskQueue,
      workflowBundle,
      activities: createLocalActivities(engine.dependencies),
    }),
    Worker.create({
      ...shared,
      taskQueue: webhookTaskQueue,
      activities: createWebhookActivities({ ...engine.dependencies, webhooks: signedWebhooks(web) }),
      maxConcurrentActivityTaskExecutions: WEBHOOKS_AT_ONCE,
    }),
    ...[...engine.dependencies.gateways.keys()].map((name) =>
      Worker.create({
        ...shared,
        taskQueue: gatewayTaskQueue(name),
        activities: createGatewayActivities(engine.dependencies),
      }),
    ),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    client,
    starter: createWorkflowStarter(client),
    async runs(workflowId) {
      const { count } = await client.workflow.count(`WorkflowId = "${workflowId}"`);
      return count;
    },
    async close() {
      for (const worker of workers) worker.shutdown();
      await running;
      await web.close();
      await connection.close();
    },
  };
}

/** A new namespace learns of its search attributes a moment after they were added. */
async function knowsAttributes(client: Client): Promise<boolean> {
  try {
    for (const name of Object.values(searchAttributes)) {
      await client.workflow.count(`${name} is null`);
    }
    return true;
  } catch {
    // Unknown attribute: asked again until the deadline, which then tells.
    return false;
  }
}
