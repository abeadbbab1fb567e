import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a benchmark needs of the board that the launcher writes. */
export type BenchBoard = {
  readonly api: string;
  readonly temporal: string;
  readonly database: string;
  readonly bank: {
    readonly url: string;
    readonly shopId: string;
    readonly secretKey: string;
    readonly stripe: { readonly url: string; readonly secretKey: string };
  };
  readonly billers: readonly { readonly id: string; readonly secret: string }[];
  readonly users: readonly { readonly login: string; readonly role: string; readonly token: string }[];
};

/** A stack of its own, in a folder of its own, gone when the benchmark ends. */
export type BenchStack = {
  readonly board: BenchBoard;
  readonly secrets: { readonly dataKeys: string; readonly payloadKeys: string };
  /** Who runs now, by name: a process that was killed is started again under another id. */
  pids(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
};

const READY_WITHIN_MS = 120_000;

/** @throws when the stack is not ready in two minutes; its words are in the message */
export async function startBenchStack(portBase: number): Promise<BenchStack> {
  const folder = mkdtempSync(join(tmpdir(), "kvitok-bench-"));
  const boardFile = join(folder, "board.json");
  const launcher = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      "processes/dev/main.ts",
      "--no-story",
      "--quiet",
      "--data-dir",
      join(folder, "data"),
      "--port-base",
      String(portBase),
      "--board",
      boardFile,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let words = "";
  launcher.stdout.on("data", (part: Buffer) => (words += part.toString()));
  launcher.stderr.on("data", (part: Buffer) => (words += part.toString()));
  const ended = new Promise<void>((resolve) => launcher.once("exit", () => resolve()));
  const stop = async () => {
    launcher.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const board = JSON.parse(readFileSync(boardFile, "utf8")) as BenchBoard;
      const secrets = JSON.parse(
        readFileSync(join(folder, "data", "secrets.json"), "utf8"),
      ) as BenchStack["secrets"];
      const pids = () =>
        (JSON.parse(readFileSync(boardFile, "utf8")) as { pids: Record<string, number> }).pids;
      return { board, secrets, pids, stop };
    } catch (error) {
      if (Date.now() > until || launcher.exitCode !== null) {
        await stop();
        throw new Error(`the stack did not get ready:\n${words}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
