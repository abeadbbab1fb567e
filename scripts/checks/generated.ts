import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Generator } from "../generators/generator.ts";
import { loadGenerators } from "../generators/load.ts";
import type { Check } from "./check.ts";

/** Every generated file is committed as its generator makes it today. */
export const check: Check = {
  name: "generated",
  run: async (root) => compareGenerated(root, await loadGenerators()),
};

/** Runs `generators` one after another and compares what they make with the files under `root`. */
export async function compareGenerated(
  root: string,
  generators: readonly Generator[],
): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const generator of generators) {
    const { name, output } = generator;
    const made = await generator.generate();
    const file = path.join(root, output);
    const committed = existsSync(file) ? await readFile(file, "utf8") : undefined;
    const line = committed === undefined ? undefined : firstDifference(committed, made);
    if (committed === undefined) complaints.push(`${output}: missing; npm run generate -- --only ${name}`);
    else if (line !== undefined) {
      complaints.push(`${output}:${line}: is not what the code makes; npm run generate -- --only ${name}`);
    }
  }
  return complaints;
}

/** The number of the first line, from 1, in which two texts differ; nothing when they are equal. */
function firstDifference(committed: string, made: string): number | undefined {
  if (committed === made) return undefined;
  const lines = made.split("\n");
  const at = committed.split("\n").findIndex((line, index) => line !== lines[index]);
  return at === -1 ? lines.length : at + 1;
}
