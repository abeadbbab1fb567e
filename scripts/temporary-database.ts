import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { migrateToLatest } from "../db/migrate.ts";
import {
  databaseIsThere,
  databaseUrl,
  describeCluster,
  developmentSettings,
  type PostgresCluster,
  prepareCluster,
  serveCommand,
} from "../processes/dev/postgres.ts";
import { inheritedEnvironment } from "../processes/dev/process-command.ts";

const databaseName = "generate";
const startSeconds = 60;
const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

// A signal's own end skips `exit` listeners and would leave the server behind.
function exitAtOnce(): never {
  process.exit(1);
}

interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

let running: Promise<Running> | undefined;
let users = 0;

/**
 * Runs `work` with the address of a new, migrated sandbox database of a PostgreSQL of its own. Work under way at the
 * same time shares one server; it is stopped and its files are removed when the last one has ended.
 */
export async function withMigratedDatabase<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  users += 1;
  running ??= start({ fsync: "off" });
  const server = running;
  try {
    return await work((await server).url);
  } finally {
    users -= 1;
    if (users === 0) {
      running = undefined;
      await (await server).stop();
    }
  }
}

/** The same on a server of its own that gives up nothing of durability, for what is measured. */
export async function withDurableDatabase<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const server = await start(developmentSettings);
  try {
    return await work(server.url);
  } finally {
    await server.stop();
  }
}

async function start(settings: Readonly<Record<string, string>>): Promise<Running> {
  const folder = await mkdtemp(path.join(tmpdir(), "kvitok-database-"));
  const port = await freePort();
  const cluster = await describeCluster({
    folder: path.join(folder, "postgres"),
    spareFolder: folder,
    port,
    password: "generate",
    settings,
  });
  await prepareCluster(cluster);
  const { file, args, environment, folder: workingFolder, owner } = serveCommand(cluster);
  const child = spawn(file, args, {
    cwd: workingFolder,
    env: { ...inheritedEnvironment(), ...environment },
    stdio: ["ignore", "ignore", "pipe"],
    ...owner,
  });
  const words: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => words.push(chunk));
  const kill = (): boolean => child.kill("SIGINT");
  process.once("exit", kill);
  for (const signal of endSignals) process.once(signal, exitAtOnce);
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    for (const signal of endSignals) process.off(signal, exitAtOnce);
    await stopServer(child);
    await rm(folder, { recursive: true, force: true });
    await rm(cluster.rights.folder, { recursive: true, force: true });
  };
  try {
    await waitUntilThere(cluster, child);
    const url = databaseUrl(cluster, databaseName);
    await migrateToLatest(url, { livemode: false });
    return { url, stop };
  } catch (error) {
    await stop();
    throw new Error(`a database of its own could not be made: ${Buffer.concat(words).toString("utf8")}`, {
      cause: error,
    });
  }
}

async function waitUntilThere(cluster: PostgresCluster, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startSeconds * 1000;
  while (!(await databaseIsThere(cluster, databaseName))) {
    if (child.exitCode !== null)
      throw new Error(`PostgreSQL ended with ${child.exitCode} before it was ready`);
    if (performance.now() > deadline) throw new Error(`PostgreSQL was not ready after ${startSeconds} s`);
    await pause(50);
  }
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGINT");
  await ended;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
