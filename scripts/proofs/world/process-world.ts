import { TestWorkflowEnvironment } from "@temporalio/testing";
import { openDatabase } from "../../../db/database.ts";
import { findTemporalProgram } from "../../../processes/dev/temporal-binary.ts";
import { developmentServer } from "../../../processes/dev/temporal-releases.ts";
import { loadWorkflowBundle } from "../../../processes/workflow-bundle.ts";
import { startWholeWorld, type WholeWorld, type WorldOptions } from "../../../test/support/whole-world.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { withMigratedDatabase } from "../../temporary-database.ts";
import { readTemporalCounters, type TemporalCounters } from "./temporal-counters.ts";

const namespace = "kvitok";

/** Runs `work` in a whole engine inside this process, over a PostgreSQL and a Temporal of its own, with that server's counters beside it. */
export async function inProcessWorld<Result>(
  options: WorldOptions,
  work: (world: WholeWorld, counters: () => Promise<TemporalCounters>) => Promise<Result>,
): Promise<Result> {
  return withMigratedDatabase(async (url) => {
    const path = await findTemporalProgram(developmentServer, (line) => process.stderr.write(`${line}\n`));
    const metricsPort = await freePort();
    const server = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: "existing-path", path },
        namespace,
        log: { format: "pretty", level: "error" },
        // its greeting would stand before what a command prints
        extraArgs: ["--metrics-port", String(metricsPort), "--output", "none"],
      },
    });
    try {
      const world = await startWholeWorld(
        {
          database: { ...openDatabase({ url, applicationName: "kvitok-proof", maxConnections: 20 }), url },
          address: server.address,
          namespace,
          workflowBundle: await loadWorkflowBundle(),
        },
        options,
      );
      try {
        const url = `http://127.0.0.1:${metricsPort}/metrics`;
        return await work(world, () => readTemporalCounters({ url, namespace }));
      } finally {
        await world.close();
      }
    } finally {
      await server.teardown();
    }
  });
}
