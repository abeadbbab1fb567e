import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { inheritedEnvironment, type ProcessCommand, repositoryFolder } from "./process-command.ts";

/** The line with which the demonstration says that its first bill is paid. */
const firstBillPaid = /^bill 1 paid/;

/** A running demonstration. */
export interface Story {
  readonly pid: number | undefined;
  /** Resolves at the end with words for people: `exit code 0`, `SIGTERM`, or why it could not start. */
  readonly ended: Promise<string>;
}

/**
 * Plays the demonstration as a process of its own and passes its lines on.
 *
 * @param options.onLine every line of its standard output
 * @param options.onFirstBillPaid once, at the line about bill 1
 * @param options.logFile gets all that it writes
 */
export function playStory(
  command: ProcessCommand,
  options: {
    readonly logFile: string;
    readonly onLine: (line: string) => void;
    readonly onFirstBillPaid: () => void;
  },
): Story {
  const child = spawn(command.file, command.args, {
    cwd: command.folder ?? repositoryFolder,
    env: { ...inheritedEnvironment(), ...command.environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const log = createWriteStream(options.logFile, { flags: "a", mode: 0o600 });
  let isPaid = false;
  child.stderr.pipe(log, { end: false });
  createInterface({ input: child.stdout }).on("line", (line) => {
    log.write(`${line}\n`);
    options.onLine(line);
    if (isPaid || !firstBillPaid.test(line)) return;
    isPaid = true;
    options.onFirstBillPaid();
  });
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(signal ?? `exit code ${String(code)}`));
  });
  void ended.then(() => log.end());
  return { pid: child.pid, ended };
}
