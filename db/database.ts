import { Kysely, PostgresDialect } from "kysely";
import { Pool, type PoolClient, types as builtIn } from "pg";
import type { DB } from "./generated/database.ts";
import { actingPerson } from "./rights/acting.ts";
import { ENGINE_ROLE, PERSON_ROLE } from "./rights/roles.ts";

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

/** With whose rights a pool works: the API's are a person's (their rows and no others, `actingFor`) or the engine's; without a word those of the login. */
export type Rights = "person" | "engine";

const STARTUP: Readonly<Record<Rights, string>> = {
  // a person's commands stand in schema person and are found first
  person: `-c role=${PERSON_ROLE} -c search_path=person,public`,
  engine: `-c role=${ENGINE_ROLE}`,
};

/**
 * Opens the database. Connections that die (a restart of PostgreSQL) are reported to `onError` and replaced; a pool
 * without that listener would end the process.
 */
export function openDatabase(options: {
  readonly url: string;
  readonly applicationName: string;
  readonly maxConnections?: number;
  /** How long a statement may take; 30 s where left out, 0 for work over whole tables. */
  readonly statementTimeoutMs?: number;
  readonly rights?: Rights;
  readonly onError?: (error: Error) => void;
}): OpenDatabase {
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections ?? 10,
    types,
    ...(options.rights === undefined ? {} : { options: STARTUP[options.rights] }),
    connectionTimeoutMillis: 5_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  // Idle connections report to the pool, those at work to nobody: each one gets a listener of its own, before anything is asked of it.
  pool.on("connect", (client) => client.on("error", (error) => options.onError?.(error)));
  pool.on("error", () => undefined);
  const source = options.rights === "person" ? telling(pool) : pool;
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: source }) });
  const close = async () => {
    await db.destroy();
    // Kysely ends the pool only where something was asked of it.
    if (!pool.ended && !pool.ending) await pool.end();
  };
  return { db, pool, close };
}

/**
 * A pool whose connections know for whom they work: told whenever one is taken and before anything is asked of it, so that nothing is left of whoever had it before, whatever became of their
 * work. Outside of a request they work for nobody. A connection that cannot be told, or that has other rights, is thrown away.
 */
function telling(pool: Pool) {
  const told = new WeakMap<PoolClient, string>();
  const connect = async (): Promise<PoolClient> => {
    const client = await pool.connect();
    const principal = actingPerson() ?? "";
    if (told.get(client) === principal) return client;
    try {
      // for the session, outside of any transaction: no rollback takes it back
      const { rows } = await client.query<{ role: string }>(
        "select current_user::text as role, set_config('kvitok.principal', $1, false)",
        [principal],
      );
      // an address of the database that names options of its own would win over ours
      if (rows[0]?.role !== PERSON_ROLE)
        throw new Error(`this connection has not the rights of ${PERSON_ROLE}`);
    } catch (cause) {
      client.release(true);
      throw cause;
    }
    told.set(client, principal);
    return client;
  };
  return { connect, end: () => pool.end() };
}
