import type { Violation } from "../proof.ts";
import { shrink } from "../shrink.ts";
import { judgeNews, judgeOwed, judgeStuck, judgeTrail } from "./outside/judge-ends.ts";
import { judgeAuthority, judgeLedger, judgeMoments, judgeOnce } from "./outside/judge-money.ts";
import { judgeTold, judgeTries } from "./outside/judge-words.ts";
import { type Invariant, INVARIANT_NAMES, INVARIANTS, type Seen, Verdict } from "./outside/seen.ts";
import { drawStory, lineOf, type Operation } from "./outside/story.ts";
import { World } from "./world.ts";

/** A story has a seed of its own, so that a failing one is lived again without the others. */
const SEED_STEP = 7_919;
const MOST_FAILURES = 5;
const SAID_EVERY_MS = 5_000;

export type Failure = {
  readonly seed: number;
  readonly invariant: Invariant;
  readonly words: string;
  /** The shortest list that still breaks the same invariant; the whole story where none was sought. */
  readonly operations: readonly Operation[];
};

export type Tally = {
  stories: number;
  payments: number;
  charges: number;
  captures: number;
  sentAgain: number;
  faults: number;
  givenBack: number;
  letters: number;
  readonly checked: Record<Invariant, number>;
  readonly broken: Record<Invariant, number>;
};

/** Lives one list of operations and judges it. */
export function liveStory(operations: readonly Operation[]): {
  readonly seen: Seen;
  readonly verdict: Verdict;
} {
  const seen = new World(operations).live();
  const verdict = new Verdict();
  for (const judge of [
    judgeOnce,
    judgeOwed,
    judgeAuthority,
    judgeLedger,
    judgeTold,
    judgeStuck,
    judgeTrail,
    judgeNews,
    judgeTries,
    judgeMoments,
  ])
    judge(seen, verdict);
  return { seen, verdict };
}

/** Lives stories until so many payments were made, or the time is up, or enough has failed. */
export function simulate(order: {
  readonly seed: number;
  readonly payments: number;
  readonly seconds?: number;
  /** A failing story is left as long as it is: for who asks only whether one fails. */
  readonly asTheyAre?: boolean;
  readonly say?: (line: string) => void;
}): { readonly tally: Tally; readonly failures: readonly Failure[]; readonly seconds: number } {
  const tally = emptyTally();
  const failures: Failure[] = [];
  const begun = performance.now();
  const ends = begun + (order.seconds ?? Number.POSITIVE_INFINITY) * 1_000;
  let said = begun;
  while (tally.payments < order.payments && failures.length < MOST_FAILURES && performance.now() < ends) {
    const seed = order.seed + tally.stories * SEED_STEP;
    const operations = drawStory(seed);
    const { seen, verdict } = liveStory(operations);
    count(tally, seen, verdict);
    const first = verdict.broken[0];
    if (first !== undefined) {
      const failure = { seed, operations, ...first };
      failures.push(order.asTheyAre === true ? failure : shrunk(failure));
    }
    if (performance.now() - said > SAID_EVERY_MS) {
      said = performance.now();
      order.say?.(progressOf(tally, { order, elapsed: (said - begun) / 1_000 }));
    }
  }
  return { tally, failures, seconds: (performance.now() - begun) / 1_000 };
}

function emptyTally(): Tally {
  const zeros = () => new Verdict().checked;
  return {
    stories: 0,
    payments: 0,
    charges: 0,
    captures: 0,
    sentAgain: 0,
    faults: 0,
    givenBack: 0,
    letters: 0,
    checked: zeros(),
    broken: zeros(),
  };
}

function count(tally: Tally, seen: Seen, verdict: Verdict): void {
  tally.stories += 1;
  tally.payments += seen.payments.length;
  tally.charges += seen.charges.length;
  tally.captures += seen.captures.length;
  tally.sentAgain += seen.sendings.filter(({ transmission }) => transmission > 1).length;
  tally.faults += seen.operations.filter((one) => !("at" in one)).length;
  tally.givenBack += seen.refunds.length;
  tally.letters += seen.deliveries.length;
  for (const name of INVARIANT_NAMES) tally.checked[name] += verdict.checked[name];
  for (const { invariant } of verdict.broken) tally.broken[invariant] += 1;
}

function progressOf(
  tally: Tally,
  { order, elapsed }: { order: { payments: number; seconds?: number }; elapsed: number },
): string {
  const rate = tally.payments / elapsed;
  const left = Math.min(
    (order.payments - tally.payments) / rate,
    (order.seconds ?? Number.POSITIVE_INFINITY) - elapsed,
  );
  return `${tally.payments} payments, ${Math.round(rate)} a second, ${Math.ceil(left)} s to go`;
}

/** Leaves operations out as long as the same invariant breaks. */
function shrunk({
  seed,
  operations,
  invariant,
}: {
  seed: number;
  operations: readonly Operation[];
  invariant: Invariant;
}): Failure {
  const breaks = (list: readonly Operation[]) =>
    liveStory(list).verdict.broken.find((one) => one.invariant === invariant);
  const least = shrink(operations, (shorter) => breaks(shorter) !== undefined);
  return { seed, invariant, words: breaks(least)?.words ?? "", operations: least };
}

/** A failure for the words and records that all proofs share. */
export function violationOf({ seed, invariant, words, operations }: Failure): Violation {
  return {
    invariant: `${invariant}, ${INVARIANTS[invariant]}: ${words}`,
    seed,
    events: operations.map(lineOf),
  };
}
