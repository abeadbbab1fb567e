import { Context } from "@temporalio/activity";

const BEAT_MS = 5_000;

/** Runs an effect while telling Temporal every five seconds that this process is alive; it is never cancelled. */
export async function whileBeating<Result>(effect: () => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), BEAT_MS);
  try {
    return await effect();
  } finally {
    clearInterval(beat);
  }
}
