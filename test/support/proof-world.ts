import { testWorkflowBundle } from "./engine-bundle.ts";
import { openTestDatabase } from "./engine.ts";
import { createNamespace, testTemporalServer } from "./temporal.ts";
import { startWholeWorld, type WholeWorld, type WorldOptions } from "./whole-world.ts";

/** A whole engine in the test's own process, on the run's PostgreSQL and Temporal. */
export async function startTestWorld(options: WorldOptions = {}): Promise<WholeWorld> {
  const [database, { address }, namespace, workflowBundle] = await Promise.all([
    openTestDatabase(),
    testTemporalServer(),
    createNamespace(),
    testWorkflowBundle(),
  ]);
  return startWholeWorld({ database, address, namespace, workflowBundle }, options);
}
