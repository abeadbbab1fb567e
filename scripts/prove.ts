// Tries a property at its full size and keeps what came of it: `npm run prove -- NAME`.
import { parseArgs } from "node:util";
import { type ListedProof, proofs } from "./proofs/list.ts";
import { type Sizes, wordsOf } from "./proofs/proof.ts";
import { keepRecord, recordOf } from "./proofs/record.ts";

const usage = `npm run prove -- NAME [--seed N] [--size small|full] [--count NAME=N]… [--json] [--port-base N] [--no-record]

${proofs.map(({ name, sizes }) => `${name}  ${JSON.stringify(sizes.full)}`).join("\n")}

--count changes one number of the size; what was tried at less than the full size is not kept.`;

function readOptions() {
  return parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string", default: "1" },
      size: { type: "string", default: "full" },
      count: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      "port-base": { type: "string", default: "7600" },
      record: { type: "boolean", default: true },
      help: { type: "boolean", default: false },
    },
    allowNegative: true,
  });
}

type Options = ReturnType<typeof readOptions>["values"];

/** The size that was asked for, with single numbers changed; a bare number changes the first. */
function sizesOf(proof: ListedProof, { size, count }: Options): Sizes {
  if (size !== "small" && size !== "full") throw new Error(`--size is small or full, not ${size}`);
  const sizes: Record<string, number> = { ...proof.sizes[size] };
  for (const change of count) {
    const [name = "", value = ""] = change.includes("=")
      ? change.split("=")
      : [Object.keys(sizes)[0], change];
    if (!(name in sizes) || !Number.isInteger(Number(value)))
      throw new Error(`--count ${change}: ${proof.name} has ${Object.keys(sizes).join(", ")}`);
    sizes[name] = Number(value);
  }
  return sizes;
}

async function prove(proof: ListedProof, options: Options): Promise<boolean> {
  const sizes = sizesOf(proof, options);
  const seed = Number(options.seed);
  const startedAt = new Date();
  const say = (line: string) =>
    process.stderr.write(
      `${((Date.now() - startedAt.getTime()) / 1000).toFixed(0).padStart(5)} s  ${line}\n`,
    );
  say(`${proof.name}, seed ${seed}, ${JSON.stringify(sizes)}`);
  const needs = { portBase: Number(options["port-base"]) };
  const findings = await proof.run({ seed, sizes, say, needs });
  const record = recordOf({ name: proof.name, seed, sizes, startedAt, findings });
  process.stdout.write(`${JSON.stringify(record, undefined, options.json ? undefined : 2)}\n`);
  const command = `npm run prove -- ${process.argv.slice(2).join(" ")}`;
  if (findings.violations.length > 0) process.stderr.write(`${wordsOf(findings.violations, command)}\n`);
  else if (options.record && isFull(proof, sizes)) say(`kept in ${keepRecord(record)}`);
  return findings.violations.length === 0;
}

function isFull(proof: ListedProof, sizes: Sizes): boolean {
  return Object.entries(proof.sizes.full).every(([name, least]) => (sizes[name] ?? 0) >= least);
}

const { values, positionals } = readOptions();
const proof = proofs.find(({ name }) => name === positionals[0]);
if (proof === undefined) {
  (values.help ? process.stdout : process.stderr).write(`${usage}\n`);
  process.exitCode = values.help ? 0 : 2;
} else {
  process.exitCode = (await prove(proof, values)) ? 0 : 1;
}
