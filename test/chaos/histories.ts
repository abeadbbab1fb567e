import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import proto from "@temporalio/proto";

const TYPES = "WorkflowType IN ('payment', 'bill', 'mandate', 'refund')";
const AT_ONCE = 8;
const { History } = proto.temporal.api.history.v1;

/**
 * Writes every workflow's history of a run into a folder, in the JSON of Temporal's own tools. The SDK's own writer is not used: it compares classes of
 * protobufjs and fails where npm has installed that package twice.
 */
export async function keepHistories(client: Client, folder: string): Promise<number> {
  const waiting: { readonly workflowId: string; readonly runId: string }[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: TYPES, pageSize: 1_000 }))
    waiting.push({ workflowId, runId });
  let kept = 0;
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const history = await client.workflow.getHandle(next.workflowId, next.runId).fetchHistory();
      const name = `${next.workflowId}.${next.runId}`.replaceAll("/", "_");
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(plainOf(history)));
      kept += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return kept;
}

/** Times as texts, numbers of 64 bits and enumerations too: the form of protobuf's JSON. */
function plainOf(history: proto.temporal.api.history.v1.IHistory): unknown {
  const plain = History.toObject(History.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  return withTimes(plain, "");
}

function withTimes(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withTimes(item, name));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const isTime = entries.length > 0 && entries.every(([key]) => key === "seconds" || key === "nanos");
  if (!isTime) return Object.fromEntries(entries.map(([key, inner]) => [key, withTimes(inner, key)]));
  const { seconds = "0", nanos = 0 } = value as { readonly seconds?: string; readonly nanos?: number };
  const fraction = String(nanos).padStart(9, "0");
  if (!/time$/i.test(name)) return `${seconds}.${fraction}s`;
  const toSeconds = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19);
  return `${toSeconds}.${fraction}Z`;
}
