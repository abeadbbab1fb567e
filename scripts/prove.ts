// Tries a property at its full size and keeps what came of it: `npm run prove -- NAME`.
import { parseArgs } from "node:util";
import { type ListedProof, proofs } from "./proofs/list.ts";
import type { Sizes } from "./proofs/proof.ts";
import { runProof } from "./proofs/run-proof.ts";

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

const { values, positionals } = readOptions();
const proof = proofs.find(({ name }) => name === positionals[0]);
if (proof === undefined) {
  (values.help ? process.stdout : process.stderr).write(`${usage}\n`);
  process.exitCode = values.help ? 0 : 2;
} else {
  const { seed, json, record, "port-base": portBase } = values;
  const order = {
    sizes: sizesOf(proof, values),
    seed: Number(seed),
    portBase: Number(portBase),
    json,
    record,
  };
  process.exitCode = (await runProof(proof, order)) ? 0 : 1;
}
