import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  workflowInfo,
} from "@temporalio/workflow";
import { rows } from "./activity-proxies.ts";
import { installBell } from "./bell.ts";
import type { MandateInput } from "./messages.ts";

/**
 * `mandate/<id>`: the long life of a standing permission. Edits, pauses and cancellations commit in the database first and only ring
 * here; its own dates (the end of a pause) are timers. Bills that it covers are planned without waking it.
 */
export async function mandate(input: MandateInput): Promise<void> {
  const bell = installBell();
  for (;;) {
    const orders = await rows.lookAtMandate(input);
    setCurrentDetails(orders.card);
    if (orders.ended) return;
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof mandate>(input);
    }
    await bell.wait(orders.waitMs, "until its next date");
  }
}
