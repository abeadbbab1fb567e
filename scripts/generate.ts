// Writes every generated file: `npm run generate`, or `npm run generate -- --only modules`.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "./checks/steps.ts";
import { loadGenerators } from "./generators/load.ts";

const { values } = parseArgs({ options: { only: { type: "string" } } });
const generators = await loadGenerators();
const chosen = generators.filter(
  ({ name }) => values.only === undefined || values.only.split(",").includes(name),
);
if (chosen.length === 0) {
  throw new Error(`no such generator; there are ${generators.map(({ name }) => name).join(", ")}`);
}
for (const generator of chosen) {
  const { name, output } = generator;
  const file = path.join(projectRoot, output);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, await generator.generate());
  console.log(`${name} → ${output}`);
}
