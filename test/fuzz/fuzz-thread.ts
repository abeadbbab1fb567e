// Tries one parser until its time is over. The input under work stands in shared memory: whoever watches can name the one that never ended.
import { parentPort, workerData } from "node:worker_threads";
import { Chance } from "../../scripts/proofs/chance.ts";
import { Coverage } from "./coverage.ts";
import { changed } from "./mutation.ts";
import type { Target } from "./target.ts";
import { targets } from "./targets/all.ts";
import { wrongTargets } from "./targets/wrong.ts";
import type { Findling, ThreadEnd, ThreadOrder, ThreadWarm } from "./thread-order.ts";

/** Coverage is asked for after so many inputs: asking costs as much as fifty of them. */
const TOGETHER = 50;
const MOST_KEPT = 2_000;
const MOST_FINDLINGS = 20;
/** Longest for one input; the quickest of three counts. */
const MOST_MS = 1_000;

const order = workerData as ThreadOrder;
const places = new Int32Array(order.shared, 0, 2);
const room = new Uint8Array(order.shared, 8);

function say(message: ThreadEnd | ThreadWarm): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
  parentPort?.postMessage(message);
}

async function failureOf(target: Target, input: Uint8Array): Promise<string | null> {
  try {
    await target.run(input);
    return null;
  } catch (cause) {
    return cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, 500) : String(cause);
  }
}

/** Milliseconds of the processor or of the clock, whichever is less: a busy machine stops a thread wherever it is. */
async function timed(
  target: Target,
  input: Uint8Array,
): Promise<{ readonly why: string | null; readonly ms: number }> {
  const [before, used] = [performance.now(), process.cpuUsage()];
  const why = await failureOf(target, input);
  const { user, system } = process.cpuUsage(used);
  return { why, ms: Math.min(performance.now() - before, (user + system) / 1_000) };
}

/** What is wrong with how the parser took this input; null where nothing is. */
async function judge(target: Target, input: Uint8Array): Promise<string | null> {
  const first = await timed(target, input);
  if (first.why !== null) return first.why;
  let fastest = first.ms;
  for (let again = 0; again < 2 && fastest > MOST_MS; again += 1)
    fastest = Math.min(fastest, (await timed(target, input)).ms);
  return fastest > MOST_MS ? `takes ${Math.round(fastest)} ms` : null;
}

/** Cuts away what the failure does not need. */
async function smallest(target: Target, input: Uint8Array): Promise<Uint8Array> {
  let kept = input;
  for (let part = Math.ceil(kept.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let from = 0; from < kept.length; from += part) {
      const shorter = Buffer.concat([kept.subarray(0, from), kept.subarray(from + part)]);
      const before = performance.now();
      if ((await failureOf(target, shorter)) === null) continue;
      kept = shorter;
      from -= part;
      if (performance.now() - before > MOST_MS) return kept;
    }
  }
  return kept;
}

async function hunt(target: Target): Promise<ThreadEnd> {
  const coverage = new Coverage();
  const corpus = [...target.samples()];
  const findlings = new Map<string, Findling>();
  const chance = new Chance(order.seed);
  const endsAt = performance.now() + order.seconds * 1_000;
  let inputs = 0;
  const attempt = async (input: Uint8Array): Promise<void> => {
    room.set(input);
    Atomics.store(places, 1, input.length);
    Atomics.add(places, 0, 1);
    inputs += 1;
    const why = await judge(target, input);
    Atomics.add(places, 0, 1);
    if (why === null) return;
    // one of each kind: digits and quotations in a message differ, what is wrong does not
    const kind = why.replace(/[\d"'].*$/, "");
    if (findlings.has(kind) || findlings.size >= MOST_FINDLINGS) return;
    findlings.set(kind, { why, base64: Buffer.from(await smallest(target, input)).toString("base64") });
  };
  for (const sample of corpus) await attempt(sample);
  coverage.hasGrown();
  say({ kind: "warm" });
  while (performance.now() < endsAt && inputs < order.mostInputs) {
    const tried: Uint8Array[] = [];
    for (let count = 0; count < TOGETHER; count += 1) {
      const input = changed(chance.pick(corpus), corpus, chance.below(2 ** 32));
      tried.push(input);
      await attempt(input);
    }
    if (coverage.hasGrown()) corpus.push(...tried.map((input) => Uint8Array.from(input.subarray(0, 4_096))));
    // the samples stay: everything grows out of them
    if (corpus.length > MOST_KEPT) corpus.splice(target.samples().length, TOGETHER);
  }
  const { size } = coverage;
  coverage.close();
  return { kind: "end", inputs, corpus: corpus.length, parts: size, findlings: [...findlings.values()] };
}

const target = [...targets, ...wrongTargets].find(({ name }) => name === order.target);
if (target === undefined) throw new Error(`no parser is called ${order.target}`);
say(await hunt(target));
