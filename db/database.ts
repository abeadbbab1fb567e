import { Kysely, PostgresDialect } from "kysely";
import { Pool, types as builtIn } from "pg";
import type { DB } from "./generated/database.ts";

/** The typed handle on Kvitok's database. */
export type Database = Kysely<DB>;

/** A database and the pool under it; `close` ends every connection. */
export type OpenDatabase = {
  readonly db: Database;
  readonly pool: Pool;
  readonly close: () => Promise<void>;
};

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const DATE = 1082;

// Amounts fit a safe integer (checked), instants and civil dates stay strings: nothing is rounded or shifted on the way.
const types = {
  getTypeParser(oid: number): (text: string) => unknown {
    if (oid === INT8) return parseSafeInteger;
    if (oid === TIMESTAMPTZ) return (text: string) => new Date(text).toISOString();
    if (oid === DATE) return (text: string) => text;
    const read: (oid: number, format: "text") => unknown = builtIn.getTypeParser;
    return read(oid, "text") as (text: string) => unknown;
  },
};

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`integer out of range from the database: ${text}`);
  return value;
}

/**
 * Opens the database. Connections that die (a restart of PostgreSQL) are reported to `onError` and replaced; a pool
 * without that listener would end the process.
 */
export function openDatabase(options: {
  readonly url: string;
  readonly applicationName: string;
  readonly maxConnections?: number;
  readonly onError?: (error: Error) => void;
}): OpenDatabase {
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections ?? 10,
    types,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  // Idle connections report to the pool, those at work to nobody: each one gets a listener of its own, before anything is asked of it.
  pool.on("connect", (client) => client.on("error", (error) => options.onError?.(error)));
  pool.on("error", () => undefined);
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}
