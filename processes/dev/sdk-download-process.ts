import { TestWorkflowEnvironment } from "@temporalio/testing";

// The SDK downloads a server only in order to start it: so it is started and ended once, in a process of its own
// that the launcher can give up on. Arguments: program name, version, folder.
const [name, version, downloadDir] = process.argv.slice(2);
if (!name || !version || !downloadDir) throw new Error("Arguments: program, version, folder.");

const executable = { type: "cached-download", version: `v${version}`, downloadDir } as const;
const environment =
  name === "temporal"
    ? await TestWorkflowEnvironment.createLocal({ server: { executable } })
    : await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
await environment.teardown();
