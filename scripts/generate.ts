// Writes every generated file: `npm run generate`, or `npm run generate -- --only modules`.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "./checks/steps.ts";
import type { Generator } from "./generators/generator.ts";
import { loadGenerators } from "./generators/load.ts";

async function write(generator: Generator): Promise<void> {
  const file = path.join(projectRoot, generator.output);
  const text = await generator.generate();
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`${generator.name} → ${generator.output}`);
}

const { values } = parseArgs({ options: { only: { type: "string" } } });
const generators = await loadGenerators();
const chosen = generators.filter(
  ({ name }) => values.only === undefined || values.only.split(",").includes(name),
);
if (chosen.length === 0) {
  throw new Error(`no such generator; there are ${generators.map(({ name }) => name).join(", ")}`);
}
// At once, so that those that need a database share one server.
await Promise.all(chosen.map(write));
