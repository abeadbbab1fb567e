import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ApiEnvironment } from "./environment.ts";
import { Refusal } from "./problems.ts";

/** How an address takes its body: as text (JSON), or as the very bytes. */
export type BodyRule = { readonly mostBytes: number; readonly as: "text" | "bytes" };

/** A command must have come in whole by then: who drips a body byte by byte holds no memory for minutes. */
const WHOLE_BODY_MS = 30_000;

/** Reads the body of a command once, as it came, up to a size; signature, fingerprint and validation all see the same bytes. */
export function readBody(ruleOf: (path: string) => BodyRule): MiddlewareHandler<ApiEnvironment> {
  const limiters = new Map<number, MiddlewareHandler>();
  return async (c, next) => {
    const { mostBytes: maxSize, as } = ruleOf(c.req.path);
    const limiter = limiters.get(maxSize) ?? bodyLimit({ maxSize, onError: refuseSize });
    limiters.set(maxSize, limiter);
    const read = async (): Promise<void> => {
      c.set("rawBody", as === "text" ? await c.req.text() : "");
      c.set("rawBytes", as === "bytes" ? new Uint8Array(await c.req.arrayBuffer()) : new Uint8Array());
    };
    // The rest of the road is not inside: its own broken connections (to the database) are outages of ours.
    // A body without a length is read by the limiter itself, so the time is that of both.
    await inTime(Promise.resolve(limiter(c, read))).catch(refuseBroken);
    await next();
  };
}

/** @throws Refusal for a body that does not come in whole: the answer ends the connection */
async function inTime<Value>(reading: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const refuse = () => reject(new Refusal("body-too-slow", { headers: { connection: "close" } }));
    timer = setTimeout(refuse, WHOLE_BODY_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A caller that hung up in the middle of its body is no outage of ours: nobody hears the answer, and no alarm should ring. */
function refuseBroken(cause: unknown): never {
  const hungUp = cause instanceof Error && "code" in cause && cause.code === "ECONNRESET";
  throw hungUp ? new Refusal("body-not-json", {}, cause) : cause;
}

function refuseSize(): never {
  throw new Refusal("body-too-large");
}
