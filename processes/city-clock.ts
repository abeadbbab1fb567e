import type { Client } from "@temporalio/client";
import { WorkflowNotFoundError } from "@temporalio/common";
import type { CityClock } from "../api/city-clock.ts";

const SET_WITHIN_MS = 5_000;
const TOLD_WITHIN_MS = 5_000;

/**
 * The sandbox's clock beyond the rows: the city's servers are told over HTTP, as nobody could tell the real ones, and keep what they were told.
 *
 * @param addresses where a clock takes `{offsetMs, scale}`
 */
export function createCityClock(addresses: readonly string[], client: Client): CityClock {
  return {
    async follow({ aheadMs, scale }) {
      // the distance holds at the moment at which it was read; the way there takes milliseconds
      await Promise.all(addresses.map((address) => set(address, { offsetMs: Math.round(aheadMs), scale })));
    },
    async atWork(workflowIds) {
      const found = await Promise.all(workflowIds.map((id) => isAtWork(client, id)));
      return workflowIds.filter((_, index) => found[index]);
    },
  };
}

async function set(address: string, setting: { readonly offsetMs: number; readonly scale: number }) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(setting),
    signal: AbortSignal.timeout(SET_WITHIN_MS),
  });
  if (!response.ok)
    throw new Error(`the clock at ${address} was not set: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}

/** A workflow has a task or an activity to do now. One that nobody knows of has ended. */
async function isAtWork(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { raw } = await client.withDeadline(Date.now() + TOLD_WITHIN_MS, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    return (raw.pendingWorkflowTask ?? null) !== null || (raw.pendingActivities ?? []).length > 0;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
