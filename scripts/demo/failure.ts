import { setTimeout as pause } from "node:timers/promises";

/** The story went otherwise than promised; the message says how, for people. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
}

const pauseMs = 150;

/** Asks again and again until there is an answer. Throws {@link DemoFailure} naming what was waited for when the time is over. */
export async function within<Value>(
  seconds: number,
  what: string,
  ask: () => Promise<Value | undefined>,
): Promise<Value> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new DemoFailure(`${what}: not within ${seconds} s`);
    await pause(pauseMs);
  }
}
