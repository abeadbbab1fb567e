import { type ActivityInterfaceFor, proxyActivities, proxyLocalActivities } from "@temporalio/workflow";
import type { GatewayActivities, LocalActivities, WebhookActivities } from "../activities/index.ts";
import { gatewayTaskQueue, webhookTaskQueue } from "./messages.ts";

/** Reads of our own rows and their small moves: they cost one event and no task. */
export const rows = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: "10 seconds",
  retry: { initialInterval: "200 milliseconds", backoffCoefficient: 2, maximumInterval: "30 seconds" },
});

/**
 * What speaks to a gateway. One attempt: after any end the rows tell what happened, Temporal never sends a charge again.
 * Not cancelled by the workflow: a charge that has left is followed to its end.
 */
export const atGateway = (gateway: string): ActivityInterfaceFor<GatewayActivities> =>
  proxyActivities<GatewayActivities>({
    taskQueue: gatewayTaskQueue(gateway),
    startToCloseTimeout: "60 seconds",
    heartbeatTimeout: "15 seconds",
    retry: { maximumAttempts: 1 },
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
  });

/** What speaks to an integrator. One attempt: the rows keep the schedule; a worker that dies over a try is noticed by its silence. */
export const toIntegrators = proxyActivities<WebhookActivities>({
  taskQueue: webhookTaskQueue,
  startToCloseTimeout: "28 seconds",
  heartbeatTimeout: "15 seconds",
  retry: { maximumAttempts: 1 },
});
