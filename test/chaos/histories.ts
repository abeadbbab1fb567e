import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { temporalNamespace } from "../../processes/dev/stack.ts";

const TYPES = "WorkflowType IN ('payment', 'bill', 'mandate', 'refund')";
const AT_ONCE = 8;

type Page = { readonly history?: { readonly events?: readonly object[] }; readonly nextPageToken?: string };

/**
 * Writes every workflow's history of a run into a folder, in the JSON of Temporal's own tools. The server is asked over HTTP: the SDK's own writer compares classes of
 * protobufjs and fails where npm has installed that package twice.
 */
export async function keepHistories(
  client: Client,
  from: { readonly http: string; readonly folder: string },
): Promise<number> {
  const waiting: { readonly workflowId: string; readonly runId: string }[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: TYPES, pageSize: 1_000 }))
    waiting.push({ workflowId, runId });
  let kept = 0;
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const events = await readEvents(from.http, next);
      const name = `${next.workflowId}.${next.runId}`.replaceAll("/", "_");
      writeFileSync(join(from.folder, `${name}.json`), JSON.stringify({ events }));
      kept += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return kept;
}

async function readEvents(
  http: string,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
): Promise<readonly object[]> {
  const events: object[] = [];
  const base = `${http}/api/v1/namespaces/${temporalNamespace}/workflows/${encodeURIComponent(workflowId)}/history`;
  for (let token: string | undefined = ""; token !== undefined; ) {
    const query = new URLSearchParams({
      "execution.runId": runId,
      ...(token === "" ? {} : { nextPageToken: token }),
    });
    const response: Response = await fetch(`${base}?${query.toString()}`, {
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok)
      throw new Error(`no history of ${workflowId}: ${response.status} ${await response.text()}`);
    const page = (await response.json()) as Page;
    events.push(...(page.history?.events ?? []));
    token = page.nextPageToken === undefined || page.nextPageToken === "" ? undefined : page.nextPageToken;
  }
  return events;
}
