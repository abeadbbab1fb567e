import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { isFree, portsFrom } from "../../processes/dev/ports.ts";
import { nodeCommand, repositoryFolder } from "../../processes/dev/process-command.ts";
import { until } from "./until.ts";

const boardShape = z.looseObject({
  page: z.string(),
  database: z.string(),
  pids: z.record(z.string(), z.number()),
});

/** A launcher that a test started. */
export interface TestLauncher {
  readonly child: ChildProcess;
  readonly dataDirectory: string;
  readonly portBase: number;
  /** All that it wrote so far, on both streams. */
  readonly output: () => string;
  readonly board: () => z.infer<typeof boardShape>;
  /** Resolves with the exit code, null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** A private folder (0700) for one test. */
export function privateFolder(): string {
  return mkdtempSync(join(tmpdir(), "kvitok-launcher-"));
}

/** A base whose fifteen ports are all free, below those that the system gives to outgoing connections. */
export async function freePortBase(): Promise<number> {
  for (;;) {
    const base = 12_000 + Math.floor(Math.random() * 900) * 20;
    const free = await Promise.all(Object.values(portsFrom(base)).map(isFree));
    if (free.every(Boolean)) return base;
  }
}

/**
 * Starts the launcher, with stand-ins (see `stand-in-launcher.ts`) when not said otherwise.
 *
 * @param options.program `kvitok` for the real list of processes
 * @param options.environment the stand-ins' switches
 */
export async function startLauncher(options: {
  readonly program?: "stand-ins" | "kvitok";
  readonly dataDirectory?: string;
  readonly portBase?: number;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<TestLauncher> {
  const dataDirectory = options.dataDirectory ?? privateFolder();
  const portBase = options.portBase ?? (await freePortBase());
  const flags = ["--data-dir", dataDirectory, "--port-base", String(portBase), ...(options.flags ?? [])];
  const command = nodeCommand(
    options.program === "kvitok" ? "processes/dev/main.ts" : "test/support/stand-in-launcher.ts",
    flags,
    {},
  );
  const child = spawn(command.file, command.args, {
    cwd: repositoryFolder,
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", resolve);
  });
  return {
    child,
    dataDirectory,
    portBase,
    ended,
    output: () => output,
    board: () => boardShape.parse(JSON.parse(readFileSync(join(dataDirectory, "board.json"), "utf8"))),
  };
}

/** Waits until the launcher says that all is up. */
export async function untilUp(launcher: TestLauncher): Promise<void> {
  await until(() => {
    if (launcher.child.exitCode !== null) throw new Error(`The launcher ended:\n${launcher.output()}`);
    return launcher.output().includes("Everything stays up");
  }, 110);
}

/** Ends it as a person would and removes its folder. */
export async function endLauncher(launcher: TestLauncher): Promise<void> {
  launcher.child.kill("SIGTERM");
  await launcher.ended;
  rmSync(launcher.dataDirectory, { recursive: true, force: true });
}
