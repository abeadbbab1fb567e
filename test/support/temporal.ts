import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { z } from "zod";
import { temporalServes } from "../../processes/dev/temporal.ts";
import { askBroker } from "./server-broker.ts";

const serverShape = z.object({
  /** host:port of gRPC. */
  address: z.string(),
  /** Base address of the HTTP API. */
  http: z.url(),
  /** The server's Prometheus page. */
  metrics: z.url(),
  /** A namespace that is there; tests that list or count take their own, see {@link createNamespace}. */
  namespace: z.string(),
});

/** The one Temporal development server of this test run. */
export type TestTemporalServer = z.infer<typeof serverShape>;

/** Starts the run's Temporal at the first call of the whole run; later calls get the same one. */
export async function testTemporalServer(): Promise<TestTemporalServer> {
  return serverShape.parse(await askBroker(inject("testServers"), "temporal"));
}

/** The program of the time-skipping server, for `executable: { type: "existing-path", path }`. */
export async function timeSkippingServerPath(): Promise<string> {
  const found = await askBroker(inject("testServers"), "time-skipping");
  return z.object({ path: z.string() }).parse(found).path;
}

/** Makes a namespace of a test's own on the run's server and waits until it can be used. */
export async function createNamespace(): Promise<string> {
  const server = await testTemporalServer();
  const namespace = `test-${randomBytes(6).toString("hex")}`;
  const created = await fetch(`${server.http}/api/v1/namespaces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ namespace, workflowExecutionRetentionPeriod: "86400s" }),
  });
  if (!created.ok) throw new Error(`Temporal answered ${created.status}: ${await created.text()}`);
  const httpPort = Number(new URL(server.http).port);
  while (!(await temporalServes({ httpPort, namespace }))) await new Promise(setImmediate);
  return namespace;
}
