// The proxies of a world in a process of their own: `proxy-process.js CONTROL_PORT LINKS`, links as JSON `[{link, port, targets}]`.
import { createServer } from "node:http";
import { z } from "zod";
import { FAULT_KINDS, LinkProxy } from "./link-proxy.ts";

const linksShape = z.array(
  z.object({ link: z.string(), port: z.number().int(), targets: z.array(z.number().int()).min(1) }),
);
const orderShape = z.strictObject({
  link: z.string(),
  kind: z.enum([...FAULT_KINDS, "none"]),
  ms: z.number().int().min(0).max(60_000).default(0),
});

const [, , controlPort = "", links = "[]"] = process.argv;
const proxies = new Map(
  linksShape.parse(JSON.parse(links)).map((one) => [one.link, new LinkProxy(one.port, one.targets)]),
);
await Promise.all([...proxies.values()].map((proxy) => proxy.listen()));

/** `POST /` `{link, kind, ms}` sets what goes wrong on a link from now on; `GET /` counts what passed. */
createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    if (request.method === "POST") {
      const order = orderShape.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
      const proxy = proxies.get(order.link);
      if (!proxy) {
        response.writeHead(404).end();
        return;
      }
      proxy.set(order.kind === "none" ? undefined : { kind: order.kind, ms: order.ms });
    }
    const seen = Object.fromEntries([...proxies].map(([link, proxy]) => [link, proxy.counts()]));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(seen));
  });
}).listen(Number(controlPort), "127.0.0.1");

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
