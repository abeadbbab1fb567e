import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";
import { until } from "../../support/until.ts";

/** How often each race is run: a few dozen times in `npm test`, hundreds or thousands for a proof. */
export const ROUNDS = Number(process.env["KVITOK_RACE_ROUNDS"] ?? 30);

/** The same race again: print the seed of a failure and set it. */
export const SEED = Number(process.env["KVITOK_RACE_SEED"] ?? Date.now() % 1_000_000);

/** Random numbers from 0 to 1 that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Starts everything at nearly the same time, each on a connection of its own, shifted against each other by up to a few milliseconds. */
export async function atOnce<Results extends readonly unknown[]>(
  db: Database,
  random: () => number,
  works: { readonly [Index in keyof Results]: () => Promise<Results[Index]> },
): Promise<Results> {
  const results = await Promise.all(
    works.map(async (work) => {
      await sql`select pg_sleep(${random() * 0.003}::double precision)`.execute(db);
      return work();
    }),
  );
  return results as unknown as Results;
}

/** Runs a race many times; a failure names the seed and the round. */
export async function race(name: string, round: (random: () => number) => Promise<void>): Promise<void> {
  for (let number = 0; number < ROUNDS; number += 1) {
    try {
      await round(randomFrom(SEED * 7_919 + number));
    } catch (cause) {
      throw new Error(`${name}: round ${number}, KVITOK_RACE_SEED=${SEED}`, { cause });
    }
  }
}

/**
 * Lets `first` do its work and hold its locks, starts `second`, sees it wait for them, and only then commits `first`: the order of the
 * two commits is certain.
 */
export async function inOrder<First, Second>(
  db: Database,
  first: (transaction: Database) => Promise<First>,
  second: () => Promise<Second>,
): Promise<{ readonly first: First; readonly second: Second }> {
  const transaction = await db.startTransaction().execute();
  let waiting: Promise<Second> | undefined;
  try {
    const answer = await first(transaction);
    waiting = second();
    // a refusal is looked at where it is awaited
    waiting.catch(() => undefined);
    await until(async () => {
      const { rows } = await sql<{ waiting: number }>`select count(*) as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
      return (rows[0]?.waiting ?? 0) > 0;
    });
    await transaction.commit().execute();
    return { first: answer, second: await waiting };
  } catch (error) {
    if (!transaction.isCommitted) await transaction.rollback().execute();
    await waiting?.catch(() => undefined);
    throw error;
  }
}
