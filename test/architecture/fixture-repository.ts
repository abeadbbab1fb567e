import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { projectRoot } from "../../scripts/checks/steps.ts";

const configuration = [
  ".dependency-cruiser.mjs",
  ".oxlintrc.json",
  "biome.json",
  "knip.json",
  "package.json",
  "tsconfig.json",
];

/** A small git work tree with this project's own configuration, in which a test plants what a check must find. */
export interface FixtureRepository {
  readonly root: string;
  write(file: string, text: string): void;
  remove(file: string): void;
  /** Runs git and answers what it printed. */
  git(...args: string[]): string;
  /** Adds everything and commits. */
  commit(message: string): void;
}

/** Makes a repository in a new folder; the folder is removed when the test that asked for it has ended. */
export function createFixtureRepository(files: Readonly<Record<string, string>> = {}): FixtureRepository {
  const root = mkdtempSync(path.join(tmpdir(), "kvitok-architecture-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", root, "-c", "user.name=test", "-c", "user.email=test@example.org", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  git("init", "--quiet", "--initial-branch", "main");
  for (const file of configuration.filter((name) => existsSync(path.join(projectRoot, name)))) {
    copyFileSync(path.join(projectRoot, file), path.join(root, file));
  }
  symlinkSync(path.join(projectRoot, "node_modules"), path.join(root, "node_modules"));
  write(".gitignore", "node_modules\n");
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    root,
    write,
    remove: (file) => rmSync(path.join(root, file)),
    git,
    commit(message) {
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", message);
    },
  };
}
