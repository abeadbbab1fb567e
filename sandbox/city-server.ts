import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { AddressInfo } from "node:net";

/** A listening HTTP server of the city. `port` is the real one, also when 0 was asked for. */
export interface ListeningServer {
  readonly port: number;
  readonly url: string;
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

/** What answers requests, in the shape of the web platform. */
export interface FetchHandler {
  readonly fetch: (request: Request, bindings: never) => Response | Promise<Response>;
}

/** Listens on loopback with a web-platform handler. Rejects with the system's error (EADDRINUSE, …) when the port is taken. */
export function listenFetch(handler: FetchHandler, port: number): Promise<ListeningServer> {
  const fetch = handler.fetch as (request: Request, bindings: unknown) => Response | Promise<Response>;
  return listenServer(createAdaptorServer({ fetch }) as Server, port);
}

/** Listens on loopback with a Node server. Rejects with the system's error when the port is taken. */
export async function listenServer(server: Server, port: number): Promise<ListeningServer> {
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", failed);
      done();
    });
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((done, failed) => {
        server.close((cause) => (cause ? failed(cause) : done()));
        server.closeAllConnections();
      }),
  };
}
