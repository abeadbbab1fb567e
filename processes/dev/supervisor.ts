import { mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkDeclarations, type ProcessDeclaration } from "./process-declaration.ts";
import { type ProcessEvents, SupervisedProcess } from "./supervised-process.ts";

const largestLogBytes = 10_000_000;

/**
 * Runs a list of processes: each as soon as those it needs are ready, and down again in the opposite order.
 */
export class Supervisor {
  readonly #processes: ReadonlyMap<string, SupervisedProcess>;
  readonly #starts = new Map<string, Promise<void>>();
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  /**
   * @param declarations the list, in any order
   * @param logFolder each process writes `<name>.log` there
   */
  constructor(declarations: readonly ProcessDeclaration[], logFolder: string, events: ProcessEvents) {
    checkDeclarations(declarations);
    mkdirSync(logFolder, { recursive: true });
    this.#processes = new Map(
      declarations.map((declaration) => {
        const logFile = join(logFolder, `${declaration.name}.log`);
        putAsideLargeLog(logFile);
        return [declaration.name, new SupervisedProcess(declaration, logFile, events)];
      }),
    );
  }

  /**
   * Resolves when all are ready, or when a stop came meanwhile.
   *
   * @throws the failure of the first process that does not become ready; the others keep running until
   *   {@link stop}
   */
  async start(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.#startOnce(name)));
  }

  /** Pids of the services that run now, by name. */
  pids(): Record<string, number> {
    const running = [...this.#processes.values()].flatMap(({ declaration, pid }): [string, number][] =>
      declaration.kind === "service" && pid !== undefined ? [[declaration.name, pid]] : [],
    );
    return Object.fromEntries(running);
  }

  /** Seconds each process took from its own start to readiness, by name. */
  readySeconds(): Record<string, number> {
    const known = [...this.#processes.values()].flatMap(
      ({ declaration, readySeconds }): [string, number][] =>
        readySeconds === undefined ? [] : [[declaration.name, readySeconds]],
    );
    return Object.fromEntries(known);
  }

  /** Ends all, each after those that need it. Several calls are one. */
  stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  /** Kills all at once, in no order. */
  kill(): void {
    this.#isStopping = true;
    for (const process of this.#processes.values()) process.kill();
  }

  #startOnce(name: string): Promise<void> {
    const known = this.#starts.get(name);
    if (known) return known;
    const start = this.#startAfterNeeds(this.#process(name));
    this.#starts.set(name, start);
    return start;
  }

  async #startAfterNeeds(process: SupervisedProcess): Promise<void> {
    await Promise.all(process.declaration.needs.map((need) => this.#startOnce(need)));
    if (!this.#isStopping) await process.start();
  }

  async #stopAll(): Promise<void> {
    const stops = new Map<string, Promise<void>>();
    const stopOnce = (name: string): Promise<void> => {
      const known = stops.get(name);
      if (known) return known;
      const dependents = [...this.#processes.values()].filter(({ declaration }) =>
        declaration.needs.includes(name),
      );
      const stop = Promise.all(dependents.map(({ declaration }) => stopOnce(declaration.name))).then(() =>
        this.#process(name).stop(),
      );
      stops.set(name, stop);
      return stop;
    };
    await Promise.all([...this.#processes.keys()].map(stopOnce));
  }

  #process(name: string): SupervisedProcess {
    const process = this.#processes.get(name);
    if (!process) throw new Error(`No process is called ${name}.`);
    return process;
  }
}

function putAsideLargeLog(logFile: string): void {
  const found = statSync(logFile, { throwIfNoEntry: false });
  if (found && found.size > largestLogBytes) renameSync(logFile, `${logFile}.1`);
}
