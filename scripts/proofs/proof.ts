import type { Percentiles } from "./percentiles.ts";

/** How much is tried, by name: `payments`, `sequences`… */
export type Sizes = Readonly<Record<string, number>>;

/** A rule that did not hold, with what is needed to see it again. */
export type Violation = {
  /** The rule, in words. */
  readonly invariant: string;
  /** The seed of the one sequence or run that broke it. */
  readonly seed: number;
  /** What happened, in order. */
  readonly events: readonly string[];
};

/** What a proof found; every number stands beside what it is a part of. */
export type Findings = {
  readonly result: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  readonly percentiles?: Readonly<Record<string, Percentiles>>;
  readonly violations: readonly Violation[];
};

/** What a proof is run with. */
export type ProofOrder<Needs> = {
  readonly seed: number;
  readonly sizes: Sizes;
  readonly say: (line: string) => void;
  /** What it stands on: servers, processes; made anew for each run. */
  readonly needs: Needs;
};

/** A property that is tried at two sizes by the same code: small in every test run, full before a release. */
export type Proof<Needs = undefined> = {
  readonly name: string;
  readonly sizes: { readonly small: Sizes; readonly full: Sizes };
  readonly run: (order: ProofOrder<Needs>) => Promise<Findings>;
};

/** The size that a proof asks for; a name that it does not know is a mistake of the caller. */
export function sizeOf(sizes: Sizes, name: string): number {
  const size = sizes[name];
  if (size === undefined) throw new Error(`the proof has no size ${name}`);
  return size;
}

/** The first violations are enough to mend the code; their number is told in full. */
const SHOWN = 5;

/** A failed proof in words: rule, seed, events, and the command that repeats it. */
export function wordsOf(violations: readonly Violation[], command: string): string {
  const shown = violations
    .slice(0, SHOWN)
    .map(({ invariant, seed, events }) =>
      [`VIOLATED ${invariant}`, `  seed ${seed}`, ...events.map((event) => `    ${event}`)].join("\n"),
    );
  return [...shown, `${violations.length} violations; again with: ${command}`].join("\n");
}
