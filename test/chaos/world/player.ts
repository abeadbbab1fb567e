import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { inheritedEnvironment, repositoryFolder } from "../../../processes/dev/process-command.ts";
import type { ProcessDeclaration } from "../../../processes/dev/process-declaration.ts";
import { signalGroup } from "../../../processes/dev/supervised-process.ts";

/** What became of a process, for `processes.ndjson`. */
export type PlayerEvent = {
  readonly name: string;
  readonly pid: number;
  readonly event: "started" | "ready" | "exited" | "stopped" | "continued";
  readonly fault?: string;
  readonly signal?: string;
  readonly code?: number;
};

/** Who hears of a player. Called synchronously: a pid must be known before anything else can happen. */
export type Listener = (event: PlayerEvent) => void;

const RESTART_AFTER_MS = 150;
const READY_POLL_MS = 80;
const FIRST_START_MS = 120_000;

/** One process of the world, started again whenever it ends, at once: how long somebody is down is the nemesis's business. */
export class Player {
  readonly declaration: ProcessDeclaration;
  readonly #logFile: string;
  readonly #tell: Listener;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #isReady = false;
  #isFrozen = false;
  #isHeldDown = false;
  #isEnding = false;
  #fault: string | undefined;
  #worn: Readonly<Record<string, string>> = {};

  constructor(declaration: ProcessDeclaration, logFile: string, tell: Listener) {
    this.declaration = declaration;
    this.#logFile = logFile;
    this.#tell = tell;
  }

  get name(): string {
    return this.declaration.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** It runs, answered that it is ready since its start, and is not frozen. */
  get isUp(): boolean {
    return this.#isReady && !this.#isFrozen;
  }

  /** @throws when it is not ready in two minutes */
  async start(): Promise<void> {
    void this.#keepRunning();
    const deadline = Date.now() + FIRST_START_MS;
    while (!this.#isReady) {
      if (Date.now() > deadline) throw new Error(`${this.name} does not get ready, see ${this.#logFile}`);
      await pause(READY_POLL_MS);
    }
  }

  /**
   * Sends a signal that ends it; it comes back by itself.
   *
   * @param fault id under which the end is written down
   */
  end(signal: "SIGKILL" | "SIGTERM" | "SIGINT", fault: string): void {
    this.#fault = fault;
    this.#isReady = false;
    if (this.pid !== undefined) signalGroup(this.pid, signal);
  }

  /** Added to its environment from its next start on. */
  wear(environment: Readonly<Record<string, string>>): void {
    this.#worn = environment;
  }

  /** Keeps it from coming back until {@link letUp}. */
  holdDown(): void {
    this.#isHeldDown = true;
  }

  letUp(): void {
    this.#isHeldDown = false;
  }

  /** Stops all its threads where they are. */
  freeze(fault: string): void {
    const { pid } = this;
    if (pid === undefined || this.#isFrozen) return;
    this.#isFrozen = true;
    signalGroup(pid, "SIGSTOP");
    this.#tell({ name: this.name, pid, event: "stopped", fault });
  }

  thaw(fault: string): void {
    const { pid } = this;
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    if (pid === undefined) return;
    signalGroup(pid, "SIGCONT");
    this.#tell({ name: this.name, pid, event: "continued", fault });
  }

  /** The next end is of this fault: a point at which it was told to die. */
  expectEnd(fault: string | undefined): void {
    this.#fault = fault;
  }

  /** Ends it for good. */
  async stop(withinMs = 8_000): Promise<void> {
    this.#isEnding = true;
    const { pid } = this;
    if (pid !== undefined) {
      signalGroup(pid, "SIGCONT");
      signalGroup(pid, this.declaration.stopSignal ?? "SIGTERM");
      const deadline = setTimeout(() => signalGroup(pid, "SIGKILL"), withinMs);
      await this.#exited;
      clearTimeout(deadline);
    }
  }

  kill(): void {
    this.#isEnding = true;
    if (this.pid !== undefined) signalGroup(this.pid, "SIGKILL");
  }

  async #keepRunning(): Promise<void> {
    while (!this.#isEnding) {
      if (this.#isHeldDown) {
        await pause(RESTART_AFTER_MS);
        continue;
      }
      try {
        await this.#runOnce();
      } catch (error) {
        // a server that was just killed may hold its files for a moment more: the next try finds them free
        process.stderr.write(`${this.name}: ${String(error)}\n`);
      }
      await pause(RESTART_AFTER_MS);
    }
  }

  async #runOnce(): Promise<void> {
    const command = await this.declaration.command();
    if (this.#isEnding) return;
    const log = openSync(this.#logFile, "a", 0o600);
    const child = spawn(command.file, command.args, {
      cwd: command.folder ?? repositoryFolder,
      env: { ...inheritedEnvironment(), ...command.environment, ...this.#worn },
      stdio: ["ignore", log, log],
      detached: true,
      ...command.owner,
    });
    closeSync(log);
    const { pid } = child;
    if (pid === undefined) throw new Error("could not be started");
    this.#child = child;
    this.#tell({ name: this.name, pid, event: "started" });
    this.#exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#noteExit(pid, { code, signal });
        resolve();
      });
    });
    await Promise.race([this.#exited, this.#becomeReady(child)]);
    await this.#exited;
  }

  #noteExit(pid: number, how: { readonly code: number | null; readonly signal: string | null }): void {
    // what it left in its group would hold ports and files against the next start
    signalGroup(pid, "SIGKILL");
    // a library that lies about the time leaves these behind when its process is killed
    for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
      rmSync(join("/dev/shm", name), { force: true });
    this.#child = undefined;
    this.#isReady = false;
    this.#isFrozen = false;
    const fault = this.#fault;
    this.#fault = undefined;
    this.#tell({
      name: this.name,
      pid,
      event: "exited",
      ...(fault === undefined ? {} : { fault }),
      ...(how.signal === null ? {} : { signal: how.signal }),
      ...(how.code === null ? {} : { code: how.code }),
    });
  }

  async #becomeReady(child: ChildProcess): Promise<void> {
    while (this.#child === child) {
      // an answer that cannot be had now is asked for again
      const answer = await this.declaration.isReady?.().catch(() => false);
      if (answer !== false && this.#child === child) {
        this.#isReady = true;
        this.#tell({ name: this.name, pid: child.pid ?? 0, event: "ready" });
        return;
      }
      await pause(READY_POLL_MS);
    }
  }
}
