import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** The sandbox city's clock: what it shows, at which pace it goes, and how far it is ahead of the machine's. */
export type ClockReading = {
  readonly businessNow: string;
  readonly scale: number;
  readonly aheadMs: number;
};

/** What has happened in the city since an instant, in numbers. */
export type ClockNews = {
  readonly bills: number;
  readonly notices: number;
  readonly debits: number;
  readonly refusals: number;
  readonly messages: number;
};

const LOOK_AGAIN_MS = 25;

/** The civil day on the calendar of most payees, by the engine's own clock. */
export async function readToday(db: Database): Promise<string> {
  const { rows } = await sql<{ today: string }>`
    select (business_now() at time zone 'Europe/Moscow')::date as today`.execute(db);
  return rows[0]?.today ?? "";
}

/** Reads the sandbox city's clock; the table does not exist in a live database. */
export async function readClock(db: Database): Promise<ClockReading> {
  const { rows } = await sql<ClockReading>`
    select business_now() as "businessNow", scale,
      round(extract(epoch from business_now() - clock_timestamp()) * 1000)::float8 as "aheadMs" from sandbox_clock`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error("the sandbox clock has no row");
  return row;
}

/**
 * Does a piece of work while nobody may send money and nobody is sending: a request that passed the gate before the clock jumps and arrives after it would find
 * that days have gone by on its way, and a gateway that has forgotten its key. The gate waits at the lock that a hold on everything takes.
 *
 * @returns undefined, and nothing was done, when somebody was still sending after `withinMs`
 */
export async function whileNobodySends<Result>(
  db: Database,
  withinMs: number,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('hold/all/', 0))`.execute(transaction);
    const deadline = Date.now() + withinMs;
    while (await isSomebodySending(db)) {
      if (Date.now() > deadline) return undefined;
      await pause(LOOK_AGAIN_MS);
    }
    return work();
  });
}

async function isSomebodySending(db: Database): Promise<boolean> {
  const { rows } = await sql<{ sending: boolean }>`
    select exists (select 1 from charges where state = 'sending') or exists (select 1 from refunds where state = 'sending') as sending`.execute(
    db,
  );
  return rows[0]?.sending ?? false;
}

/** Lets the clock jump to an instant, never backwards, and wakes everybody who sleeps. */
export async function moveClockTo(
  db: Database,
  { to, movedBy }: { readonly to: string; readonly movedBy: string },
): Promise<void> {
  await sql`
    with moved as (
      update sandbox_clock set business_anchor = greatest(${to}::timestamptz, business_now()), real_anchor = clock_timestamp() returning business_anchor),
    kept as (insert into audit (actor, action, subject, detail)
      select ${movedBy}, 'clock.move', 'clock', jsonb_build_object('businessNow', business_anchor) from moved)
    select ring('clock') from moved`.execute(db);
}

/** Wakes everybody for whom the hour has struck, once more. */
export async function ringClock(db: Database): Promise<void> {
  await sql`select ring('clock')`.execute(db);
}

/** Counts what has happened after an instant of the business clock. */
export async function readClockNews(db: Database, since: string): Promise<ClockNews> {
  const { rows } = await sql<ClockNews>`
    select (select count(*) from bills where received_at > x.since)::int as bills,
      (select count(*) from notices where accepted_at > x.since)::int as notices,
      (select count(*) from charges where decided_at > x.since and state = 'charged')::int as debits,
      (select count(*) from charges where decided_at > x.since and state = 'not-charged')::int as refusals,
      (select count(*) from notifications where sent_at > x.since and state = 'accepted')::int as messages
    from (values (${since}::timestamptz)) x(since)`.execute(db);
  return rows[0] ?? { bills: 0, notices: 0, debits: 0, refusals: 0, messages: 0 };
}
