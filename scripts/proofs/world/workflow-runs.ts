import { Client, Connection } from "@temporalio/client";

/** A run that Temporal knows, open or closed. */
export type WorkflowRunName = { readonly workflowId: string; readonly runId: string; readonly type: string };

const RUNS_ARE_LISTED_WITHIN_MS = 120_000;
const LOOK_AGAIN_AFTER_MS = 1_000;

/**
 * Lists all runs of these workflow types in a namespace. The list follows the starts at a distance, so it is read until two readings in a row agree.
 *
 * @throws when the list does not come to rest in two minutes
 */
export async function listRuns(
  client: Client,
  types: readonly string[],
): Promise<readonly WorkflowRunName[]> {
  const deadline = Date.now() + RUNS_ARE_LISTED_WITHIN_MS;
  const query = `WorkflowType IN (${types.map((type) => `'${type}'`).join(", ")})`;
  for (let before = -1; Date.now() < deadline; ) {
    const { count } = await client.workflow.count(query);
    if (count === before) return readRuns(client, query);
    before = count;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
  }
  throw new Error("the list of workflows does not come to rest");
}

async function readRuns(client: Client, query: string): Promise<readonly WorkflowRunName[]> {
  const runs: WorkflowRunName[] = [];
  for await (const { workflowId, runId, type } of client.workflow.list({ query, pageSize: 1_000 }))
    runs.push({ workflowId, runId, type });
  return runs;
}

/** Runs of a server that this process is not connected to yet. */
export async function listRunsAt(
  at: { readonly address: string; readonly namespace: string },
  types: readonly string[],
): Promise<readonly WorkflowRunName[]> {
  const connection = await Connection.connect({ address: at.address });
  try {
    return await listRuns(new Client({ connection, namespace: at.namespace }), types);
  } finally {
    await connection.close();
  }
}
