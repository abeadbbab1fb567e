import { createServer, type RequestListener } from "node:http";
import { afterEach, expect, test } from "vitest";
import { readMetrics } from "./read-metrics.ts";

let server = createServer();
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function serve(answer: RequestListener): Promise<number> {
  server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return address.port;
}

test("counters are read whole", async () => {
  const port = await serve((_, response) => response.end("a 1\nb 2\n"));
  expect(await readMetrics(port, 5_000)).toBe("a 1\nb 2\n");
});

test.each<readonly [string, RequestListener]>([
  ["stops in the middle", (_, response) => response.write("a 1\n")],
  ["never begins", () => undefined],
  [
    "is broken off",
    (_, response) => {
      response.write("a 1\n");
      response.destroy();
    },
  ],
])("of a server whose answer %s nothing is taken, and nobody waits for it for ever", async (_, answer) => {
  expect(await readMetrics(await serve(answer), 200)).toBeUndefined();
});

test("a server that is down has nothing to tell", async () => {
  const port = await serve((_, response) => response.end());
  await new Promise((resolve) => {
    server.close(resolve);
  });
  expect(await readMetrics(port, 200)).toBeUndefined();
});
