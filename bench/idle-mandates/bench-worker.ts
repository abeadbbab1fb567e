import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { WorkerReading } from "./worker-reading.ts";

const script = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

const LOOK_AGAIN_AFTER_MS = 500;
const STANDS_STILL_AFTER_MS = 120_000;
/** Garbage of the work before is gone by then, and pages of it are given back. */
const SETTLES_AFTER_MS = 10_000;

/** A worker that is watched from outside. */
export type BenchWorker = {
  /** Waits for so many looks since its start. Throws when two minutes bring none. */
  readonly untilLooked: (looks: number) => Promise<void>;
  /** What it takes once it has nothing to do. */
  readonly atRest: () => Promise<WorkerReading>;
  readonly end: () => Promise<void>;
};

export async function startBenchWorker(at: {
  readonly address: string;
  readonly namespace: string;
  readonly url: string;
  readonly cached: number;
}): Promise<BenchWorker> {
  const child = fork(script, [at.address, at.namespace, at.url, String(at.cached)], {
    execArgv: ["--import", "tsx", "--expose-gc"],
  });
  const exited = once(child, "exit");
  await once(child, "message");
  const read = async (): Promise<WorkerReading> => {
    const answer = once(child, "message");
    child.send("read");
    const [reading] = (await answer) as [WorkerReading];
    return reading;
  };
  return {
    async untilLooked(looks) {
      let [most, deadline] = [-1, 0];
      for (;;) {
        const reading = await read();
        if (reading.looks >= looks) return;
        if (reading.looks > most) [most, deadline] = [reading.looks, Date.now() + STANDS_STILL_AFTER_MS];
        if (Date.now() > deadline)
          throw new Error(`the worker stands still at ${reading.looks} of ${looks} looks`);
        await pause(LOOK_AGAIN_AFTER_MS);
      }
    },
    async atRest() {
      await pause(SETTLES_AFTER_MS);
      return read();
    },
    async end() {
      child.send("end");
      await exited;
    },
  };
}
