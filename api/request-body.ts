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
    const read = async (): Promise<void> => c.set("rawBody", await c.req.text());
    // The rest of the road is not inside: its own broken connections (to the database) are outages of ours.
    await limiter(c, read).catch(refuseBroken);
    await next();
  };
}

/** A caller that hung up in the middle of its body is no outage of ours: nobody hears the answer, and no alarm should ring. */
function refuseBroken(cause: unknown): never {
  const hungUp = cause instanceof Error && "code" in cause && cause.code === "ECONNRESET";
  throw hungUp ? new Refusal("body-not-json", {}, cause) : cause;
}

function refuseSize(): never {
  throw new Refusal("body-too-large");
}
