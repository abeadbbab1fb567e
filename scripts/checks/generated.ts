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

/**
 * Runs `generators` and compares what they make with the files under `root`.
 * They run at once, so that those that need a database share one server.
 */
export async function compareGenerated(
  root: string,
  generators: readonly Generator[],
): Promise<readonly string[]> {
  const complaints = await Promise.all(generators.map((generator) => compareOne(root, generator)));
  return complaints.flat();
}

async function compareOne(root: string, generator: Generator): Promise<readonly string[]> {
  const { name, output } = generator;
  const remedy = `npm run generate -- --only ${name}`;
  const made = await generator.generate();
  const file = path.join(root, output);
  if (!existsSync(file)) return [`${output}: missing; ${remedy}`];
  const line = firstDifference(await readFile(file, "utf8"), made);
  return line === undefined ? [] : [`${output}:${line}: is not what the code makes; ${remedy}`];
}

/** The number of the first line, from 1, in which two texts differ; nothing when they are equal. */
function firstDifference(committed: string, made: string): number | undefined {
  if (committed === made) return undefined;
  const lines = made.split("\n");
  const at = committed.split("\n").findIndex((line, index) => line !== lines[index]);
  return at === -1 ? lines.length : at + 1;
}
