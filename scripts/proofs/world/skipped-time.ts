import { findTemporalProgram } from "../../../processes/dev/temporal-binary.ts";
import { timeSkippingServer } from "../../../processes/dev/temporal-releases.ts";
import { loadWorkflowBundle } from "../../../processes/workflow-bundle.ts";
import { dataConverter } from "../../../test/support/engine-workers.ts";
import { openSkippedTime } from "../../../test/support/skipped-time.ts";
import type { WorkflowGround } from "../payment-model/workflows.ts";

/** Runs `work` on a time-skipping server of its own. */
export async function onSkippedTime<Result>(
  work: (ground: WorkflowGround) => Promise<Result>,
): Promise<Result> {
  const path = await findTemporalProgram(timeSkippingServer, (line) => process.stderr.write(`${line}\n`));
  const env = await openSkippedTime(path);
  try {
    return await work({ env, workflowBundle: await loadWorkflowBundle(), dataConverter });
  } finally {
    await env.teardown();
  }
}
