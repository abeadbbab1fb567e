import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { processIdentityShape } from "./exclusive-file.ts";
import { readJsonFile, writeFileAtomically } from "./file-on-disk.ts";
import { identifyProcess, isStillRunning, type ProcessIdentity } from "./process-identity.ts";
import { signalGroup } from "./supervised-process.ts";

interface OwnProcess {
  readonly name: string;
  readonly identity: ProcessIdentity;
}

const fileShape = z.array(z.object({ name: z.string(), identity: processIdentityShape }));

/** The file that remembers what we started, so that a launcher after a kill -9 can find what was left. */
export class OwnProcesses {
  readonly #file: string;
  #running: OwnProcess[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** Remembers a process that was just started. Synchronous: nothing may happen in between. */
  add(name: string, pid: number): void {
    const identity = identifyProcess(pid);
    // Already ended: there is nothing to remember.
    if (!identity) return;
    this.#running.push({ name, identity });
    this.#save();
  }

  /** Forgets a process that ended. */
  remove(pid: number): void {
    this.#running = this.#running.filter(({ identity }) => identity.pid !== pid);
    this.#save();
  }

  #save(): void {
    writeFileAtomically(this.#file, `${JSON.stringify(this.#running, undefined, 2)}\n`);
  }
}

/**
 * Ends what an earlier launcher left running. Only processes whose pid, moment of start and command line are all
 * as remembered are touched.
 *
 * @param file the file of {@link OwnProcesses}
 * @param stopWithinSeconds after this they are killed
 * @returns the names and pids of those that were ended
 */
export async function endLeftovers(
  file: string,
  stopWithinSeconds: number,
): Promise<readonly { readonly name: string; readonly pid: number }[]> {
  const remembered = fileShape.parse(readJsonFile(file) ?? []);
  const leftovers = remembered.filter(({ identity }) => isStillRunning(identity));
  const deadline = Date.now() + stopWithinSeconds * 1000;
  // SIGINT is PostgreSQL's quick way to end; to our own processes both signals mean the same.
  for (const { identity } of leftovers) signalGroup(identity.pid, "SIGINT");
  const stillThere = (): OwnProcess[] => leftovers.filter(({ identity }) => isStillRunning(identity));
  while (stillThere().length > 0) {
    if (Date.now() > deadline) for (const { identity } of stillThere()) signalGroup(identity.pid, "SIGKILL");
    await delay(50);
  }
  writeFileAtomically(file, "[]\n");
  return leftovers.map(({ name, identity }) => ({ name, pid: identity.pid }));
}
