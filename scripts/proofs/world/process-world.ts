import { TestWorkflowEnvironment } from "@temporalio/testing";
import { openDatabase } from "../../../db/database.ts";
import { findTemporalProgram } from "../../../processes/dev/temporal-binary.ts";
import { developmentServer } from "../../../processes/dev/temporal-releases.ts";
import { loadWorkflowBundle } from "../../../processes/workflow-bundle.ts";
import { startWholeWorld, type WholeWorld, type WorldOptions } from "../../../test/support/whole-world.ts";
import { withMigratedDatabase } from "../../temporary-database.ts";

/** Runs `work` in a whole engine inside this process, over a PostgreSQL and a Temporal of its own. */
export async function inProcessWorld<Result>(
  options: WorldOptions,
  work: (world: WholeWorld) => Promise<Result>,
): Promise<Result> {
  return withMigratedDatabase(async (url) => {
    const path = await findTemporalProgram(developmentServer, (line) => process.stderr.write(`${line}\n`));
    const server = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: "existing-path", path },
        namespace: "kvitok",
        log: { format: "pretty", level: "error" },
      },
    });
    try {
      const world = await startWholeWorld(
        {
          database: { ...openDatabase({ url, applicationName: "kvitok-proof", maxConnections: 20 }), url },
          address: server.address,
          namespace: "kvitok",
          workflowBundle: await loadWorkflowBundle(),
        },
        options,
      );
      try {
        return await work(world);
      } finally {
        await world.close();
      }
    } finally {
      await server.teardown();
    }
  });
}
