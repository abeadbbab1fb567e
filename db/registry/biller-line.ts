import { setTimeout as pause } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";

/** Who died while PostgreSQL was at work for them stays in the line until that work is done. */
const PATIENCE_MS = 5_000;
const ASK_AGAIN_MS = 100;

/**
 * One import of a biller at a time: does `work` while this connection holds the biller's line. A process that dies leaves the line with its connection.
 *
 * @returns what the work answers, or `busy` when somebody else imports for this biller
 */
export async function inBillerLine<Result>(
  pool: Pool,
  billerId: string,
  work: (client: PoolClient) => Promise<Result>,
  patienceMs: number = PATIENCE_MS,
): Promise<Result | "busy"> {
  const client = await pool.connect();
  let left = false;
  try {
    const result = (await enter(client, billerId, patienceMs)) ? await work(client) : "busy";
    await client.query("select pg_advisory_unlock(hashtextextended('registry-import/' || $1, 0))", [
      billerId,
    ]);
    left = true;
    return result;
  } finally {
    // A connection that failed in the middle is closed: with it goes its place in the line.
    client.release(!left);
  }
}

async function enter(client: PoolClient, billerId: string, patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ entered: boolean }>(
      "select pg_try_advisory_lock(hashtextextended('registry-import/' || $1, 0)) as entered",
      [billerId],
    );
    if (rows[0]?.entered === true) return true;
    if (performance.now() > until) return false;
    await pause(ASK_AGAIN_MS);
  }
}
