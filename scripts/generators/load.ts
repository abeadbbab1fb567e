import { readdir } from "node:fs/promises";
import type { Generator } from "./generator.ts";

const notGenerators = new Set(["generator.ts", "load.ts"]);

/** All generators of this folder, sorted by name: every file but these two exports one as `generator`. */
export async function loadGenerators(): Promise<readonly Generator[]> {
  const folder = new URL("./", import.meta.url);
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith(".ts") && !notGenerators.has(entry.name),
  );
  const loaded = await Promise.all(
    files.map(async (file) => {
      const module = (await import(new URL(file.name, folder).href)) as { generator?: Generator };
      if (module.generator === undefined)
        throw new Error(`scripts/generators/${file.name} exports no generator`);
      return module.generator;
    }),
  );
  return loaded.sort((left, right) => (left.name < right.name ? -1 : 1));
}
