import { Chance } from "../chance.ts";
import type { Findings, Violation } from "../proof.ts";
import type { BankModel } from "./bank-model.ts";
import { drawOperations } from "./operations.ts";
import type { Mutant } from "./rows-model.ts";
import { type Counts, runSequence, violationOf } from "./sequence.ts";

const SHAPES = ["keys", "intent"] as const satisfies readonly BankModel["shape"][];
const MOST_VIOLATIONS = 20;
/** A sequence has a seed of its own, so that a failing one is run again without the others. */
const SEED_STEP = 7_919;

/** Runs random sequences on the pure machine, half of them against each shape of gateway. */
export function provePureModel(order: {
  readonly seed: number;
  readonly sequences: number;
  readonly mutant?: Mutant;
  readonly say?: (line: string) => void;
}): Pick<Findings, "violations"> & { readonly counts: Counts; readonly operations: number } {
  const violations: Violation[] = [];
  const counts: Counts = { debits: 0, refunds: 0, stops: 0, overturned: 0, unknown: 0 };
  let steps = 0;
  for (let index = 0; index < order.sequences && violations.length < MOST_VIOLATIONS; index += 1) {
    const seed = order.seed + index * SEED_STEP;
    const operations = drawOperations(new Chance(seed));
    const shape = SHAPES[index % 2] ?? "keys";
    const mutant = order.mutant === undefined ? {} : { mutant: order.mutant };
    const ran = runSequence(shape, operations, order.mutant);
    steps += operations.length;
    for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] += ran.counts[name];
    if (ran.broken.length > 0)
      violations.push(violationOf({ shape, operations, seed, broken: ran.broken, ...mutant }));
    if (index % 20_000 === 0 && index > 0) order.say?.(`${index} sequences on the pure machine`);
  }
  return { violations, counts, operations: steps };
}
