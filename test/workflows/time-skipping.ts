import { randomUUID } from "node:crypto";
import type { WorkflowHandle } from "@temporalio/client";
import { defaultPayloadConverter } from "@temporalio/common";
import proto from "@temporalio/proto";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundleOption } from "@temporalio/worker";
import { gatewayTaskQueue, searchAttributes, webhookTaskQueue } from "../../workflows/messages.ts";
import { testWorkflowBundle } from "../support/engine-bundle.ts";
import { dataConverter } from "../support/engine-temporal.ts";
import { timeSkippingServerPath } from "../support/temporal.ts";

const { EventType, IndexedValueType } = proto.temporal.api.enums.v1;

type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

/** A running workflow under test. */
export type UnderTest = {
  readonly handle: WorkflowHandle;
  /** Event types of its history so far, without the prefix. */
  events(): Promise<readonly string[]>;
};

/** The time-skipping server of one test file. */
export class SkippingWorld {
  readonly env: TestWorkflowEnvironment;
  readonly #bundle: WorkflowBundleOption;

  private constructor(env: TestWorkflowEnvironment, bundle: WorkflowBundleOption) {
    this.env = env;
    this.#bundle = bundle;
  }

  static async open(): Promise<SkippingWorld> {
    const [path, bundle] = await Promise.all([timeSkippingServerPath(), testWorkflowBundle()]);
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: "existing-path", path } },
      client: { dataConverter },
    });
    await env.connection.operatorService.addSearchAttributes({
      namespace: env.namespace ?? "default",
      searchAttributes: { [searchAttributes.attention]: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD },
    });
    return new SkippingWorld(env, bundle);
  }

  close(): Promise<void> {
    return this.env.teardown();
  }

  /**
   * Runs a workflow with its own workers, one for it and one for its gateway's queue or for webhooks, while `story` lasts.
   *
   * @param parts.input gets the gateway's name
   */
  async run<Result>(
    parts: {
      readonly type: string;
      readonly input: (gateway: string) => object;
      readonly rows: Activities;
      readonly gateway?: Activities;
      readonly webhooks?: Activities;
    },
    story: (under: UnderTest) => Promise<Result>,
  ): Promise<Result> {
    const name = randomUUID();
    const shared = {
      connection: this.env.nativeConnection,
      namespace: this.env.namespace ?? "default",
      dataConverter,
    };
    const worker = await Worker.create({
      ...shared,
      taskQueue: name,
      workflowBundle: this.#bundle,
      activities: parts.rows,
    });
    const work = async () => {
      const handle = await this.env.client.workflow.start(parts.type, {
        workflowId: name,
        taskQueue: name,
        args: [parts.input(name)],
      });
      return story({ handle, events: () => eventsOf(handle) });
    };
    const beside = parts.gateway
      ? { taskQueue: gatewayTaskQueue(name), activities: parts.gateway }
      : { taskQueue: webhookTaskQueue, activities: parts.webhooks };
    if (!beside.activities) return worker.runUntil(work);
    const second = await Worker.create({ ...shared, ...beside, activities: beside.activities });
    return worker.runUntil(() => second.runUntil(work));
  }
}

async function eventsOf(handle: WorkflowHandle): Promise<readonly string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).map(({ eventType }) =>
    (EventType[eventType ?? 0] ?? "")
      .replace("EVENT_TYPE_", "")
      .toLowerCase()
      .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
}

/** Text of a payload that nobody has encrypted; undefined for what the codec made. */
export function readable(payload: Parameters<typeof defaultPayloadConverter.fromPayload>[0]): unknown {
  const encoding = Buffer.from(payload.metadata?.encoding ?? []).toString("utf8");
  return encoding === "binary/encrypted" ? undefined : defaultPayloadConverter.fromPayload(payload);
}
