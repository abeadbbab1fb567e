// A worker for mandates alone, in a process of its own so that its memory is nobody else's: the engine's bundle, converter and activity.
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { createLocalActivities } from "../../activities/index.ts";
import { openDatabase } from "../../db/database.ts";
import { createDataConverter } from "../../processes/data-converter.ts";
import { loadWorkflowBundle } from "../../processes/workflow-bundle.ts";
import { mainTaskQueue } from "../../workflows/messages.ts";
import { benchKeys, type WorkerReading } from "./worker-reading.ts";

const [address = "", namespace = "", url = "", cached = ""] = process.argv.slice(2);

Runtime.install({ logger: new DefaultLogger("ERROR"), shutdownSignals: [] });
const connection = await NativeConnection.connect({ address });
const database = openDatabase({ url, applicationName: "kvitok-bench", maxConnections: 10 });
const { lookAtMandate, ...others } = createLocalActivities({ db: database.db });
let looks = 0;
const worker = await Worker.create({
  connection,
  namespace,
  dataConverter: createDataConverter(benchKeys),
  taskQueue: mainTaskQueue,
  workflowBundle: await loadWorkflowBundle(),
  activities: {
    ...others,
    lookAtMandate: async (request: Parameters<typeof lookAtMandate>[0]) => {
      const orders = await lookAtMandate(request);
      looks += 1;
      return orders;
    },
  },
  maxCachedWorkflows: Number(cached),
});
process.on("message", (message) => {
  if (message === "end") return worker.shutdown();
  globalThis.gc?.();
  const reading: WorkerReading = {
    looks,
    cached: worker.getStatus().numCachedWorkflows,
    rssBytes: process.memoryUsage.rss(),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
  process.send?.(reading);
});
process.send?.("ready");
await worker.run();
await database.close();
await connection.close();
process.disconnect();
