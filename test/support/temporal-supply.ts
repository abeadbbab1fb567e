import { temporalCommand, temporalServes } from "../../processes/dev/temporal.ts";
import { findTemporalProgram } from "../../processes/dev/temporal-binary.ts";
import { developmentServer, timeSkippingServer } from "../../processes/dev/temporal-releases.ts";
import { freePort } from "./free-port.ts";
import type { Supply } from "./server-broker.ts";

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Starts the Temporal development server of a test run, in memory and without UI. */
export const supplyTemporal: Supply = async (run) => {
  const [port, httpPort, metricsPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const server = { port, httpPort, metricsPort, namespace: "kvitok" };
  await run.serve({
    name: "temporal",
    kind: "service",
    needs: [],
    command: async () =>
      temporalCommand({ ...server, binary: await findTemporalProgram(developmentServer, say) }),
    isReady: () => temporalServes(server),
    readyWithinSeconds: 240,
  });
  return {
    address: `127.0.0.1:${port}`,
    http: `http://127.0.0.1:${httpPort}`,
    metrics: `http://127.0.0.1:${metricsPort}/metrics`,
    namespace: server.namespace,
  };
};

/** Finds the time-skipping server; the tests start it themselves, one for each file. */
export const supplyTimeSkipping: Supply = async () => ({
  path: await findTemporalProgram(timeSkippingServer, say),
});
