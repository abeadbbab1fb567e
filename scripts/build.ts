// Builds what runs in production into dist/: `npm run build`, or `npm run build -- --out DIR`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadWorkflowBundle } from "../processes/workflow-bundle.ts";
import { projectRoot } from "./checks/steps.ts";

const configuration = path.join(projectRoot, "tsconfig.build.json");

/** The folders that tsconfig.build.json compiles; it is the only list of them. */
function builtRooms(): readonly string[] {
  const { include } = JSON.parse(readFileSync(configuration, "utf8")) as {
    readonly include: readonly string[];
  };
  return include;
}

/** Types are the business of `npm run check`, which asks two and a half times as long. */
function compile(out: string): void {
  const tsc = path.join(projectRoot, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", configuration, "--noCheck", "--outDir", out], {
    cwd: projectRoot,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the sources do not compile");
}

/** Migrations, styles, scripts for the browser: everything in the built rooms that the compiler leaves behind. */
function copyAssets(out: string): number {
  let copied = 0;
  for (const room of builtRooms().filter((name) => existsSync(path.join(projectRoot, name)))) {
    for (const entry of readdirSync(path.join(projectRoot, room), { recursive: true, withFileTypes: true })) {
      const file = path.relative(projectRoot, path.join(entry.parentPath, entry.name));
      const isDevelopment = file.startsWith(path.join("processes", "dev"));
      if (!entry.isFile() || /\.tsx?$/.test(file) || isDevelopment) continue;
      mkdirSync(path.dirname(path.join(out, file)), { recursive: true });
      cpSync(path.join(projectRoot, file), path.join(out, file));
      copied += 1;
    }
  }
  return copied;
}

/** Bundled once here, so that no worker needs a bundler or seconds for it at its start. */
async function bundleWorkflows(out: string): Promise<number> {
  const bundle = await loadWorkflowBundle();
  if (!("code" in bundle)) throw new Error("the sources were not bundled");
  await writeFile(path.join(out, "workflow-bundle.js"), bundle.code);
  return Buffer.byteLength(bundle.code);
}

const { values } = parseArgs({ options: { out: { type: "string", default: "dist" } } });
const out = path.resolve(projectRoot, values.out);
const startedAt = performance.now();
rmSync(out, { recursive: true, force: true });
compile(out);
// Node finds out by the nearest package.json that these are modules.
writeFileSync(path.join(out, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
const assets = copyAssets(out);
const bundleBytes = await bundleWorkflows(out);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(
  `${path.relative(projectRoot, out)}: ${assets} assets, workflow bundle of ${Math.round(bundleBytes / 1024)} KiB, ${seconds} s`,
);
