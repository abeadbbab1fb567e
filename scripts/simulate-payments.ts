// Many payments of many payers through every message fault, on the pure core: `npm run simulate:payments -- --seed N --count M --json`.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { MUTANTS } from "../test/chaos/mutants/list.ts";
import { wordsOf } from "./proofs/proof.ts";
import { keepRecord, recordOf } from "./proofs/record.ts";
import { INVARIANT_NAMES, INVARIANTS } from "./proofs/simulated-payments/outside/seen.ts";
import { paymentsSimulated } from "./proofs/simulated-payments/payments-simulated.ts";
import { simulate, violationOf } from "./proofs/simulated-payments/simulate.ts";

const full = paymentsSimulated.sizes.full["payments"] ?? 0;
const usage = `npm run simulate:payments -- [--seed N] [--count PAYMENTS] [--seconds N] [--json] [--as-they-are] [--mutant NAME]

Ends after so many payments, or when the time is up. A failing story is made as short as it can be; exit 1.
--as-they-are: failing stories are not made short, which takes longer than finding them.
--json: one document on the standard output; ${full} payments or more without a violation are kept as a proof too.
--mutant: with a planted bug, one of
  ${MUTANTS.filter(({ track }) => track === "A")
    .map(({ name, invariants }) => `${name} (${invariants.join(", ")})`)
    .join("\n  ")}`;

type Options = {
  readonly seed: number;
  readonly count: number;
  readonly seconds: number | undefined;
  readonly json: boolean;
  readonly asTheyAre: boolean;
  readonly mutant: string | undefined;
  readonly help: boolean;
};

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      count: { type: "string" },
      seconds: { type: "string" },
      json: { type: "boolean", default: false },
      "as-they-are": { type: "boolean", default: false },
      mutant: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { seed, count, seconds, json, "as-they-are": asTheyAre, mutant, help } = values;
  const unbounded = seconds === undefined ? 20_000 : Number.MAX_SAFE_INTEGER;
  return {
    seed: wholeOf("seed", seed),
    count: count === undefined ? unbounded : wholeOf("count", count),
    seconds: seconds === undefined ? undefined : wholeOf("seconds", seconds),
    json,
    asTheyAre,
    mutant,
    help,
  };
}

function wholeOf(flag: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${flag} ${text}: a whole number above zero is wanted`);
  return number;
}

/** The same command in a process whose loader plants the bug. */
function runPlanted(mutant: string): number {
  if (!MUTANTS.some(({ name, track }) => name === mutant && track === "A"))
    throw new Error(`--mutant ${mutant}: no planted bug of this track has that name`);
  const plant = new URL("../test/chaos/mutants/plant.ts", import.meta.url).href;
  const rest = process.argv.slice(1);
  const at = rest.findIndex((argument) => argument.startsWith("--mutant"));
  rest.splice(at, rest[at]?.includes("=") === true ? 1 : 2);
  const ran = spawnSync(process.execPath, ["--import", "tsx", "--import", plant, ...rest], {
    stdio: "inherit",
    env: { ...process.env, KVITOK_MUTANT: mutant },
  });
  return ran.status ?? 2;
}

function run({ seed, count, seconds, json, asTheyAre }: Options): number {
  const startedAt = new Date();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const limit = seconds === undefined ? {} : { seconds };
  const simulated = simulate({ seed, payments: count, asTheyAre, say, ...limit });
  const { tally, failures } = simulated;
  const { checked, broken, ...counts } = tally;
  const result = {
    ...counts,
    paymentsPerSecond: Math.round(tally.payments / simulated.seconds),
    checked,
    broken,
  };
  const violations = failures.map(violationOf);
  const record = recordOf({
    name: paymentsSimulated.name,
    seed,
    sizes: { payments: tally.payments },
    startedAt,
    findings: { result, violations },
  });
  if (json) process.stdout.write(`${JSON.stringify({ ...record, failures })}\n`);
  else
    for (const name of INVARIANT_NAMES)
      process.stdout.write(`${lineOf(name, checked[name], broken[name])}\n`);
  say(`${tally.payments} payments in ${tally.stories} stories, ${result.paymentsPerSecond} a second`);
  if (failures[0] !== undefined) {
    const again = `npm run simulate:payments -- --seed ${failures[0].seed} --count 1`;
    say(wordsOf(violations, again));
    return 1;
  }
  if (json && tally.payments >= full && process.env["KVITOK_MUTANT"] === undefined)
    say(`kept in ${keepRecord(record)}`);
  return 0;
}

function lineOf(name: keyof typeof INVARIANTS, checked: number, broken: number): string {
  return `${name.padEnd(4)}${String(broken).padStart(6)} broken of ${String(checked).padStart(10)}  ${INVARIANTS[name]}`;
}

try {
  const options = readOptions();
  if (options.help) process.stdout.write(`${usage}\n`);
  else if (options.mutant === undefined) process.exitCode = run(options);
  else process.exitCode = runPlanted(options.mutant);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
  process.exitCode = 2;
}
