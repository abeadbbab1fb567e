import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkflowBundleOption } from "@temporalio/worker";
import { whileLocked } from "../../processes/dev/exclusive-file.ts";
import { repositoryFolder } from "../../processes/dev/process-command.ts";
import { loadWorkflowBundle } from "../../processes/workflow-bundle.ts";

const folder = join(repositoryFolder, ".cache", "workflow-bundles");

/** All that a bundle is made of: our workflows, the rules that they import, and the SDK's version. */
const sources = ["workflows", "domain"];

/** The workflows as one piece of code, built once for all test files: the first that asks builds it, for the same sources nobody does again. */
export async function testWorkflowBundle(): Promise<WorkflowBundleOption> {
  mkdirSync(folder, { recursive: true });
  const codePath = join(folder, `${hashOfSources()}.js`);
  await whileLocked(`${folder}.lock`, async () => {
    if (existsSync(codePath)) return;
    const bundle = await loadWorkflowBundle();
    if (!("code" in bundle)) throw new Error("the bundle was not made from the sources");
    for (const old of readdirSync(folder)) rmSync(join(folder, old));
    writeFileSync(`${codePath}.draft`, bundle.code);
    renameSync(`${codePath}.draft`, codePath);
  });
  return { codePath };
}

function hashOfSources(): string {
  const hash = createHash("sha256");
  hash.update(readFileSync(join(repositoryFolder, "package-lock.json")));
  for (const room of sources) {
    const files = readdirSync(join(repositoryFolder, room), { recursive: true, encoding: "utf8" }).sort();
    for (const file of files.filter((name) => name.endsWith(".ts"))) {
      hash.update(`${room}/${file}\0`).update(readFileSync(join(repositoryFolder, room, file)));
    }
  }
  return hash.digest("hex").slice(0, 24);
}
