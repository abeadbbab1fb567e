import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Client, DatabaseError, escapeIdentifier } from "pg";
import { findPostgresBinaries } from "./postgres-binaries.ts";
import { findPostgresRights, type PostgresRights } from "./postgres-rights.ts";
import { type FileOwner, type ProcessCommand, runToEnd } from "./process-command.ts";
import { identifyProcess } from "./process-identity.ts";
import { FailureWithWaysOut } from "./way-out.ts";

/** One PostgreSQL server: where its files lie, how it is reached. */
export interface PostgresCluster {
  readonly rights: PostgresRights;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Settings of `postgresql.conf`, given on the command line so that the code is their only home. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The database user that the engine connects as; it owns everything. */
export const clusterUser = "kvitok";

/**
 * Settings for a development machine: small memory, only the loopback, nothing given up of durability (a kill -9
 * must lose no committed row).
 */
export const developmentSettings: Readonly<Record<string, string>> = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track": "all",
  shared_buffers: "64MB",
  max_connections: "100",
  max_wal_size: "512MB",
  fsync: "on",
  synchronous_commit: "on",
  timezone: "UTC",
  log_timezone: "UTC",
};

/**
 * Describes the server of a data folder; touches nothing but the library links of the programs.
 *
 * @param options.folder the cluster's folder, absolute; it need not exist
 * @param options.spareFolder where what cannot be written into `node_modules` goes
 * @throws FailureWithWaysOut when PostgreSQL cannot run on this machine
 */
export async function describeCluster(options: {
  readonly folder: string;
  readonly spareFolder: string;
  readonly port: number;
  readonly password: string;
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<PostgresCluster> {
  const rights = await findPostgresRights(findPostgresBinaries(options.spareFolder), options.folder);
  const { port, password, settings = developmentSettings } = options;
  return { rights, port, user: clusterUser, password, settings };
}

/** The address of one of the cluster's databases, `postgres://…`. */
export function databaseUrl(
  { user, password, port }: Pick<PostgresCluster, "user" | "password" | "port">,
  database: string,
): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/**
 * Makes the cluster's files when they are not there, and gives them to the right owner when they are.
 *
 * @throws FailureWithWaysOut when initdb fails; its words are in the message
 */
export async function prepareCluster(cluster: PostgresCluster): Promise<void> {
  const { folder, owner: fileOwner } = cluster.rights;
  if (!existsSync(join(folder, "PG_VERSION"))) await initialise(cluster);
  if (fileOwner && lstatSync(folder).uid !== fileOwner.uid) handOver(folder, fileOwner);
  removeForeignPidFile(folder);
}

/** The command that serves the cluster in the foreground. */
export function serveCommand(cluster: PostgresCluster): ProcessCommand {
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(cluster.port),
    unix_socket_directories: "",
    ...cluster.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const { rights } = cluster;
  return rights.dress(rights.binaries.postgres, ["-D", rights.folder, ...flags]);
}

/**
 * Answers true once the server takes connections and the database is there; makes the database (and
 * pg_stat_statements in it) on the way. False while the server is still starting.
 *
 * @throws FailureWithWaysOut when the password is not the cluster's own
 */
export async function databaseIsThere(cluster: PostgresCluster, database: string): Promise<boolean> {
  try {
    await withClient(databaseUrl(cluster, "postgres"), (client) => createMissing(client, database));
    await withClient(databaseUrl(cluster, database), async (client) => {
      if ("shared_preload_libraries" in cluster.settings) {
        await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
      }
    });
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "28P01") {
      throw new FailureWithWaysOut(
        "PostgreSQL's files were made with another password than secrets.json holds.",
        ["put the old secrets.json back", "npm start -- --reset (all data of this folder is lost)"],
      );
    }
    if (isStillStarting(error)) return false;
    throw error;
  }
}

/** Connects, does the work, and disconnects in any case. */
export async function withClient<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // A server that stops while a client is idle reports it as an event; the next query fails by itself.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function createMissing(client: Client, database: string): Promise<void> {
  const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
  if (found.rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
}

async function initialise(cluster: PostgresCluster): Promise<void> {
  const { rights } = cluster;
  // initdb works in a draft: a folder half made by a killed launcher must never look like a cluster.
  const draft = `${rights.folder}.draft`;
  const passwordFile = `${rights.folder}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(rights.folder), { recursive: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
  try {
    if (rights.owner)
      for (const path of [draft, passwordFile]) chownSync(path, rights.owner.uid, rights.owner.gid);
    await runInitdb(cluster, draft, passwordFile);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, rights.folder);
}

async function runInitdb(cluster: PostgresCluster, draft: string, passwordFile: string): Promise<void> {
  const { rights } = cluster;
  for (const program of [rights.binaries.initdb, rights.binaries.postgres]) makeExecutable(program);
  const flags = [`--pgdata=${draft}`, `--username=${cluster.user}`, `--pwfile=${passwordFile}`];
  const methods = ["--auth=scram-sha-256", "--encoding=UTF8"];
  const collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const words: string[] = [];
  // macOS and very small systems have no C.UTF-8 in their libc; PostgreSQL's built-in one sorts either way.
  for (const locale of ["C.UTF-8", "C"]) {
    const args = [...flags, ...methods, ...collation, `--locale=${locale}`, "--lc-messages=C"];
    const finished = await runToEnd(rights.dress(rights.binaries.initdb, args), 120);
    if (finished.code === 0) return;
    words.push(finished.output.trim());
  }
  throw new FailureWithWaysOut(`initdb could not make PostgreSQL's files:\n${words[0] ?? ""}`, [
    "npm start -- --data-dir DIR with a folder on an ordinary local disk",
  ]);
}

function makeExecutable(program: string): void {
  const { mode } = lstatSync(program);
  if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555);
}

function handOver(path: string, to: FileOwner): void {
  chownSync(path, to.uid, to.gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) handOver(inner, to);
    else if (!entry.isSymbolicLink()) chownSync(inner, to.uid, to.gid);
  }
}

/**
 * After a kill -9 (or a power cut) the pid file names a pid that somebody else may have by now; PostgreSQL would
 * refuse to start because of a stranger. A file that names nobody stays: PostgreSQL reads in it which shared memory
 * the backends of the dead server may still hold, and waits for them.
 */
function removeForeignPidFile(folder: string): void {
  const file = join(folder, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
  const holder = Number.isInteger(pid) ? identifyProcess(pid) : undefined;
  if (holder === undefined) return;
  if (holder.command.includes(` -D ${folder} `)) {
    throw new FailureWithWaysOut(`A PostgreSQL (pid ${pid}) already serves ${folder}.`, [`kill -INT ${pid}`]);
  }
  rmSync(file, { force: true });
}

function isStillStarting(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.code === "57P03";
  return error instanceof Error && ("code" in error || /terminated|timeout/i.test(error.message));
}
