import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  setCurrentDetails,
  workflowInfo,
} from "@temporalio/workflow";
import { rows } from "./activity-proxies.ts";
import { installBell } from "./bell.ts";
import type { MandateInput } from "./messages.ts";

/** About three years of a monthly schedule: a history that a person can read, and that is soon replayed when its cache was needed by another. */
const LONG_HISTORY_EVENTS = 400;

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
    if (isHistoryLong()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof mandate>(input);
    }
    await bell.wait(orders.waitMs, "until its next date");
  }
}

/** Runs of before this bound existed replay as they ran; the patch's marker stands only right before the end of a run. */
function isHistoryLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return (
    continueAsNewSuggested || (historyLength >= LONG_HISTORY_EVENTS && patched("mandate-history-kept-short"))
  );
}
