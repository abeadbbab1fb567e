import { rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type BoardUser, boardForPeople, boardOf } from "./board.ts";
import { type DataDirectory, openDataDirectory } from "./data-directory.ts";
import { writeFileAtomically } from "./file-on-disk.ts";
import type { LauncherOptions } from "./flags.ts";
import { endLeftovers, OwnProcesses } from "./own-processes.ts";
import { checkPorts, portsFrom } from "./ports.ts";
import { killRunningCommands, type ProcessCommand } from "./process-command.ts";
import type { ProcessDeclaration } from "./process-declaration.ts";
import { readOrMakeSecrets } from "./secrets.ts";
import type { Stack } from "./stack.ts";
import { listenForStop } from "./stop-signals.ts";
import { playStory } from "./story.ts";
import { type ProcessEvents, signalGroup } from "./supervised-process.ts";
import { Supervisor } from "./supervisor.ts";

/** What a launch is made of; tests put stand-ins here. */
export interface LauncherParts {
  readonly processes: (stack: Stack) => readonly ProcessDeclaration[];
  /** The demonstration people with fresh tokens, asked once all is ready and every twelve hours. */
  readonly users: (stack: Stack) => Promise<readonly BoardUser[]>;
  readonly story: (boardFile: string) => ProcessCommand;
}

const leftoversEndWithinSeconds = 10;
const freshTokensEveryMs = 12 * 3600 * 1000;

/**
 * Starts everything, writes the board, plays the story, and stays until it is told to stop.
 *
 * @returns when all that it started has ended after a signal
 * @throws FailureWithWaysOut for everything that a person can mend; all that was started has ended then
 */
export async function launch(options: LauncherOptions, parts: LauncherParts): Promise<void> {
  const data = openDataDirectory(options.dataDirectory);
  try {
    await new Launch(options, parts, data).run();
  } finally {
    data.release();
  }
}

class Launch {
  readonly #options: LauncherOptions;
  readonly #parts: LauncherParts;
  readonly #data: DataDirectory;
  readonly #own: OwnProcesses;
  #supervisor: Supervisor | undefined;
  #storyPid: number | undefined;
  #users: readonly BoardUser[] = [];
  #isReady = false;
  #isStopping = false;
  #onStopped: () => void = () => undefined;

  constructor(options: LauncherOptions, parts: LauncherParts, data: DataDirectory) {
    this.#options = options;
    this.#parts = parts;
    this.#data = data;
    this.#own = new OwnProcesses(data.processes);
  }

