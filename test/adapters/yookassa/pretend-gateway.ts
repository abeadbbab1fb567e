import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it arrived. */
export type Arrived = {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
};

/** What the pretend gateway does with a request; a plain object is sent as JSON with status 200. */
export type Reply = (response: http.ServerResponse, request: Arrived) => void;

export type PretendGateway = {
  readonly url: string;
  readonly port: number;
  readonly arrived: Arrived[];
  /** How many connections were opened. */
  readonly connections: () => number;
  reply: Reply;
  close(): Promise<void>;
};

/** Starts a bare HTTP server whose every answer a test chooses. */
export async function startPretendGateway(): Promise<PretendGateway> {
  let connections = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      gateway.arrived.push(one);
      gateway.reply(response, one);
    });
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const gateway: PretendGateway = {
    url: `http://127.0.0.1:${port}/v3`,
    port,
    arrived: [],
    connections: () => connections,
    reply: json(500, {}),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return gateway;
}

/** A reply of JSON. */
export function json(status: number, body: unknown): Reply {
  return text(status, JSON.stringify(body));
}

/** A reply of any text. */
export function text(status: number, body: string): Reply {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body);
  };
}

/** A refusal in the vendor's form. */
export function refusal(status: number, code: string, parameter?: string): Reply {
  return json(status, { type: "error", id: "e-1", code, description: "Secret 4111 1111", parameter });
}
