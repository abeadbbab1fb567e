// Fuzzes the parsers: `npm run fuzz -- --seconds N --seed S [--only NAME] [--json]`.
import { parseArgs } from "node:util";
import { fuzzParsers } from "./proofs/fuzz-parsers/fuzz-parsers.ts";
import { keepRegression } from "../test/fuzz/regressions.ts";
import { targets } from "../test/fuzz/targets/all.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(
    `npm run fuzz -- [--seconds N] [--seed S] [--only NAME] [--json]\n\n${targets.map(({ name }) => name).join("\n")}\n`,
  );
} else {
  const said = process.stderr;
  const { hunts } = await fuzzParsers({
    seed: Number(values.seed),
    seconds: Number(values.seconds),
    only: values.only,
    say: (line) => said.write(`${line}\n`),
  });
  const findlings = hunts.flatMap(({ target, findlings: found }) => found.map((one) => ({ target, ...one })));
  for (const one of findlings) said.write(`kept in ${await keepRegression(one)}: ${one.why}\n`);
  process.stdout.write(`${JSON.stringify(hunts, undefined, values.json ? undefined : 2)}\n`);
  process.exit(findlings.length === 0 && hunts.every(({ grownMib }) => grownMib <= 100) ? 0 : 1);
}
