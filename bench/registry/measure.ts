import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { escapeIdentifier } from "pg";
import { openDatabase } from "../../db/database.ts";
import { withClient } from "../../processes/dev/postgres.ts";
import { withDurableDatabase } from "../../scripts/temporary-database.ts";
import { importAndKill, importFile, type ImportRun, makeBenchBiller, sumOfState } from "./imports.ts";
import { earlierText, kindOf, writeFileOfLines } from "./lines.ts";
import { copyAlone, copyAndUpsert, type Peers } from "./peers.ts";
import { prepareRows } from "./prepared.ts";

/** What came out, in one run on one machine. */
export type RegistryBench = {
  readonly lines: number;
  readonly cores: number;
  readonly peers: Peers;
  readonly first: ImportRun;
  /** The very same file again. */
  readonly again: ImportRun;
  /** The same again, with every confirmation written because the last one is old. */
  readonly againOld: ImportRun;
  /** A file of ten thousand lines: what the process takes anyhow. */
  readonly small: ImportRun;
  readonly killed: { readonly kills: number; readonly sameState: boolean; readonly refusedLines: number };
};

const SMALL_LINES = 10_000;

/** Measures on a PostgreSQL of its own, each road in a database of its own that holds the same bills before. */
export async function measureRegistry(options: {
  readonly lines: number;
  readonly say: (line: string) => void;
}): Promise<RegistryBench> {
  const folder = await mkdtemp(join(tmpdir(), "kvitok-registry-"));
  const { lines, say } = options;
  const files = {
    file: join(folder, "registry.csv"),
    earlier: join(folder, "earlier.csv"),
    small: join(folder, "small.csv"),
    prepared: join(folder, "rows.tsv"),
  };
  try {
    say(`writing ${lines} lines`);
    await writeFileOfLines(files.file, lines);
    await writeFileOfLines(files.small, SMALL_LINES);
    await writeFileOfLines(files.earlier, lines, (line) => kindOf(line) === "changed", earlierText);
    await prepareRows(files.file, files.prepared);
    return await withDurableDatabase((url) => measureAt(url, { ...options, files }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Files = {
  readonly file: string;
  readonly earlier: string;
  readonly small: string;
  readonly prepared: string;
};

async function measureAt(
  url: string,
  {
    lines,
    say,
    files,
  }: { readonly lines: number; readonly say: (line: string) => void; readonly files: Files },
): Promise<RegistryBench> {
  const inTurn = databasesOf(url);
  await inTurn.prepare("before", async (address) => {
    await importFile(address, files.earlier);
  });
  say("the hand-written roads");
  const peers: Peers = {
    copySeconds: await inTurn.use("plain", (address) => copyAlone(address, files.prepared)),
    upsertSeconds: await inTurn.use("upsert", (address) => copyAndUpsert(address, files.prepared, false)),
    bareUpsertSeconds: await inTurn.use("bare", (address) => copyAndUpsert(address, files.prepared, true)),
  };
  say("a small file, for its memory");
  const small = await inTurn.use("small", (address) => importFile(address, files.small));
  say("the import, the same file again, and once more with old confirmations");
  const imported = await inTurn.use("import", async (address) => {
    const first = await importFile(address, files.file);
    const state = await stateAt(address);
    const again = await importFile(address, files.file);
    await makeConfirmationsOld(address);
    return { first, state, again, againOld: await importFile(address, files.file) };
  });
  say("the import, killed twice");
  const killed = await inTurn.use("killed", async (address) => {
    const moments = [
      { what: "read", least: lines * 0.4 },
      { what: "applied", least: (lines / 5_000) * 0.5 },
    ] as const;
    const kills = await importAndKill(address, files.file, moments);
    const { refusedLines } = await importFile(address, files.file);
    return { kills, refusedLines, sameState: (await stateAt(address)) === imported.state };
  });
  const { first, again, againOld } = imported;
  return { lines, cores: availableParallelism(), peers, first, again, againOld, small, killed };
}

async function stateAt(url: string): Promise<string> {
  const { db, close } = openDatabase({
    url,
    applicationName: "kvitok-bench",
    maxConnections: 1,
    statementTimeoutMs: 0,
  });
  try {
    return await sumOfState(db);
  } finally {
    await close();
  }
}

/** A day goes by, and the biller's bills must be confirmed daily. */
async function makeConfirmationsOld(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("update billers set max_age = interval '1 day'");
    await client.query(
      "update sandbox_clock set business_anchor = business_now() + interval '1 day', real_anchor = clock_timestamp()",
    );
  });
}

/** Databases made as copies of one that was prepared, and removed after use. */
function databasesOf(url: string) {
  const addressOf = (name: string) => url.replace(/[^/]+$/, name);
  const server = addressOf("postgres");
  let template = new URL(url).pathname.slice(1);
  const copy = async (name: string) => {
    await withClient(server, async (client) => {
      await client.query(`create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`);
    });
  };
  return {
    async prepare(name: string, work: (address: string) => Promise<void>) {
      await copy(name);
      const { db, close } = openDatabase({
        url: addressOf(name),
        applicationName: "kvitok-bench",
        maxConnections: 1,
      });
      await makeBenchBiller(db);
      await close();
      await work(addressOf(name));
      template = name;
    },
    async use<Result>(name: string, work: (address: string) => Promise<Result>): Promise<Result> {
      await copy(name);
      await withClient(addressOf(name), async (client) => {
        await client.query("checkpoint");
      });
      try {
        return await work(addressOf(name));
      } finally {
        await withClient(server, async (client) => {
          await client.query(`drop database ${escapeIdentifier(name)} with (force)`);
        });
      }
    },
  };
}
