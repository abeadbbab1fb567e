import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { inheritedEnvironment, repositoryFolder } from "./process-command.ts";
import type { ProcessDeclaration } from "./process-declaration.ts";
import { FailureWithWaysOut } from "./way-out.ts";

/** What the supervisor hears from a process. */
export interface ProcessEvents {
  /** Called synchronously after every start, before anything else can happen: the pid must not be forgotten. */
  readonly onSpawn: (name: string, pid: number) => void;
  readonly onExit: (name: string, pid: number) => void;
  /** Ready again after it had died. */
  readonly onRestarted: (name: string, pid: number) => void;
  /** One line for people. */
  readonly say: (line: string) => void;
}

interface Run {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with words for people: `exit code 1`, `SIGKILL`. */
  readonly exited: Promise<string>;
  readonly startedAt: number;
}

const firstDelayMs = 500;
const longestDelayMs = 10_000;
const pollMs = 100;
const calmAfterMs = 30_000;
const attemptsBeforeGivingUp = 3;

/** One process of the list: started, watched, restarted with back-off, stopped. */
export class SupervisedProcess {
  readonly declaration: ProcessDeclaration;
  /** Seconds from the first start to readiness, once it was ready. */
  readySeconds: number | undefined;
  readonly #events: ProcessEvents;
  readonly #logFile: string;
  readonly #stopRequested = new AbortController();
  #run: Run | undefined;
  #loop: Promise<void> | undefined;

  constructor(declaration: ProcessDeclaration, logFile: string, events: ProcessEvents) {
    this.declaration = declaration;
    this.#logFile = logFile;
    this.#events = events;
  }

  /** Pid of the running process; undefined while it is down. */
  get pid(): number | undefined {
    return this.#run?.pid;
  }

  /**
   * Starts it and resolves when it is ready (a task: when it ended well). A stop meanwhile resolves, too.
   *
   * @throws FailureWithWaysOut when it does not become ready
   */
  start(): Promise<void> {
    const startedAt = performance.now();
    return new Promise<void>((resolve, reject) => {
      const onReady = (): void => {
        this.readySeconds ??= (performance.now() - startedAt) / 1000;
        resolve();
      };
      this.#loop = this.declaration.kind === "task" ? this.#runTask(onReady) : this.#runService(onReady);
      this.#loop.then(resolve, reject);
    });
  }

  /** Ends it: its signal, then SIGKILL after the deadline; for a process that is down, forbids the next start. */
  async stop(): Promise<void> {
    this.#stopRequested.abort();
    const run = this.#run;
    if (run) {
      const { stopSignal = "SIGTERM", stopWithinSeconds = 8 } = this.declaration;
      signalGroup(run.pid, stopSignal);
      const deadline = setTimeout(() => {
        this.#say(`did not end within ${stopWithinSeconds} s and is killed`);
        signalGroup(run.pid, "SIGKILL");
      }, stopWithinSeconds * 1000);
      await run.exited;
      clearTimeout(deadline);
    }
    // A failed start was already reported by start().
    await this.#loop?.catch(() => undefined);
  }

