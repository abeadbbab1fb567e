import { join } from "node:path";
import type { ChaosOptions } from "../flags.ts";
import { removeRun, runChaos } from "../run-chaos.ts";
import { makeRunDirectory } from "../run/run-directory.ts";
import type { TemporalServerPrograms } from "../temporal-server/programs.ts";
import { buildEngine } from "../world/built-engine.ts";
import { caughtOf } from "./caught.ts";
import { type EngineMutant, engineMutantOf } from "./of-the-whole-engine.ts";
import { plantInBuild } from "./plant-in-build.ts";

/** A bug that is not found in this time counts as not found. */
const FOUND_WITHIN_MS = 600_000;

/** What became of one planted bug. */
export type Hunted = {
  readonly name: string;
  readonly found: boolean;
  /** From the start of its first world until the verdict that named it, or until it was given up. */
  readonly seconds: number;
  readonly runs: number;
  readonly expected: readonly string[];
  /** What was found, in the judge's words, that tells of this bug. */
  readonly caught: readonly string[];
  /** Invariants that went red in the last run, and why the last run had no verdict, if it had none. */
  readonly red: readonly string[];
  readonly failure?: string;
  /** Guards of the database that were taken away for it. */
  readonly guards: readonly string[];
};

type Parts = {
  readonly options: ChaosOptions;
  /** Temporal's full server; the development server when not said. */
  readonly temporalServer?: TemporalServerPrograms | undefined;
  /** Folder for the runs. */
  readonly path: string;
  readonly say: (line: string) => void;
  readonly interrupted: AbortSignal;
};

/** Plants one bug after the other and runs, seed after seed, until the checker names what is wrong. */
export async function hunt(parts: Parts, names: readonly string[]): Promise<readonly Hunted[]> {
  const built = buildEngine();
  const hunted: Hunted[] = [];
  for (const name of names) {
    parts.interrupted.throwIfAborted();
    const mutant = engineMutantOf(name);
    parts.say(`${name}: is planted`);
    const one = await huntOne(parts, mutant, await plantInBuild(built, mutant));
    parts.say(drawHunted(one));
    hunted.push(one);
  }
  return hunted;
}

async function huntOne(parts: Parts, mutant: EngineMutant, built: string): Promise<Hunted> {
  const { options, path, interrupted } = parts;
  const startedAt = performance.now();
  for (let runs = 1; ; runs += 1) {
    const seed = options.seed + runs - 1;
    const directory = makeRunDirectory(join(path, `${mutant.name}-${seed}`));
    const told = { ...parts, options: { ...options, seed }, directory, built, mutant };
    const ended = await runChaos(told).catch((error: unknown) => String(error));
    interrupted.throwIfAborted();
    const broken = typeof ended === "string" ? [] : ended.verdict.invariants.filter((one) => one.broken > 0);
    const red = broken.map(({ id }) => id);
    const caught = caughtOf(mutant, broken);
    const elapsedMs = performance.now() - startedAt;
    const found = caught.length > 0;
    if (found && !options.keep) removeRun(directory);
    if (found || elapsedMs > FOUND_WITHIN_MS) {
      return {
        name: mutant.name,
        found,
        seconds: Math.round(elapsedMs / 1_000),
        runs,
        expected: mutant.invariants,
        caught,
        red,
        ...(typeof ended === "string" ? { failure: ended } : {}),
        guards: (mutant.guards ?? []).map(({ what }) => what),
      };
    }
  }
}

/** One line for people. */
export function drawHunted({
  name,
  found,
  seconds,
  runs,
  expected,
  caught,
  red,
  failure,
  guards,
}: Hunted): string {
  const tail = [
    `${seconds} s, ${runs} runs`,
    `expected ${expected.join(" or ")}, red ${red.length === 0 ? "nothing" : red.join(", ")}`,
    ...caught.slice(0, 1).map((words) => `caught by ${words}`),
    ...guards.map((guard) => `without the database's guard: ${guard}`),
    ...(failure === undefined ? [] : [failure]),
  ];
  return `${found ? "  found    " : "✗ not found"} ${name}: ${tail.join("; ")}`;
}
