import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * What makes a process itself: a pid alone is given to somebody else sooner or later, a pid with its moment of
 * start is not.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque moment of start (boot id and clock ticks on Linux, `ps` text elsewhere); compared, never shown. */
  readonly startedAt: string;
  /** The whole command line, words joined by spaces; empty for one that is just replacing itself by another program. */
  readonly command: string;
}

/**
 * Reads the identity of a running process.
 *
 * @returns undefined when no such process runs (a zombie counts as ended).
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  return process.platform === "linux" ? identifyByProc(pid) : identifyByPs(pid);
}

/**
 * Tells whether the recorded process is still the one that runs under its pid. A wrapper that replaced itself by
 * its last arguments (`unshare … postgres …`) is still the same process; in the moment between the two it has no
 * command line, and is known by its moment of start alone.
 */
export function isStillRunning(recorded: ProcessIdentity): boolean {
  const current = identifyProcess(recorded.pid);
  return (
    current !== undefined &&
    current.startedAt === recorded.startedAt &&
    (current.command === recorded.command ||
      [current.command, recorded.command].includes("") ||
      recorded.command.endsWith(` ${current.command}`))
  );
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold spaces and brackets itself: the fields begin after the last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === "Z" || state === "X" || startTicks === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
    return { pid, startedAt: `${bootId()}:${startTicks}`, command };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  try {
    const startedAt = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    const command = execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return startedAt === "" ? undefined : { pid, startedAt, command };
  } catch (error) {
    // `ps` answers 1 for a pid that nobody has.
    if (error instanceof Error && "status" in error && error.status === 1) return undefined;
    throw error;
  }
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}
