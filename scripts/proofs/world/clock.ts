import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { moveClock } from "../../../db/queries/operator.ts";
import type { World } from "./world.ts";

const SENDERS_END_WITHIN_MS = 90_000;

/**
 * Moves the city's clock and the bank's together. A request that passed the gate before the jump and arrives after it would find that days have gone by on
 * its way: in life the sender's five seconds exclude that. So nobody passes the gate meanwhile (the lock that a hold on everything takes), and the last
 * transmission has ended.
 */
export async function jump({ db, bank }: Pick<World, "db" | "bank">, seconds: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('hold/all/', 0))`.execute(transaction);
    await untilNobodySends(db);
    await moveClock(db, { advanceSeconds: Math.ceil(seconds), scale: null, movedBy: "proof" });
    await bank.aheadBy(await aheadMs(db));
  });
}

async function untilNobodySends(db: World["db"]): Promise<void> {
  const deadline = Date.now() + SENDERS_END_WITHIN_MS;
  for (;;) {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from charges where state = 'sending'`.execute(db);
    const sending = rows[0]?.n ?? 0;
    if (sending === 0) return;
    if (Date.now() > deadline) throw new Error(`${sending} charges are still being sent`);
    await pause(50);
  }
}

async function aheadMs(db: World["db"]): Promise<number> {
  const { rows } = await sql<{ ahead: number }>`
    select round(extract(epoch from business_now() - clock_timestamp()) * 1000)::float8 as ahead`.execute(db);
  return rows[0]?.ahead ?? 0;
}
