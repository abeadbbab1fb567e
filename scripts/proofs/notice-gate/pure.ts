import { Chance } from "../chance.ts";
import type { Violation } from "../proof.ts";
import { begin, carryOut, type Model, type Mutant, namedBy, type Operation, type Verdict } from "./model.ts";
import { drawOperation, drawStart, MOST_OPERATIONS, type Start, stepTime, wantedTime } from "./operations.ts";
import { complaintsOf } from "./payer-oracle.ts";

export const INVARIANT = "no debit without a valid notice, none that differs from its notice";
const MOST_VIOLATIONS = 20;
/** A case has a seed of its own, so that a failing one is run again without the others. */
const SEED_STEP = 7_919;

/** One step of a case: what happened, when, what became of it, and how everything stands after it. */
export type Step = {
  readonly operation: Operation;
  readonly at: number;
  readonly verdict: Verdict | null;
  readonly after: Model;
};

export type Case = {
  readonly seed: number;
  readonly start: Start;
  readonly begun: Model;
  readonly steps: readonly Step[];
  readonly complaints: readonly string[];
};

export type Counts = {
  cases: number;
  operations: number;
  attempts: number;
  debits: number;
  refused: number;
  onFirstClock: number;
};

/** A random case on the pure model, judged as its payer would judge it; it ends with a debit. */
export function runCase(seed: number, mutant?: Mutant): Case {
  const chance = new Chance(seed);
  const start = drawStart(chance);
  const model = begin(start);
  const begun = copyOf(model);
  const steps: Step[] = [];
  const complaints: string[] = [];
  while (steps.length < MOST_OPERATIONS && model.state !== "charging") {
    const operation = drawOperation(chance, model, steps.at(-1)?.operation);
    model.now = stepTime(model.now, wantedTime(model, operation), steps.length + 1);
    const named = operation.do === "attempt" ? namedBy(model, operation).card : null;
    const verdict = carryOut(model, operation, mutant);
    if (verdict === "passed") complaints.push(...complaintsOf(model, named ?? ""));
    steps.push({ operation, at: model.now, verdict, after: copyOf(model) });
  }
  return { seed, start, begun, steps, complaints };
}

function copyOf(model: Model): Model {
  return { ...model, narrowing: [...model.narrowing], notices: [...model.notices] };
}

/** Runs random cases on the pure model. */
export function provePure(order: {
  readonly seed: number;
  readonly cases: number;
  readonly mutant?: Mutant;
  readonly say?: (line: string) => void;
}): { readonly violations: readonly Violation[]; readonly counts: Counts } {
  const violations: Violation[] = [];
  const counts: Counts = { cases: 0, operations: 0, attempts: 0, debits: 0, refused: 0, onFirstClock: 0 };
  for (let index = 0; index < order.cases && violations.length < MOST_VIOLATIONS; index += 1) {
    const ran = runCase(order.seed + index * SEED_STEP, order.mutant);
    count(counts, ran);
    if (ran.complaints.length > 0)
      violations.push({
        invariant: `${INVARIANT}: ${ran.complaints.join(", ")}`,
        seed: ran.seed,
        events: eventsOf(ran),
      });
    if (index > 0 && index % 20_000 === 0) order.say?.(`${index} cases on the pure model`);
  }
  return { violations, counts };
}

/** Adds a case to the counts. */
export function count(counts: Counts, { steps }: Case): void {
  counts.cases += 1;
  counts.operations += steps.length;
  for (const { verdict, after } of steps) {
    if (verdict === null) continue;
    counts.attempts += 1;
    if (verdict === "refused") counts.refused += 1;
    else counts.debits += 1;
    if (
      verdict === "passed" &&
      after.notices.some(({ state, clockOf }) => state !== "void" && clockOf !== null)
    )
      counts.onFirstClock += 1;
  }
}

/** A case in words. */
export function eventsOf({ start, steps }: Case): readonly string[] {
  return [
    `${start.pack} in ${start.zone}, ${new Date(start.now).toISOString()}, ${start.amount}`,
    ...steps.map(
      ({ operation, at, verdict }) =>
        `${new Date(at).toISOString()} ${JSON.stringify(operation)}${verdict === null ? "" : ` → ${verdict}`}`,
    ),
  ];
}
