import type { ApiContext } from "./environment.ts";
import { Refusal } from "./problems.ts";

/** The month of a large city is less than a gigabyte. */
export const MOST_STREAMED_BYTES = 2 * 1024 * 1024 * 1024;
/** Who is waited for this long without having sent {@link LEAST_BYTES} holds a connection for nothing: a byte now and then is no progress. */
const STANDSTILL_MS = 30_000;
const LEAST_BYTES = 16 * 1024;

/** The body as it comes, never as a whole; how long each part of it is worked on does not count. @throws Refusal when it stands still, or nearly */
export async function* bodyOf(c: ApiContext): AsyncGenerator<Uint8Array> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = c.req.raw.body?.getReader();
  if (reader === undefined) return;
  let [waitedMs, bytes] = [0, 0];
  try {
    for (;;) {
      const since = performance.now();
      const { done, value } = await inTime(reader.read(), STANDSTILL_MS - waitedMs);
      if (done) return;
      waitedMs += performance.now() - since;
      bytes += value.length;
      if (bytes >= LEAST_BYTES) [waitedMs, bytes] = [0, 0];
      yield value;
    }
  } finally {
    // Nobody reads what may still come.
    await reader.cancel().catch(() => undefined);
  }
}

async function inTime<Value>(reading: Promise<Value>, withinMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const standstill = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Refusal("body-too-slow", { headers: { connection: "close" } })),
      withinMs,
    );
  });
  try {
    return await Promise.race([reading, standstill]);
  } catch (cause) {
    throw isHangUp(cause) ? new Refusal("body-too-slow", {}, cause) : cause;
  } finally {
    clearTimeout(timer);
  }
}

/** A caller that hung up in the middle of its body is no outage of ours. */
function isHangUp(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ECONNRESET";
}

export function bodyTooLarge(): Refusal {
  return new Refusal("body-too-large", { headers: { connection: "close" } });
}
