import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { whileLocked } from "../../processes/dev/exclusive-file.ts";
import {
  databaseIsThere,
  describeCluster,
  developmentSettings,
  type PostgresCluster,
  prepareCluster,
  serveCommand,
} from "../../processes/dev/postgres.ts";
import { findPostgresBinaries } from "../../processes/dev/postgres-binaries.ts";
import { repositoryFolder } from "../../processes/dev/process-command.ts";
import { freePort } from "./free-port.ts";
import type { Supply } from "./server-broker.ts";

const cacheFolder = join(repositoryFolder, ".cache");

/** Nothing of a test run outlives a power cut, so durability is given up for speed. */
const testSettings = {
  ...developmentSettings,
  max_connections: "300",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  // nobody asks here which statements cost how much: a proof makes millions of them inside of functions
  shared_preload_libraries: "",
  compute_query_id: "off",
  // who waited for whom stands in the log of a run that met a deadlock
  log_lock_waits: "on",
};

/** Starts the PostgreSQL of a test run; answers port, user and password. */
export const supplyPostgres: Supply = async (run) => {
  const { folder, password } = await freshFiles(run.folder);
  const port = await freePort();
  const options = { folder, spareFolder: run.folder, port, password, settings: testSettings };
  const cluster = await describeCluster(options);
  await run.serve({
    name: "postgres",
    kind: "service",
    needs: [],
    stopSignal: "SIGINT",
    command: async () => {
      await prepareCluster(cluster);
      return serveCommand(cluster);
    },
    isReady: () => databaseIsThere(cluster, "postgres"),
  });
  return { port, user: cluster.user, password };
};

/** Copies a cluster that initdb made once: copying takes a tenth of the time. */
async function freshFiles(runFolder: string): Promise<{ folder: string; password: string }> {
  const template = join(cacheFolder, `postgres-${findPostgresBinaries(cacheFolder).version}`);
  await makeTemplateOnce(template);
  const folder = join(runFolder, "postgres");
  cpSync(join(template, "cluster"), folder, { recursive: true });
  return { folder, password: readFileSync(join(template, "password"), "utf8") };
}

async function makeTemplateOnce(template: string): Promise<void> {
  mkdirSync(cacheFolder, { recursive: true });
  if (existsSync(template)) return;
  await whileLocked(`${template}.lock`, async () => {
    if (!existsSync(template)) await makeTemplate(template);
  });
}

async function makeTemplate(template: string): Promise<void> {
  const draft = `${template}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const password = randomBytes(24).toString("base64url");
  const cluster: PostgresCluster = await describeCluster({
    folder: join(draft, "cluster"),
    spareFolder: cacheFolder,
    port: 0,
    password,
  });
  await prepareCluster(cluster);
  if (cluster.rights.folder !== join(draft, "cluster")) {
    cpSync(cluster.rights.folder, join(draft, "cluster"), { recursive: true });
    rmSync(cluster.rights.folder, { recursive: true, force: true });
  }
  writeFileSync(join(draft, "password"), password, { mode: 0o600 });
  renameSync(draft, template);
}
