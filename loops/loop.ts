import { setTimeout as delay } from "node:timers/promises";

/** A loop of the engine: does its work when its bell rings, and in any case every so often. */
export type Loop = { readonly name: string; readonly stop: () => Promise<void>; readonly ring: () => void };

/** Where loops report what they could not do; never with personal data. */
export type LoopLog = {
  error(detail: { readonly loop: string; readonly error: unknown }, message: string): void;
};

/**
 * Runs `work` again and again: at once while it answers true (there may be more), else after `everyMs` or when rung. An
 * error is reported and followed by a growing pause; the loop never ends by itself.
 */
export function startLoop(options: {
  readonly name: string;
  readonly everyMs: number;
  /** After a ring it waits so long before it works, so that neighbours share one batch. */
  readonly gatherMs?: number;
  readonly work: () => Promise<boolean>;
  readonly log: LoopLog;
}): Loop {
  let stopping = false;
  let failures = 0;
  let rung = false;
  let wakeUp: () => void = () => undefined;

  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      if (rung || stopping) return resolve();
      const timer = setTimeout(resolve, milliseconds);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async () => {
    while (!stopping) {
      rung = false;
      try {
        const more = await options.work();
        failures = 0;
        if (!more) {
          await pause(options.everyMs);
          if (rung && !stopping) await delay(options.gatherMs ?? 0);
        }
      } catch (error) {
        failures += 1;
        options.log.error({ loop: options.name, error }, "loop failed, will try again");
        rung = false;
        await pause(Math.min(10_000, 200 * 2 ** failures));
      }
    }
  };
  const ended = run();
  return {
    name: options.name,
    ring() {
      rung = true;
      wakeUp();
    },
    async stop() {
      stopping = true;
      wakeUp();
      await ended;
    },
  };
}
