import type { Engine } from "./engine-core.ts";
import { testWorkflowBundle } from "./engine-bundle.ts";
import { type EngineTemporal, startEngineWorkers } from "./engine-workers.ts";
import { createNamespace, testTemporalServer } from "./temporal.ts";

export { dataConverter, type EngineTemporal } from "./engine-workers.ts";

/** Workers of the engine in the test's own process, on the run's Temporal in a namespace of their own. */
export async function startEngineTemporal(
  engine: Engine,
  webhookAllow?: ReadonlySet<string>,
): Promise<EngineTemporal> {
  const [{ address }, namespace, workflowBundle] = await Promise.all([
    testTemporalServer(),
    createNamespace(),
    testWorkflowBundle(),
  ]);
  return startEngineWorkers({ engine, address, namespace, workflowBundle, webhookAllow });
}
