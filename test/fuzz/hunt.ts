import { Worker } from "node:worker_threads";
import { type Findling, sharedRoom, type ThreadEnd, type ThreadWarm } from "./thread-order.ts";

/** What came of fuzzing one parser. */
export type Hunt = Omit<ThreadEnd, "kind"> & {
  readonly target: string;
  /** By how much the process grew after its samples were read, in MiB. */
  readonly grownMib: number;
};

/** What is tried: `mostInputs` ends it earlier than its seconds, where a size must be the same everywhere. */
export type HuntOrder = {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly mostInputs?: number;
};

/** Node's own loader reads no TypeScript in a thread: tsx is asked for first. */
const THREAD = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL("./fuzz-thread.ts", import.meta.url).href)});
});`;
const LOOK_MS = 200;
/** An input that has used so much of the processor, or waits so long for nothing, will never end. */
const MOST_CPU_MS = 3_000;
const MOST_WAIT_MS = 120_000;
const HEAP_MB = 512;
const MIB = 2 ** 20;

/** Fuzzes one parser in a thread of its own; one that hangs is ended, and its input named. */
export function hunt({
  target,
  seed,
  seconds,
  mostInputs = Number.MAX_SAFE_INTEGER,
}: HuntOrder): Promise<Hunt> {
  const shared = sharedRoom();
  const thread = new Worker(THREAD, {
    workerData: { target, seed, seconds, mostInputs, shared },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    eval: true,
    execArgv: [],
  });
  let warmRss = 0;
  return new Promise((resolve, reject) => {
    const grown = () =>
      warmRss === 0 ? 0 : Math.max(0, Math.round((process.memoryUsage.rss() - warmRss) / MIB));
    const watch = setInterval(
      stuckIn(shared, (findling) => {
        clearInterval(watch);
        void thread.terminate();
        resolve({ target, inputs: 0, corpus: 0, parts: 0, findlings: [findling], grownMib: grown() });
      }),
      LOOK_MS,
    );
    thread.on("message", (said: ThreadEnd | ThreadWarm) => {
      if (said.kind === "warm") warmRss = process.memoryUsage.rss();
      else {
        const { inputs, corpus, parts, findlings } = said;
        resolve({ target, inputs, corpus, parts, findlings, grownMib: grown() });
      }
    });
    thread.on("error", reject);
    thread.on("exit", (code) => {
      clearInterval(watch);
      reject(new Error(`the thread of ${target} ended with ${code} and said nothing`));
    });
  });
}

/** Looks whether one and the same input is under work for too long. */
function stuckIn(shared: SharedArrayBuffer, found: (findling: Findling) => void): () => void {
  const places = new Int32Array(shared, 0, 2);
  let since = { turn: 0, atMs: performance.now(), cpuUs: cpuUs() };
  return () => {
    const turn = Atomics.load(places, 0);
    if (turn !== since.turn || turn % 2 === 0) {
      since = { turn, atMs: performance.now(), cpuUs: cpuUs() };
      return;
    }
    const [waitedMs, usedMs] = [performance.now() - since.atMs, (cpuUs() - since.cpuUs) / 1_000];
    if (usedMs < MOST_CPU_MS && waitedMs < MOST_WAIT_MS) return;
    const length = Atomics.load(places, 1);
    found({
      why: `does not end: ${Math.round(usedMs)} ms of processor in ${Math.round(waitedMs)} ms`,
      base64: Buffer.from(new Uint8Array(shared, 8, length)).toString("base64"),
    });
  };
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
