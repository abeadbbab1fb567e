import { ActivityFailure, continueAsNew, setCurrentDetails, workflowInfo } from "@temporalio/workflow";
import { rows, toIntegrators } from "./activity-proxies.ts";
import { installBell } from "./bell.ts";
import type { WebhookInput } from "./messages.ts";

/**
 * `webhook/<endpoint>/<object>`: brings the events of one object to one endpoint, in order, one after the other. The rows keep the schedule. It ends when nothing
 * is queued, unless somebody has rung since it looked: then the next event has just been committed. A ring that comes while it ends makes Temporal take the
 * end back.
 */
export async function webhookDelivery(input: WebhookInput): Promise<void> {
  const bell = installBell();
  for (;;) {
    bell.taken();
    const orders = await rows.lookAtWebhook(input);
    if (orders.do === "deliver") await tryOnce(orders);
    else if (orders.do === "wait") {
      setCurrentDetails(`### ${input.objectId}\n\ntries made: ${orders.attempts}`);
      await bell.wait(orders.waitMs, "until the next try");
    } else if (!bell.taken()) return;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof webhookDelivery>(input);
  }
}

/** A try that broke (worker killed, time-out) says nothing: the rows have the next date. */
async function tryOnce({ deliveryId, attempt }: { readonly deliveryId: string; readonly attempt: number }) {
  try {
    const summary = `${deliveryId}, try ${attempt}`;
    await toIntegrators.deliverWebhook.executeWithOptions({ summary }, [{ deliveryId, attempt }]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
  }
}
