import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import path from "node:path";
import { projectRoot } from "../checks/steps.ts";
import type { Findings, Sizes } from "./proof.ts";

/** Where proofs are kept; `npm run check` holds them against `proof-sizes.json`. */
const folder = "docs/generated/proof";

/** A proof as it is kept: what was tried, on what, and what came of it. */
export type ProofRecord = Omit<Findings, "violations"> & {
  readonly name: string;
  readonly commit: string;
  /** The tree held changes that the commit does not. */
  readonly dirty: boolean;
  readonly seed: number;
  readonly sizes: Sizes;
  readonly violations: number;
  readonly machine: { readonly cores: number; readonly memoryGib: number; readonly node: string };
  readonly startedAt: string;
  readonly seconds: number;
};

export function recordOf(run: {
  readonly name: string;
  readonly seed: number;
  readonly sizes: Sizes;
  readonly startedAt: Date;
  readonly findings: Findings;
}): ProofRecord {
  const { name, seed, sizes, startedAt, findings } = run;
  const { violations, ...rest } = findings;
  return {
    name,
    commit: git("rev-parse", "HEAD"),
    dirty: git("status", "--porcelain", "--untracked-files=no", "--", ".", `:!${folder}`) !== "",
    seed,
    sizes,
    ...rest,
    violations: violations.length,
    machine: {
      cores: cpus().length,
      memoryGib: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
  };
}

/** Writes a proof where it is kept; answers the file's path inside the project. */
export function keepRecord(record: ProofRecord): string {
  const file = path.join(folder, `${record.name}.json`);
  mkdirSync(path.join(projectRoot, folder), { recursive: true });
  writeFileSync(path.join(projectRoot, file), `${JSON.stringify(record, undefined, 2)}\n`);
  return file;
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: projectRoot, encoding: "utf8" }).trim();
}
