import type { Server } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";

/**
 * How long a caller may keep a connection waiting, in milliseconds; `node:http` looks every `connectionsCheckingInterval`. Bodies have shorter limits where
 * they are read (api/request-body.ts, api/streamed-body.ts, web/form-guard.ts).
 */
export const HTTP_PATIENCE = {
  /** From the first byte of a request, or the opening of the connection, to the end of its headers. */
  headersTimeout: 20_000,
  /** To the end of its body: registry files take their time. */
  requestTimeout: 3_600_000,
  /** Between two requests of one connection. */
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
} as const;

type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** A server of ours that nobody keeps waiting for ever; not listening yet. */
export function httpServer(
  fetch: Fetch,
  patience: Readonly<Record<keyof typeof HTTP_PATIENCE, number>> = HTTP_PATIENCE,
): Server {
  return createAdaptorServer({
    fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
    serverOptions: { ...patience },
  }) as Server;
}
