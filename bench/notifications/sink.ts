import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./sink-process.ts", import.meta.url));

/** An SMTP server in a process of its own. */
export type Sink = {
  readonly smtpUrl: string;
  /** How many mails it took so far, and the bytes of the last. */
  readonly look: () => Promise<{ readonly taken: number; readonly last: Buffer }>;
  readonly end: () => Promise<void>;
};

export async function startSink(): Promise<Sink> {
  const child = fork(script, [], { execArgv: ["--import", "tsx"] });
  const exited = once(child, "exit");
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    async look() {
      const answer = once(child, "message");
      child.send("look");
      const [{ taken, last }] = (await answer) as [{ taken: number; last: string }];
      return { taken, last: Buffer.from(last, "base64") };
    },
    async end() {
      child.disconnect();
      await exited;
    },
  };
}
