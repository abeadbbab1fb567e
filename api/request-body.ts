import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ApiEnvironment } from "./environment.ts";
import { Refusal } from "./problems.ts";

/** Reads the body of a command once, as it came, up to a size; signature, fingerprint and validation all see the same bytes. */
export function readBody(limitOf: (path: string) => number): MiddlewareHandler<ApiEnvironment> {
  const limiters = new Map<number, MiddlewareHandler>();
  return async (c, next) => {
    const maxSize = limitOf(c.req.path);
    const limiter = limiters.get(maxSize) ?? bodyLimit({ maxSize, onError: refuseSize });
    limiters.set(maxSize, limiter);
    return limiter(c, async () => {
      c.set("rawBody", await c.req.text());
      await next();
    });
  };
}

function refuseSize(): never {
  throw new Refusal("body-too-large");
}
