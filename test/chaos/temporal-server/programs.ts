import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { whileLocked } from "../../../processes/dev/exclusive-file.ts";
import { runToEnd } from "../../../processes/dev/process-command.ts";
import { FailureWithWaysOut } from "../../../processes/dev/way-out.ts";

/** Temporal's full server, and its tool that makes the tables in PostgreSQL. */
export type TemporalServerPrograms = { readonly server: string; readonly sqlTool: string };

/** A folder with both programs that goes before everything else. */
const VARIABLE = "KVITOK_TEMPORAL_SERVER";
/** File name of each program, as Temporal's own releases call it, and the package that it is built from. */
const PROGRAMS = [
  ["temporal-server", "go.temporal.io/server/cmd/server"],
  ["temporal-sql-tool", "go.temporal.io/server/cmd/tools/sql"],
] as const;
const BUILT_WITHIN_SECONDS = 3 * 3_600;
/** Names the version in `go.mod`; every byte of it and of what it needs is checked against `go.sum`. */
const moduleFolder = fileURLToPath(new URL(".", import.meta.url));

/** Where built servers are kept: one folder for each user of the machine, so that every copy of the repository has them. */
const perUserCache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "kvitok");

/** The version that `go.mod` names, as `1.32.0`. */
export function temporalServerVersion(): string {
  const version = /^\s*go\.temporal\.io\/server v(\S+)/m.exec(
    readFileSync(join(moduleFolder, "go.mod"), "utf8"),
  );
  if (version?.[1] === undefined) throw new Error("go.mod names no version of go.temporal.io/server");
  return version[1];
}

/**
 * Finds the full server: the folder in `KVITOK_TEMPORAL_SERVER`, what was built before, or a build from the Go module, which takes a quarter of an hour on two cores, once.
 *
 * @param order.say hears one line before a build
 * @param order.cache folder of built servers
 * @param order.go the Go program
 * @throws FailureWithWaysOut without Go, when the build fails, and when the variable names no such folder
 */
export async function findTemporalServer(order: {
  readonly say: (line: string) => void;
  readonly named?: string | undefined;
  readonly cache?: string;
  readonly go?: string;
}): Promise<TemporalServerPrograms> {
  const { say, named = process.env[VARIABLE], cache = perUserCache, go = "go" } = order;
  if (named !== undefined && named !== "") return requireNamed(named);
  const folder = join(cache, folderName());
  if (isComplete(folder)) return programsIn(folder);
  mkdirSync(cache, { recursive: true });
  return whileLocked(`${folder}.lock`, async () => {
    if (!isComplete(folder)) await build({ go, folder, say });
    return programsIn(folder);
  });
}

/** Another version, or other sums, is another server. */
function folderName(): string {
  const sums = ["go.mod", "go.sum"].map((name) => readFileSync(join(moduleFolder, name)));
  const hash = createHash("sha256").update(Buffer.concat(sums)).digest("hex").slice(0, 12);
  return `temporal-server-${temporalServerVersion()}-${process.platform}-${process.arch}-${hash}`;
}

function programsIn(folder: string): TemporalServerPrograms {
  return { server: join(folder, "temporal-server"), sqlTool: join(folder, "temporal-sql-tool") };
}

function isComplete(folder: string): boolean {
  return PROGRAMS.every(([name]) => isExecutable(join(folder, name)));
}

/** A path that somebody set on purpose is never quietly passed over, nor is another version taken for this one. */
async function requireNamed(folder: string): Promise<TemporalServerPrograms> {
  const wanted = temporalServerVersion();
  const ways = [
    `put temporal-server and temporal-sql-tool ${wanted} into one folder and set ${VARIABLE} to it, or unset it`,
  ];
  if (!isComplete(folder))
    throw new FailureWithWaysOut(
      `${VARIABLE} names ${folder}, where temporal-server or temporal-sql-tool is missing.`,
      ways,
    );
  const programs = programsIn(folder);
  const { output } = await runToEnd({ file: programs.server, args: ["--version"] }, 30);
  const found = /\d+\.\d+\.\d+/.exec(output)?.[0];
  if (found === wanted) return programs;
  throw new FailureWithWaysOut(
    `${VARIABLE} names a server of ${found ?? "an unknown version"}, needed is ${wanted}.`,
    ways,
  );
}

async function build(order: {
  readonly go: string;
  readonly folder: string;
  readonly say: (line: string) => void;
}): Promise<void> {
  const { go, folder, say } = order;
  await requireGo(go);
  say(
    `building the Temporal server ${temporalServerVersion()} from its Go module: a quarter of an hour on two cores, once; it is kept in ${folder}`,
  );
  const draft = mkdtempSync(`${folder}.draft-`);
  try {
    for (const [name, source] of PROGRAMS) {
      const args = [
        "build",
        "-mod=readonly",
        "-trimpath",
        "-ldflags",
        "-s -w",
        "-o",
        join(draft, name),
        source,
      ];
      const { code, output } = await runToEnd({ file: go, args, folder: moduleFolder }, BUILT_WITHIN_SECONDS);
      if (code !== 0) throw buildFailure(name, output);
    }
    // what a build with other sums left under this name was no complete one
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function requireGo(go: string): Promise<void> {
  const { code, output } = await runToEnd({ file: go, args: ["version"] }, 30);
  if (code === 0) return;
  throw new FailureWithWaysOut(
    `--temporal postgres builds Temporal's server, and Go is missing (${output.trim()}).`,
    [
      "install Go 1.26 or newer (https://go.dev/dl/) and put it on PATH",
      `or set ${VARIABLE} to a folder with temporal-server and temporal-sql-tool ${temporalServerVersion()}`,
      "or run on the development server: --temporal dev",
    ],
  );
}

function buildFailure(name: string, output: string): FailureWithWaysOut {
  return new FailureWithWaysOut(
    `${name} could not be built. Go's last words:\n${output.trim().split("\n").slice(-12).join("\n")}`,
    [
      "let Go reach a module proxy (go env GOPROXY) and free 5 GB of disk",
      `or set ${VARIABLE} to a folder with temporal-server and temporal-sql-tool ${temporalServerVersion()}`,
      "or run on the development server: --temporal dev",
    ],
  );
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // there, and not ours to run: the same as not there
    return false;
  }
}
