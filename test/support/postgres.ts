import { createHash, randomBytes } from "node:crypto";
import { type Client, escapeIdentifier } from "pg";
import { inject } from "vitest";
import { z } from "zod";
import { databaseUrl, withClient } from "../../processes/dev/postgres.ts";
import { askBroker } from "./server-broker.ts";

const serverShape = z.object({ port: z.number(), user: z.string(), password: z.string() });

/** The one PostgreSQL of this test run. */
export interface TestDatabaseServer {
  /** The address of one of its databases; the user may do everything. */
  readonly url: (database: string) => string;
}

/** A database of a test's own. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Removes it, also when connections are still open. */
  readonly drop: () => Promise<void>;
}

/** Starts the run's PostgreSQL at the first call of the whole run; later calls get the same one. */
export async function testDatabaseServer(): Promise<TestDatabaseServer> {
  const server = serverShape.parse(await askBroker(inject("testServers"), "postgres"));
  return { url: (database) => databaseUrl(server, database) };
}

/**
 * Makes a database that others are copied from, once a run: the first caller prepares it (migrates it, say), callers
 * from other test files wait for that.
 *
 * @param name its name; callers with the same name must prepare the same
 * @param prepare gets the address of the empty database; must close its connections
 */
export async function prepareTemplate(name: string, prepare: (url: string) => Promise<void>): Promise<void> {
  const server = await testDatabaseServer();
  await withClient(server.url("postgres"), async (client) => {
    await client.query("SELECT pg_advisory_lock($1)", [lockKey(name)]);
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount === 1) return;
    const draft = `${name}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(draft)} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${escapeIdentifier(draft)}`);
    await prepare(server.url(draft));
    await endConnections(client, draft);
    await client.query(`ALTER DATABASE ${escapeIdentifier(draft)} RENAME TO ${escapeIdentifier(name)}`);
  });
}

/**
 * Makes a database as a copy of a template (see {@link prepareTemplate}).
 *
 * @param template the template's name; an empty database when not said
 */
export async function createDatabaseFromTemplate(template = "template1"): Promise<TestDatabase> {
  const server = await testDatabaseServer();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await withClient(server.url("postgres"), (client) =>
    client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`),
  );
  return {
    name,
    url: server.url(name),
    drop: () =>
      withClient(server.url("postgres"), async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
      }),
  };
}

/** A closed connection lives on in the server for a moment, and a database in use cannot be renamed or copied. */
async function endConnections(client: Client, database: string): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
      [database],
    );
    if (rowCount === 0) return;
  }
}

function lockKey(name: string): string {
  return createHash("sha256").update(name).digest().readBigInt64BE().toString();
}