  async run(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#onStopped = resolve;
    });
    // A defect of the launcher's own must not leave anything running; after an orderly stop nothing is left to kill.
    process.on("exit", () => this.#killAll());
    listenForStop(
      (signal) => this.#stopOn(signal),
      () => this.#force(),
    );
    const stack = await this.#prepare();
    const declarations = this.#parts.processes(stack);
    await checkPorts(declarations, this.#options.portBase);
    if (this.#isStopping) return;
    this.#supervisor = new Supervisor(declarations, this.#data.logs, this.#events(stack));
    try {
      await this.#supervisor.start();
      if (!this.#isStopping) await this.#becomeReady(stack, this.#supervisor);
    } catch (error) {
      // What fails because everything is being ended is no news.
      if (!this.#isStopping) {
        await this.#stop();
        throw error;
      }
    }
    await stopped;
  }

  async #prepare(): Promise<Stack> {
    for (const { name, pid } of await endLeftovers(this.#data.processes, leftoversEndWithinSeconds)) {
      this.#warn(`ended ${name} (pid ${pid}), which a killed launcher had left running`);
    }
    if (this.#options.reset) this.#data.clear();
    this.#removeBoard();
    return {
      data: this.#data,
      ports: portsFrom(this.#options.portBase),
      secrets: readOrMakeSecrets(this.#data.secrets),
      say: (line) => this.#say(line),
    };
  }

  async #becomeReady(stack: Stack, supervisor: Supervisor): Promise<void> {
    this.#users = await this.#parts.users(stack);
    this.#isReady = true;
    this.#writeBoard(stack);
    const board = boardOf(stack, this.#users, this.#pids());
    this.#say(
      `\nKvitok is up after ${(performance.now() / 1000).toFixed(1)} s.\n\n${boardForPeople(board, this.#data.path)}\n`,
    );
    setInterval(() => void this.#refreshTokens(stack), freshTokensEveryMs).unref();
    if (this.#options.story) await this.#playStory(supervisor);
    if (!this.#isStopping) this.#say("Everything stays up. Ctrl-C ends it.");
  }

  async #playStory(supervisor: Supervisor): Promise<void> {
    const startedAt = performance.now();
    const story = playStory(this.#parts.story(this.#data.board), {
      logFile: join(this.#data.logs, "story.log"),
      onLine: (line) => this.#say(line),
      onFirstBillPaid: () => this.#say(firstBillLine(supervisor, startedAt)),
    });
    this.#storyPid = story.pid;
    if (story.pid !== undefined) this.#own.add("story", story.pid);
    const ending = await story.ended;
    this.#storyPid = undefined;
    if (story.pid !== undefined) this.#own.remove(story.pid);
    if (ending !== "exit code 0" && !this.#isStopping) {
      this.#warn(`the story ended with ${ending}, see ${join(this.#data.logs, "story.log")}`);
    }
  }

  #events(stack: Stack): ProcessEvents {
    return {
      onSpawn: (name, pid) => this.#own.add(name, pid),
      onExit: (_name, pid) => this.#own.remove(pid),
      onRestarted: (name, pid) => {
        // The board first: who reads that it is back must find the new pid there.
        if (this.#isReady && !this.#isStopping) this.#writeBoard(stack);
        this.#warn(`${name} is back (pid ${pid})`);
      },
      say: (line) => this.#warn(line),
    };
  }

  #writeBoard(stack: Stack): void {
    const content = `${JSON.stringify(boardOf(stack, this.#users, this.#pids()), undefined, 2)}\n`;
    for (const file of this.#boardFiles()) writeFileAtomically(file, content);
  }

  /** Whoever waits for the file must not find the board of a stack that is down. */
  #removeBoard(): void {
    for (const file of this.#boardFiles()) rmSync(file, { force: true });
  }

  #boardFiles(): string[] {
    const { boardFile } = this.#options;
    return boardFile === undefined ? [this.#data.board] : [this.#data.board, boardFile];
  }

  async #refreshTokens(stack: Stack): Promise<void> {
    try {
      this.#users = await this.#parts.users(stack);
      this.#writeBoard(stack);
    } catch (error) {
      this.#warn(`the board's tokens could not be renewed: ${String(error)}`);
    }
  }

  #pids(): Record<string, number> {
    return { launcher: process.pid, ...this.#supervisor?.pids() };
  }

  #stopOn(signal: NodeJS.Signals): void {
    this.#say(`\n${signal}: ending everything …`);
    void this.#stop().then(() => {
      this.#say("Everything has ended.");
      this.#onStopped();
    });
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    this.#removeBoard();
    killRunningCommands();
    if (this.#storyPid !== undefined) signalGroup(this.#storyPid, "SIGTERM");
    await this.#supervisor?.stop();
  }

  /** The second wish to end: nobody gets time any more. */
  #force(): void {
    this.#warn("killing everything");
    this.#data.release();
    process.exit(1);
  }

  #killAll(): void {
    if (this.#storyPid !== undefined) signalGroup(this.#storyPid, "SIGKILL");
    this.#supervisor?.kill();
  }

  #say(line: string): void {
    if (!this.#options.quiet) process.stdout.write(`${line}\n`);
  }

  #warn(line: string): void {
    process.stderr.write(`${line}\n`);
  }
}

/** Parts are each process's own time from its start to readiness; several start side by side. */
function firstBillLine(supervisor: Supervisor, storyStartedAt: number): string {
  const seconds = supervisor.readySeconds();
  const parts = [
    ["postgres", seconds["postgres"]],
    ["temporal", seconds["temporal"]],
    ["bundle + worker", seconds["worker"]],
    ["api", seconds["api"]],
    ["story", (performance.now() - storyStartedAt) / 1000],
  ] as const;
  const words = parts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value.toFixed(1)} s`],
  );
  return `first bill paid after ${(performance.now() / 1000).toFixed(1)} s (${words.join(", ")})`;
}
