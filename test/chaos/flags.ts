import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ENGINE_MUTANTS } from "./mutants/of-the-whole-engine.ts";
import { FailureWithWaysOut } from "../../processes/dev/way-out.ts";
import { PORTS_IN_A_ROW } from "./world/links.ts";

/** What the command line asks for. */
export type ChaosOptions = {
  readonly seed: number;
  readonly minutes: number;
  readonly temporal: "dev" | "postgres";
  readonly json: boolean;
  readonly keep: boolean;
  readonly record: boolean;
  readonly help: boolean;
  /** Where the run is written down; derived from seed and start when not said. */
  readonly runDirectory: string | undefined;
  readonly portBase: number;
  readonly payers: number;
  readonly billsPerSecond: number;
  readonly dayMs: number;
  /** False: the same run without a single fault, to see that the world itself is sound. */
  readonly faults: boolean;
  /** True: processes are ended one by one and nothing else goes wrong, to see how long clients notice each. */
  readonly drill: boolean;
  /** The bug that is planted in the engine before the run. */
  readonly mutant: string | undefined;
  /** Planted bugs that are tried one after the other: all where none is named; undefined where a run is asked for. */
  readonly mutants: readonly string[] | undefined;
};

export const helpText = `npm run chaos -- [flags]
npm run chaos -- mutants [NAME...] [flags]

Runs the whole engine as processes, does everything to them that a bad year does, lets it come to rest, and judges what came of it.
mutants: plants one bug at a time and runs until it is found, ten minutes at most; ends with 1 when one is not, or by the wrong invariant.

  --seed N             what goes wrong, and when (1); the same seed gives the same plan, not the same interleaving
  --minutes M          how long things go wrong, 0.2 … 600 (5)
  --temporal WHICH     dev: the development server with its database on disk (the default); postgres: the full server on a PostgreSQL of its own, which
                       is killed too, and whose storage fails in two of a hundred calls of each kind; built from its Go module once, which needs Go
  --json               print the result as JSON
  --record             keep the result in docs/generated/proof/
  --keep               keep the folder of the run also when all is well
  --run-dir DIR        where the run is written down (.kvitok/chaos/SEED-START)
  --port-base N        first of ${PORTS_IN_A_ROW} ports in a row, all on 127.0.0.1 (9300)
  --payers N           residents with cards and mandates (240)
  --rate R             bills a second (2); two cores keep up with one or two, and what is more waits in a queue
  --day-ms N           a day of the city takes so long (2000)
  --no-faults          the same without faults
  --drill              ends one process after the other and nothing else: how long clients notice each
  --mutant NAME        one run with this bug planted: ${ENGINE_MUTANTS.map(({ name }) => name).join(", ")}
  --help               this text
`;

/** What decides how a run goes; where it is kept and how it is told do not. */
type Course = Pick<
  ChaosOptions,
  "seed" | "minutes" | "billsPerSecond" | "payers" | "dayMs" | "temporal" | "drill" | "faults" | "mutant"
>;

/** The command that plays the same run once more, with every flag that decides how it goes, also those that were not given: a default may be another one by then. */
export function commandOf(course: Course): string {
  const { seed, minutes, billsPerSecond, payers, dayMs, temporal, drill, faults, mutant } = course;
  return [
    `npm run chaos -- --seed ${seed} --minutes ${minutes} --rate ${billsPerSecond}`,
    `--payers ${payers} --day-ms ${dayMs} --temporal ${temporal}`,
    ...(drill ? ["--drill"] : []),
    ...(faults ? [] : ["--no-faults"]),
    ...(mutant === undefined ? [] : [`--mutant ${mutant}`]),
  ].join(" ");
}

/**
 * Reads the command line.
 *
 * @throws FailureWithWaysOut for unknown flags and impossible values
 */
export function readFlags(args: readonly string[]): ChaosOptions {
  const { values, positionals } = parse(args);
  const number = (name: keyof typeof values, least: number, most: number, whole = true): number => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value)))
      throw new FailureWithWaysOut(`--${name} ${String(values[name])} does not fit.`, [
        `a ${whole ? "whole number" : "number"} from ${least} to ${most}`,
      ]);
    return value;
  };
  const { temporal } = values;
  if (temporal !== "dev" && temporal !== "postgres") {
    const ways = ["--temporal dev", "--temporal postgres"];
    throw new FailureWithWaysOut(`--temporal ${temporal} cannot be had.`, ways);
  }
  return {
    seed: number("seed", 0, 2 ** 31),
    minutes: number("minutes", 0.2, 600, false),
    temporal,
    json: values.json,
    keep: values.keep,
    record: values.record,
    help: values.help,
    runDirectory: values["run-dir"] === undefined ? undefined : resolve(values["run-dir"]),
    portBase: number("port-base", 1024, 65_535 - PORTS_IN_A_ROW),
    payers: number("payers", 20, 100_000),
    billsPerSecond: number("rate", 0.1, 200, false),
    dayMs: number("day-ms", 500, 86_400_000),
    faults: !values["no-faults"],
    drill: values.drill,
    mutant: values.mutant === undefined ? undefined : knownMutant(values.mutant),
    mutants: mutantsOf(positionals),
  };
}

function mutantsOf([word, ...names]: readonly string[]): readonly string[] | undefined {
  if (word === undefined) return undefined;
  if (word !== "mutants")
    throw new FailureWithWaysOut(`There is no command ${word}.`, ["npm run chaos -- mutants"]);
  return names.length === 0 ? ENGINE_MUTANTS.map(({ name }) => name) : names.map(knownMutant);
}

function knownMutant(name: string): string {
  const all = ENGINE_MUTANTS.map((mutant) => mutant.name);
  if (!all.includes(name)) throw new FailureWithWaysOut(`No mutant is called ${name}.`, all);
  return name;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seed: { type: "string", default: "1" },
        minutes: { type: "string", default: "5" },
        temporal: { type: "string", default: "dev" },
        json: { type: "boolean", default: false },
        keep: { type: "boolean", default: false },
        record: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        "run-dir": { type: "string" },
        "port-base": { type: "string", default: "9300" },
        payers: { type: "string", default: "240" },
        rate: { type: "string", default: "2" },
        "day-ms": { type: "string", default: "2000" },
        "no-faults": { type: "boolean", default: false },
        drill: { type: "boolean", default: false },
        mutant: { type: "string" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new FailureWithWaysOut(error.message, ["npm run chaos -- --help"], { cause: error });
  }
}
