import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { repositoryFolder } from "../../../processes/dev/process-command.ts";

/** What production does not build: the sandbox, and the points at which a process may be told to die. */
const BESIDE = ["sandbox", "processes/sandbox-*.ts", "test/chaos/crash-points", "test/chaos/network"];

/** Compiles everything once, workflows bundled: some hundred restarts would else compile and bundle anew. Answers the folder. */
export function buildEngine(): string {
  const out = join(repositoryFolder, ".cache", "chaos-build");
  run([process.execPath, "--import", "tsx", "scripts/build.ts", "--out", out]);
  const configuration = join(repositoryFolder, ".cache", "chaos-tsconfig.json");
  const beside = {
    extends: "../tsconfig.build.json",
    compilerOptions: { rootDir: "..", outDir: out },
    include: BESIDE.map((path) => `../${path}`),
    exclude: [],
  };
  writeFileSync(configuration, JSON.stringify(beside));
  run([process.execPath, "node_modules/typescript/bin/tsc", "-p", configuration, "--noCheck"]);
  copyAssets(out);
  return out;
}

function run([program = "", ...args]: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: repositoryFolder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} failed:\n${stdout}${stderr}`);
}

function copyAssets(out: string): void {
  const room = join(repositoryFolder, "sandbox");
  for (const entry of readdirSync(room, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /\.tsx?$/.test(file)) continue;
    const copy = join(out, relative(repositoryFolder, file));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(file, copy);
  }
}
