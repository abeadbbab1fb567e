import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "@temporalio/worker";
import { z } from "zod";
import { readKeyRing } from "../../db/sealed.ts";
import { createDataConverter } from "../../processes/data-converter.ts";
import { readRecordedHistory } from "../replay/recorded-history.ts";
import { testWorkflowBundle } from "../support/engine-bundle.ts";
import { dataConverter as testConverter } from "../support/engine-workers.ts";

const [folder = ""] = process.argv.slice(2);

/** Histories are sealed with the keys of their run, which lie beside them; recorded ones of tests with keys that are no secret. */
function converter() {
  const secrets = join(folder, "..", "data", "secrets.json");
  if (!existsSync(secrets)) return testConverter;
  const { payloadKeys } = z
    .object({ payloadKeys: z.string() })
    .parse(JSON.parse(readFileSync(secrets, "utf8")));
  return createDataConverter(readKeyRing(payloadKeys));
}

/** Replays every history of a folder on the workflows of today; answers what the SDK has to say against each. */
async function replayAll(paths: readonly string[]) {
  const workflowBundle = await testWorkflowBundle();
  const dataConverter = converter();
  const broken: { readonly file: string; readonly error: string }[] = [];
  let checked = 0;
  // one worker for all: a worker costs more than a hundred histories; results come in the order of the paths, one for each
  const results = Worker.runReplayHistories({ workflowBundle, dataConverter }, readOneByOne(paths));
  for await (const { workflowId, error } of results) {
    const file = paths[checked] ?? workflowId;
    checked += 1;
    if (error !== undefined) broken.push({ file, error: `${error.name}: ${error.message}` });
  }
  if (checked !== paths.length) throw new Error(`${paths.length} histories, ${checked} results`);
  return { checked, broken };
}

/** Tens of thousands do not fit into the memory together. */
function* readOneByOne(paths: readonly string[]) {
  for (const path of paths) yield readRecordedHistory(path);
}

const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
const told = await replayAll(files.map((file) => join(folder, file)));
process.stdout.write(`\n${JSON.stringify(told)}\n`);
