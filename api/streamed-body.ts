import type { ApiContext } from "./environment.ts";
import { Refusal } from "./problems.ts";

/** The month of a large city is less than a gigabyte. */
export const MOST_STREAMED_BYTES = 2 * 1024 * 1024 * 1024;
/** A body that stands still this long holds a connection for nothing. */
const STANDSTILL_MS = 30_000;

/** The body as it comes, never as a whole. @throws Refusal when it stands still */
export async function* bodyOf(c: ApiContext): AsyncGenerator<Uint8Array> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = c.req.raw.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    // Nobody reads what may still come.
    await reader.cancel().catch(() => undefined);
  }
}

async function inTime<Value>(reading: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const standstill = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Refusal("body-too-slow", { headers: { connection: "close" } })),
      STANDSTILL_MS,
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
