import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A program to run. */
export interface ProcessCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to the environment of {@link inheritedEnvironment}. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Working folder; the repository when not said. */
  readonly folder?: string;
  /** Whose rights the process gets; the launcher's own when not said. Needs root. */
  readonly owner?: FileOwner;
}

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** The folder of the repository, with a slash at the end. */
export const repositoryFolder = fileURLToPath(new URL("../../", import.meta.url));

/** The command that runs one of our TypeScript files in a Node of its own. */
export function nodeCommand(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ProcessCommand {
  return { file: process.execPath, args: ["--import", "tsx", script, ...args], environment };
}

/**
 * The launcher's environment without our own variables: a leftover `KVITOK_DATABASE_URL` in somebody's shell must
 * not reach a process that the launcher configures. Only the log level passes.
 */
export function inheritedEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      (name === "KVITOK_LOG_LEVEL" || !(name.startsWith("KVITOK_") || name.startsWith("SANDBOX_"))),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? ""]));
}

const running = new Set<ChildProcess>();
let isStopping = false;

/** Remembers a program that the launcher waits for, so that a stop need not wait, too. */
export function killOnStop(child: ChildProcess): void {
  if (isStopping) child.kill("SIGKILL");
  running.add(child);
  child.on("close", () => running.delete(child));
}

/** Kills every program that somebody waits for, now and from now on; their waits end at once. */
export function killRunningCommands(): void {
  isStopping = true;
  for (const child of running) child.kill("SIGKILL");
}

/** What a finished program left behind. */
export interface FinishedCommand {
  /** Exit code; undefined when a signal or the deadline ended it, or it could not be started at all. */
  readonly code: number | undefined;
  /** Standard output and error together. */
  readonly output: string;
}

/**
 * Runs a program to its end and collects what it says. Never throws: a program that cannot be started gives its
 * reason as output.
 *
 * @param timeoutSeconds after this it is killed
 */
export function runToEnd(command: ProcessCommand, timeoutSeconds: number): Promise<FinishedCommand> {
  return new Promise((resolve) => {
    const child = spawn(command.file, command.args, {
      cwd: command.folder ?? repositoryFolder,
      env: { ...inheritedEnvironment(), ...command.environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutSeconds * 1000,
      killSignal: "SIGKILL",
      ...command.owner,
    });
    killOnStop(child);
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ code: undefined, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? undefined, output }));
  });
}
