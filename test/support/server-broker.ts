import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { takeLock, whileLocked } from "../../processes/dev/exclusive-file.ts";
import { endLeftovers, OwnProcesses } from "../../processes/dev/own-processes.ts";
import { repositoryFolder } from "../../processes/dev/process-command.ts";
import type { ProcessDeclaration } from "../../processes/dev/process-declaration.ts";
import { Supervisor } from "../../processes/dev/supervisor.ts";
import { FailureWithWaysOut } from "../../processes/dev/way-out.ts";
import { makeMemoryFolder, memoryFolderOf, removeMemoryFolder } from "./memory-folder.ts";

/** Gives a test file what it asked for, as JSON; starts the server behind it at the first question. */
export type Supply = (run: TestRun) => Promise<object>;

/** What a supply works with. */
export interface TestRun {
  /** A folder that lasts as long as the run; in memory where the machine has enough. */
  readonly folder: string;
  /** Starts a server and ends it with the run; rejects when it does not become ready. */
  readonly serve: (declaration: ProcessDeclaration) => Promise<void>;
}

const runsFolder = join(repositoryFolder, ".cache", "test-runs");

/** What a run has of its own. */
interface RunFolders {
  /** On disk: who it is, and which processes it has to end. */
  readonly record: string;
  /** In memory, for all that its servers and tests write; undefined where the machine has not enough. */
  readonly memory: string | undefined;
}

/**
 * One HTTP server for a whole test run, beside the tests: pure tests never ask it and so pay for no server; the
 * first file that asks starts the server that it needs, all others get the same one.
 *
 * @returns the address to ask, the run's folder in memory where there is one, and how to end everything
 */
export async function startBroker(supplies: Readonly<Record<string, Supply>>): Promise<{
  readonly url: string;
  readonly memory: string | undefined;
  readonly close: () => Promise<void>;
}> {
  const { record, memory } = await openRunFolders();
  const folder = memory ?? record;
  const own = new OwnProcesses(join(record, "processes.json"));
  const supervisors: Supervisor[] = [];
  const run: TestRun = {
    folder,
    serve: async (declaration) => {
      const supervisor = new Supervisor([declaration], folder, {
        onSpawn: (name, pid) => own.add(name, pid),
        onExit: (_name, pid) => own.remove(pid),
        onRestarted: () => undefined,
        say: (line) => process.stderr.write(`${line}\n`),
      });
      supervisors.push(supervisor);
      await supervisor.start();
    },
  };
  // A run that is broken off with Ctrl-C has no time for more.
  const killAll = (): void => {
    for (const supervisor of supervisors) supervisor.kill();
  };
  process.on("exit", killAll);
  const { server, url } = await listen(answersOf(supplies, run));
  return {
    url,
    memory,
    close: async () => {
      process.off("exit", killAll);
      server.close();
      await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
      removeMemoryFolder(record);
      rmSync(record, { recursive: true, force: true });
    },
  };
}

/** Asks the broker of this run. */
export async function askBroker(url: string, what: string): Promise<unknown> {
  const response = await fetch(`${url}/${what}`, { signal: AbortSignal.timeout(300_000) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

function answersOf(
  supplies: Readonly<Record<string, Supply>>,
  run: TestRun,
): (what: string) => Promise<object> {
  const started = new Map<string, Promise<object>>();
  return (what) => {
    const supply = supplies[what];
    if (!supply) return Promise.reject(new Error(`Nobody supplies ${what}.`));
    const answer = started.get(what) ?? supply(run);
    started.set(what, answer);
    return answer;
  };
}

/** The path holds a word that only this run knows: answers contain a password. */
async function listen(answer: (what: string) => Promise<object>): Promise<{ server: Server; url: string }> {
  const secret = randomBytes(16).toString("hex");
  const server = createServer((request, response) => {
    const [, word, what = ""] = (request.url ?? "").split("/");
    if (word !== secret) {
      response.writeHead(404).end();
      return;
    }
    answer(what).then(
      (found) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found)),
      (error: unknown) => response.writeHead(500).end(wordsOf(error)),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/${secret}` };
}

function wordsOf(error: unknown): string {
  if (error instanceof FailureWithWaysOut) return error.forPeople();
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Folders for this run; those of killed runs are cleared, their servers ended. */
function openRunFolders(): Promise<RunFolders> {
  mkdirSync(runsFolder, { recursive: true });
  return whileLocked(`${runsFolder}.lock`, async () => {
    for (const name of readdirSync(runsFolder)) await clearWhenDead(join(runsFolder, name));
    const record = join(runsFolder, `${process.pid}-${randomBytes(3).toString("hex")}`);
    mkdirSync(record);
    takeLock(join(record, "run.lock"));
    return { record, memory: makeMemoryFolder(record) };
  });
}

async function clearWhenDead(record: string): Promise<void> {
  if (!takeLock(join(record, "run.lock")).taken) return;
  await endLeftovers(join(record, "processes.json"), 5);
  // a launcher that had no time to end its own parts remembers them as well
  for (const folder of [record, memoryFolderOf(record)]) {
    const stack = join(folder, "stack", "processes.json");
    if (existsSync(stack)) await endLeftovers(stack, 5);
  }
  removeMemoryFolder(record);
  rmSync(record, { recursive: true, force: true });
}
