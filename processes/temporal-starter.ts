import type { Client } from "@temporalio/client";
import {
  defineSearchAttributeKey,
  type SearchAttributePair,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from "@temporalio/common";
import type { OutboxItem } from "../db/queries/outbox.ts";
import type { WorkflowStarter } from "../loops/workflow-starter.ts";
import {
  billWorkflowId,
  digestWorkflowId,
  mainTaskQueue,
  mandateWorkflowId,
  paymentWorkflowId,
  refundWorkflowId,
  searchAttributes,
  wakeSignal,
  webhookWorkflowId,
  workflowTypes,
} from "../workflows/messages.ts";

const keys = {
  payer: defineSearchAttributeKey(searchAttributes.payer, "KEYWORD"),
  biller: defineSearchAttributeKey(searchAttributes.biller, "KEYWORD"),
  category: defineSearchAttributeKey(searchAttributes.category, "KEYWORD"),
  gateway: defineSearchAttributeKey(searchAttributes.gateway, "KEYWORD"),
  due: defineSearchAttributeKey(searchAttributes.due, "DATETIME"),
};

const CALL_DEADLINE_MS = 10_000;
const idOf = {
  payment: paymentWorkflowId,
  mandate: mandateWorkflowId,
  bill: billWorkflowId,
  refund: refundWorkflowId,
  digest: digestWorkflowId,
  webhook: webhookWorkflowId,
};

/**
 * Starts and rings workflows. With the worker's own connection the first task is handed over at once (eager start). REJECT_DUPLICATE: a
 * start that is repeated after the payment has closed must not make a second run.
 */
export function createWorkflowStarter(client: Client): WorkflowStarter {
  const withDeadline = <Result>(call: () => Promise<Result>) =>
    client.withDeadline(Date.now() + CALL_DEADLINE_MS, call);

  const start = async (
    kind: keyof typeof idOf,
    id: string,
    options: {
      readonly argument: object;
      readonly attributes: SearchAttributePair[];
      readonly again: boolean;
    },
  ) => {
    try {
      await withDeadline(() =>
        client.workflow.start(workflowTypes[kind], {
          workflowId: idOf[kind](id),
          taskQueue: mainTaskQueue,
          args: [options.argument],
          requestEagerStart: true,
          workflowIdConflictPolicy: "USE_EXISTING",
          workflowIdReusePolicy: options.again ? "ALLOW_DUPLICATE" : "REJECT_DUPLICATE",
          typedSearchAttributes: new TypedSearchAttributes(options.attributes),
          staticSummary: `${kind} ${id}`,
        }),
      );
    } catch (error) {
      // It ran and ended already: the earlier start did its work, only its mark was lost.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };

  return {
    start: (item) =>
      start(kindOf(item), item.subjectId, {
        argument: argumentOf(item),
        attributes: attributesOf(item),
        // reminders may begin anew after a planned payment was given up; a payment runs once
        again: kindOf(item) === "bill",
      }),
    async wake(kind, id) {
      try {
        await withDeadline(() => client.workflow.getHandle(idOf[kind](id)).signal(wakeSignal));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    ringOrStart: (_, id) => withDeadline(() => ringOrStartDelivery(client, id)),
    revive: (kind, id, gateway) =>
      start(kind, id, {
        argument: revivedWith(kind, id, gateway),
        attributes: [],
        again: true,
      }),
  };
}

/** One step of Temporal's: a run that is about to end hears the ring and goes on, one that has ended is followed by the next. */
async function ringOrStartDelivery(client: Client, id: string): Promise<void> {
  const [endpointId = "", objectId = ""] = id.split("/");
  await client.workflow.signalWithStart(workflowTypes.webhook, {
    workflowId: webhookWorkflowId(id),
    taskQueue: mainTaskQueue,
    args: [{ endpointId, objectId }],
    signal: wakeSignal,
    workflowIdReusePolicy: "ALLOW_DUPLICATE",
    staticSummary: `events of ${objectId}`,
  });
}

function revivedWith(
  kind: "payment" | "mandate" | "refund" | "digest",
  id: string,
  gateway: string | null,
): object {
  if (kind === "payment") return { paymentId: id, waitMs: 0, gateway };
  if (kind === "digest") return { digestId: id, waitMs: 0 };
  return kind === "mandate" ? { mandateId: id } : { refundId: id, gateway };
}

function kindOf(item: OutboxItem): keyof typeof idOf {
  return item.kind.split("-")[1] as keyof typeof idOf;
}

function argumentOf(item: OutboxItem): object {
  switch (kindOf(item)) {
    case "payment":
      return { paymentId: item.subjectId, waitMs: item.waitMs, gateway: item.gateway };
    case "mandate":
      return { mandateId: item.subjectId };
    case "bill":
      return { billId: item.subjectId };
    case "webhook":
      throw new Error("webhooks are rung or started in one step");
    case "refund":
      return { refundId: item.subjectId, gateway: item.gateway };
    case "digest":
      return { digestId: item.subjectId, waitMs: item.waitMs };
  }
}

function attributesOf(item: OutboxItem): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [];
  if (item.payerId !== null) pairs.push({ key: keys.payer, value: item.payerId });
  if (item.billerId !== null) pairs.push({ key: keys.biller, value: item.billerId });
  if (item.category !== null) pairs.push({ key: keys.category, value: item.category });
  if (item.gateway !== null) pairs.push({ key: keys.gateway, value: item.gateway });
  if (item.dueOn !== null) pairs.push({ key: keys.due, value: new Date(item.dueOn) });
  return pairs;
}
