// A year of mandates in the sandbox city, lived through in minutes: `npm run simulate -- --residents 10 --days 365 --seed N --json`.
import { parseArgs } from "node:util";
import { wordsOf } from "./proofs/proof.ts";
import { keepRecord, recordOf } from "./proofs/record.ts";
import { bytesOf, digestOf } from "./proofs/simulation/outcomes.ts";
import { CITY, liveYear, simulation } from "./proofs/simulation/simulation.ts";
import { inProcessWorld } from "./proofs/world/process-world.ts";

const usage = `npm run simulate -- [--residents N] [--days N] [--seed N] [--json]

Prints the list of (bill, outcome, day of the debit, sum, reason), the same for the same seed, one line each.
--json: all of it as one document; at the full size, ${JSON.stringify(simulation.sizes.full)}, it is kept as a proof too.`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      residents: { type: "string", default: "10" },
      days: { type: "string", default: "365" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [residents, days, seed] = [values.residents, values.days, values.seed].map(Number);
  if (![residents, days, seed].every((number) => Number.isInteger(number) && Number(number) > 0))
    throw new Error(`whole numbers above zero are wanted\n\n${usage}`);
  return {
    residents: Number(residents),
    days: Number(days),
    seed: Number(seed),
    json: values.json,
    help: values.help,
  };
}

async function simulate(options: ReturnType<typeof readOptions>): Promise<boolean> {
  const { residents, days, seed, json } = options;
  const startedAt = new Date();
  const say = (line: string) =>
    process.stderr.write(
      `${((Date.now() - startedAt.getTime()) / 1000).toFixed(0).padStart(5)} s  ${line}\n`,
    );
  const { outcomes, findings } = await inProcessWorld(CITY, (world, counters) =>
    liveYear({ world, actions: async () => (await counters()).actions }, { seed, residents, days, say }),
  );
  const sizes = { residents, days, runs: 1 };
  const record = recordOf({ name: simulation.name, seed, sizes, startedAt, findings });
  const whole = { ...record, list: { sha256: digestOf(outcomes), lines: outcomes } };
  process.stdout.write(json ? `${JSON.stringify(whole)}\n` : `${bytesOf(outcomes)}\n`);
  say(JSON.stringify(record.result));
  const { full } = simulation.sizes;
  if (findings.violations.length > 0)
    process.stderr.write(
      `${wordsOf(findings.violations, `npm run simulate -- ${process.argv.slice(2).join(" ")}`)}\n`,
    );
  else if (json && residents >= Number(full["residents"]) && days >= Number(full["days"]))
    say(`kept in ${keepRecord(record)}`);
  return findings.violations.length === 0;
}

const options = readOptions();
if (options.help) process.stdout.write(`${usage}\n`);
else process.exitCode = (await simulate(options)) ? 0 : 1;
