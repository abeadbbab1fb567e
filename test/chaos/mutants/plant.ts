// Plants one bug in the process that preloads it: `KVITOK_MUTANT=name node --import tsx --import ./test/chaos/mutants/plant.ts …`.
// What a workflow bundle holds was read from disk by its bundler, and not through here: bundle `planted` text for those.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { mutantOf, planted } from "./list.ts";

const name = process.env["KVITOK_MUTANT"];
if (name !== undefined) plant(name);

function plant(mutantName: string): void {
  const mutant = mutantOf(mutantName);
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const original = path.join(root, mutant.file);
  // the passage is looked for here, in the process itself: a mutant that cannot be planted stops it before anything runs
  const text = planted(mutant, readFileSync(original, "utf8"));
  const copy = path.join(
    mkdtempSync(path.join(tmpdir(), "kvitok-mutant-")),
    `${path.basename(mutant.file, ".ts")}.mts`,
  );
  writeFileSync(copy, text);
  register("./swap-source.mjs", {
    parentURL: import.meta.url,
    data: { original: pathToFileURL(original).href, copy: pathToFileURL(copy).href },
  });
  process.stderr.write(`planted ${mutant.name} in ${mutant.file}\n`);
}
