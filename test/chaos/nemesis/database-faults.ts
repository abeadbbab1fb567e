import { readFileSync } from "node:fs";
import { Client } from "pg";
import type { ChaosWorld } from "../world/world.ts";
import { type Fault, wait } from "./nemesis.ts";

const LOCKED_TABLES = ["payments", "bills", "mandates", "methods"] as const;
const LOCKED_ROWS = 15;
const LONGEST_LOCK_MS = 3_500;

/** F17: connections of the engine are ended by the server. */
export const endConnections: Fault = {
  name: "terminate backends",
  weight: 4,
  async strike({ world, log, chance }) {
    const most = 1 + chance.below(12);
    const note = { code: "F17", kind: "pg_terminate_backend", target: "postgres", detail: { most } };
    const id = log.begin(note);
    await onDatabase(world, async (client) => {
      await client.query(
        `select pg_terminate_backend(pid) from (select pid from pg_stat_activity
           where application_name like 'kvitok-%' order by random() limit $1) x`,
        [most],
      );
    });
    log.end(id, note);
  },
};

/** F17: somebody holds rows that the engine wants, and then lets go. */
export const holdRows: Fault = {
  name: "row locks",
  weight: 5,
  async strike({ world, log, chance, signal }) {
    const table = chance.pick(LOCKED_TABLES);
    const lastsMs = 200 + chance.below(LONGEST_LOCK_MS);
    const note = { code: "F17", kind: "row locks", target: table, detail: { lastsMs } };
    const id = log.begin(note);
    await onDatabase(world, async (client) => {
      await client.query("begin");
      await client.query(
        `select 1 from ${table} order by random() limit ${LOCKED_ROWS} for update skip locked`,
      );
      await wait(lastsMs, signal);
      await client.query("rollback");
    });
    log.end(id, note);
  },
};

/** F17: two of a hundred writes fail as if another transaction had been first (test/chaos/nemesis/serialization-failures.sql), until {@link stopFailing}. */
export async function startFailing(world: ChaosWorld): Promise<void> {
  const text = readFileSync(new URL("serialization-failures.sql", import.meta.url), "utf8");
  await onDatabase(world, async (client) => {
    await client.query(text);
  });
}

export async function stopFailing(world: ChaosWorld): Promise<number> {
  let fired = 0;
  await mustReach(world, async (client) => {
    const { rows } = await client.query<{ fired: string }>(
      "select last_value::text as fired from chaos_failures where is_called",
    );
    fired = Number(rows[0]?.fired ?? 0);
    await client.query("update chaos_failing set is_on = false");
  });
  return fired;
}

/** A database that is down now cannot be struck: then nothing happens. */
async function onDatabase(world: ChaosWorld, work: (client: Client) => Promise<void>): Promise<void> {
  try {
    await mustReach(world, work);
  } catch (error) {
    if (!world.playersOf("postgres").every(({ isUp }) => isUp) || isLost(error)) return;
    throw error;
  }
}

function isLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    /terminat|ECONN|closed|starting up|shutting down|recovery|timeout/i.test(error.message)
  );
}

async function mustReach(world: ChaosWorld, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({
    connectionString: world.databaseUrl,
    application_name: "chaos-nemesis",
    connectionTimeoutMillis: 3_000,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
