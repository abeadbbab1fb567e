import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Payload } from "@temporalio/common";
import proto from "@temporalio/proto";
import { createPayloadCodec } from "./payload-codec.ts";
import { readConfig } from "./config.ts";
import { untilToldToEnd } from "./ending.ts";
import { createLog } from "./log.ts";

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const LARGEST_BODY_BYTES = 8 * 1024 * 1024;

const config = readConfig(process.env, [
  "KVITOK_PAYLOAD_KEYS",
  "KVITOK_CODEC_PORT",
  "KVITOK_API_HOST",
  "KVITOK_TEMPORAL_UI_URL",
  "KVITOK_LOG_LEVEL",
]);
const log = createLog("codec", config.KVITOK_LOG_LEVEL);
const codec = createPayloadCodec(config.KVITOK_PAYLOAD_KEYS);

/** Only Temporal UI's own origin may read decoded payloads in a browser, under both names of the loopback. */
const origins = new Set(
  [config.KVITOK_TEMPORAL_UI_URL].flatMap((url) => [
    url,
    url.replace("127.0.0.1", "localhost"),
    url.replace("localhost", "127.0.0.1"),
  ]),
);

/** Temporal UI's codec server: POST /decode and /encode, payloads as JSON with base64 fields. */
const patience = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };
const server = createServer(patience, (request, response) => {
  handle(request, response).catch((error: unknown) => {
    log.warn({ error }, "a payload could not be decoded");
    response.writeHead(400).end();
  });
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { origin } = request.headers;
  if (origin !== undefined && origins.has(origin)) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-methods", "POST, OPTIONS");
    response.setHeader("access-control-allow-headers", "content-type, x-namespace, authorization");
    response.setHeader("vary", "origin");
  }
  if (request.method === "OPTIONS") return void response.writeHead(204).end();
  // Temporal UI adds a query of its own
  const { pathname } = new URL(request.url ?? "/", "http://codec");
  if (request.method === "GET" && pathname === "/health") return void response.writeHead(200).end("ok\n");
  const direction = pathname === "/decode" ? "decode" : pathname === "/encode" ? "encode" : undefined;
  if (request.method !== "POST" || direction === undefined) return void response.writeHead(404).end();
  // A browser always names its origin: a foreign page must not use our reader's machine as an oracle.
  if (origin !== undefined && !origins.has(origin)) return void response.writeHead(403).end();
  const { payloads } = JSON.parse(await bodyOf(request)) as { payloads: object[] };
  const read: Payload[] = payloads.map((payload) => PayloadMessage.fromObject(payload));
  const written = await codec[direction](read);
  response.writeHead(200, { "content-type": "application/json" }).end(
    JSON.stringify({
      payloads: written.map((payload) =>
        PayloadMessage.toObject(PayloadMessage.create(payload), { bytes: String }),
      ),
    }),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_BODY_BYTES) throw new RangeError("body too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

server.listen(config.KVITOK_CODEC_PORT, config.KVITOK_API_HOST);
await untilToldToEnd();
server.close();
