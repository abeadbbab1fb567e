import type { TestProject } from "vitest/node";
import { supplyPostgres } from "./postgres-supply.ts";
import { startBroker } from "./server-broker.ts";
import { supplyStack } from "./stack-supply.ts";
import { supplyTemporal, supplyTimeSkipping } from "./temporal-supply.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where test files ask for servers, see `server-broker.ts`. */
    testServers: string;
  }
}

/** Runs once, before all tests; what it returns runs after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startBroker({
    postgres: supplyPostgres,
    temporal: supplyTemporal,
    "time-skipping": supplyTimeSkipping,
    stack: supplyStack,
  });
  project.provide("testServers", broker.url);
  // the workers begin later and take it over: what a test writes into a temporary folder lies there
  if (broker.memory !== undefined) process.env["TMPDIR"] = broker.memory;
  return broker.close;
}
