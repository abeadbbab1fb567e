import { sql } from "kysely";
import type { Database } from "../database.ts";

const BILLS_AT_ONCE = 200;

/** Bills that came at the very moment when somebody began to follow them are planned for them, as soon as it is certain that none is missed. */
export async function settleFollowUps(db: Database): Promise<void> {
  await sql`select settle_follow_ups()`.execute(db);
}

/** Discounts that have ended: what was announced is announced anew. Until then the gate sends no sum of yesterday. */
export async function endDiscounts(db: Database): Promise<void> {
  for (let ended = BILLS_AT_ONCE; ended === BILLS_AT_ONCE; ) {
    const { rows } = await sql<{ n: number }>`select end_discounts(${BILLS_AT_ONCE}) as n`.execute(db);
    ended = rows[0]?.n ?? 0;
  }
}

/** What was said of paid bills before their sources could have seen our payment is judged when they must have (payment rules §4.3, B8). */
export async function judgeKeptWords(db: Database): Promise<void> {
  for (let judged = true; judged; ) {
    const { rows } = await sql<{ judged: boolean }>`select judge_one_kept_word() as judged`.execute(db);
    judged = rows[0]?.judged ?? false;
  }
}

/** Makes one row of two that bear one name (payment rules §4.5): of one bill, or of all that wait. One pair in a transaction. */
export async function mergeTwins(db: Database, billId: string | null = null): Promise<void> {
  const { rows } = await sql<{ one: string; other: string }>`
    select one, other from twins_to_merge(${billId}, ${BILLS_AT_ONCE})`.execute(db);
  for (const { one, other } of rows) await sql`select merge_twins(${one}, ${other})`.execute(db);
}