  /** Kills it at once. */
  kill(): void {
    this.#stopRequested.abort();
    if (this.#run) signalGroup(this.#run.pid, "SIGKILL");
  }

  async #runTask(onReady: () => void): Promise<void> {
    const run = await this.#spawn();
    if (!run) return;
    const ending = await this.#endOf(run);
    if (ending === "exit code 0") onReady();
    else if (!this.#stopRequested.signal.aborted) throw this.#startFailure(`ended with ${ending}`);
  }

  async #runService(onReady: () => void): Promise<void> {
    let wasReady = false;
    for (let failures = 0; !this.#stopRequested.signal.aborted; ) {
      const run = await this.#spawnAgain(wasReady);
      if (run) {
        const ended = this.#endOf(run);
        if (await this.#becomesReady(run, wasReady)) {
          if (wasReady) this.#events.onRestarted(this.declaration.name, run.pid);
          wasReady = true;
          onReady();
        }
        const ending = await ended;
        if (performance.now() - run.startedAt > calmAfterMs) failures = 0;
        if (this.#stopRequested.signal.aborted) return;
        if (!wasReady && failures + 1 >= attemptsBeforeGivingUp)
          throw this.#startFailure(`ended with ${ending}`);
        this.#say(`ended (${ending}), is started again in ${delayMs(failures) / 1000} s`);
      }
      await abortableDelay(delayMs(failures), this.#stopRequested.signal);
      failures += 1;
    }
  }

  /** A first start that cannot even begin ends the launch; later ones are said and tried again. */
  async #spawnAgain(wasReady: boolean): Promise<Run | undefined> {
    try {
      return await this.#spawn();
    } catch (error) {
      if (!wasReady) throw error;
      this.#say(`could not be started again: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** True when ready, false when the run is over before that. Rejects when the first start takes too long. */
  async #becomesReady(run: Run, isRestart: boolean): Promise<boolean> {
    const { readyWithinSeconds = 180 } = this.declaration;
    while (this.#run === run) {
      if (await this.#answersReady(isRestart)) return this.#run === run;
      if (!isRestart && performance.now() - run.startedAt > readyWithinSeconds * 1000) {
        throw this.#startFailure(`did not answer within ${readyWithinSeconds} s`);
      }
      await abortableDelay(pollMs, this.#stopRequested.signal);
      if (this.#stopRequested.signal.aborted) return false;
    }
    return false;
  }

  async #answersReady(isRestart: boolean): Promise<boolean> {
    try {
      return (await this.declaration.isReady?.()) ?? true;
    } catch (error) {
      if (!isRestart) throw error;
      this.#say(`runs again, but ${messageOf(error)}`);
      return true;
    }
  }

  async #spawn(): Promise<Run | undefined> {
    const command = await this.declaration.command();
    if (this.#stopRequested.signal.aborted) return undefined;
    const log = openSync(this.#logFile, "a", 0o600);
    const child = spawn(command.file, command.args, {
      cwd: command.folder ?? repositoryFolder,
      env: { ...inheritedEnvironment(), ...command.environment },
      stdio: ["ignore", log, log],
      // A group of its own: Ctrl-C in the terminal reaches the launcher alone, which then stops all in order.
      detached: true,
      ...command.owner,
    });
    closeSync(log);
    const exited = new Promise<string>((resolve) => {
      child.on("error", (error) => resolve(error.message));
      child.on("exit", (code, signal) => resolve(signal ?? `exit code ${String(code)}`));
    });
    if (child.pid === undefined) throw this.#startFailure(await exited);
    this.#run = { child, pid: child.pid, exited, startedAt: performance.now() };
    this.#events.onSpawn(this.declaration.name, child.pid);
    return this.#run;
  }

  async #endOf(run: Run): Promise<string> {
    const ending = await run.exited;
    // What it left in its group would hold ports and files against the next start.
    signalGroup(run.pid, "SIGKILL");
    if (this.#run === run) this.#run = undefined;
    this.#events.onExit(this.declaration.name, run.pid);
    return ending;
  }

  #say(what: string): void {
    this.#events.say(`${this.declaration.name} ${what} (log: ${this.#logFile})`);
  }

  #startFailure(what: string): FailureWithWaysOut {
    const tail = lastLines(this.#logFile, 12).join("\n  ");
    return new FailureWithWaysOut(`${this.declaration.name} ${what}. Its last words:\n  ${tail}`, [
      `read ${this.#logFile}`,
    ]);
  }
}

/** Sends a signal to the whole group of a process that we started; no group any more is no failure. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function delayMs(failures: number): number {
  return Math.min(firstDelayMs * 2 ** failures, longestDelayMs);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function lastLines(file: string, count: number): string[] {
  return readFileSync(file, "utf8").slice(-20_000).trimEnd().split("\n").slice(-count);
}

function abortableDelay(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, delayMs);
    signal.addEventListener("abort", finish);
  });
}
