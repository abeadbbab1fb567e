import { ActivityFailure, continueAsNew, setCurrentDetails, workflowInfo } from "@temporalio/workflow";
import type { RefundOrders } from "../activities/refunding.ts";
import { atGateway, rows } from "./activity-proxies.ts";
import { installBell } from "./bell.ts";
import type { RefundInput } from "./messages.ts";

/**
 * `refund/<id>`: brings money back to the payer. The rows decide; this waits, sends once when they say so, and looks up until the gateway says how
 * it ended, without end: money that is owed is never forgotten.
 */
export async function refund({ refundId, gateway }: RefundInput): Promise<string> {
  const bell = installBell();
  let asked = false;
  for (;;) {
    const orders = await rows.lookAtRefund({ refundId, asked });
    // one ring is one look: an answer that tells nothing new must not be asked for again at once
    asked = false;
    setCurrentDetails(`### ${refundId}\n\n${orders.card}`);
    if (orders.step === "end") return orders.state;
    if (orders.step === "wait") asked = await bell.wait(orders.waitMs, "waiting for the gateway");
    else if (!(await askGateway(orders.step, { refundId, gateway })))
      // the gate said no, or the activity broke: the rows have the next date, or get a moment to settle
      asked = await bell.wait(SETTLE_MS, "rows settle");
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof refund>({ refundId, gateway });
  }
}

const SETTLE_MS = 5_000;

/** A transmission or look-up that broke (worker killed, time-out) says nothing: the rows will. */
async function askGateway(
  step: Extract<RefundOrders["step"], "send" | "look-up">,
  { refundId, gateway }: RefundInput,
): Promise<boolean> {
  const activities = atGateway(gateway);
  try {
    if (step === "send")
      return await activities.sendRefund.executeWithOptions({ summary: `refund ${refundId}` }, [
        { refundId },
      ]);
    await activities.lookUpRefund.executeWithOptions({ summary: `look up ${refundId}` }, [{ refundId }]);
    return true;
  } catch (error) {
    if (error instanceof ActivityFailure) return false;
    throw error;
  }
}
