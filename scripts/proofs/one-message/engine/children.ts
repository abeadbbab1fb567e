import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SmtpFault } from "../../../../sandbox/mailbox/fault-board.ts";
import type { SinkOrder } from "./sink-process.ts";

const script = (name: string): string => fileURLToPath(new URL(`./${name}-process.ts`, import.meta.url));

/** A process that can be killed and is started again; its words go to standard error. */
class Child {
  readonly #name: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;
  kills = 0;

  constructor(name: string, args: readonly string[]) {
    this.#name = name;
    this.#args = args;
  }

  /** Resolves with the first thing that it says. */
  async start(): Promise<unknown> {
    const child = fork(script(this.#name), [...this.#args], { execArgv: ["--import", "tsx"] });
    this.#process = child;
    const [first] = (await once(child, "message")) as [unknown];
    return first;
  }

  /** Kills it as a power cut does. */
  async kill(): Promise<void> {
    this.kills += 1;
    await this.end();
  }

  /** Ends it when its work is over. */
  async end(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async tell(order: object): Promise<void> {
    const child = this.#process;
    if (child === undefined) throw new Error(`no ${this.#name} runs`);
    const heard = once(child, "message");
    child.send(order);
    await heard;
  }
}

/** A sender of messages and an SMTP server, each a process of its own. */
export type Children = {
  readonly kills: () => { readonly worker: number; readonly smtp: number };
  readonly killWorker: () => Promise<void>;
  readonly killSmtp: () => Promise<void>;
  /** From now on deliveries belong to this phase; faults are armed beside those that are left. */
  readonly enter: (phase: number, faults: readonly SmtpFault[]) => Promise<void>;
  readonly end: () => Promise<void>;
};

/** `lasting`: faults that a new SMTP server is armed with as well. */
export async function startChildren(at: {
  readonly url: string;
  readonly smtpPort: number;
  readonly journal: string;
  readonly lasting: readonly SmtpFault[];
}): Promise<Children> {
  const sink = new Child("sink", [String(at.smtpPort), at.journal]);
  const sender = new Child("sender", [at.url, `smtp://127.0.0.1:${at.smtpPort}`]);
  let phase = 0;
  const order = (faults: readonly SmtpFault[]): SinkOrder => ({ phase, faults });
  await Promise.all([sink.start(), sender.start()]);
  await sink.tell(order(at.lasting));
  return {
    kills: () => ({ worker: sender.kills, smtp: sink.kills }),
    async killWorker() {
      await sender.kill();
      await sender.start();
    },
    async killSmtp() {
      await sink.kill();
      await sink.start();
      await sink.tell(order(at.lasting));
    },
    async enter(next, faults) {
      phase = next;
      await sink.tell(order(faults));
    },
    async end() {
      await sender.end();
      await sink.end();
    },
  };
}
