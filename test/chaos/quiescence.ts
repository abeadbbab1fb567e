import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { createCityClock } from "../../processes/city-clock.ts";
import { type CityClock, readRestless } from "../../api/city-clock.ts";
import { moveClockTo, readClock, ringClock, whileNobodySends } from "../../db/queries/clock.ts";
import { readNextDue } from "../../db/queries/due-instants.ts";
import type { Database } from "../../db/database.ts";
import type { Client } from "@temporalio/client";
import type { DurableLines } from "./run/durable-lines.ts";

/** So long the world may take to come to rest, and again as long whenever less is open than ever before: an hour's run leaves hundreds of payments open. */
const REST_WITHIN_MS = 300_000;
const RESTLESS_MS = 4_000;
const SENDERS_END_WITHIN_MS = 5_000;
/** What is due within an hour is taken together: some hundred payments each have an instant of their own. */
const HOUR_MS = 3_600_000;
const TELL_EVERY_MS = 5_000;
const MOST_NAMED = 200;
/** The engine has looked for so long, some hundred days of the city: what is open now is the operators'. */
const PEOPLE_AFTER_MS = 20_000;

export type Quiescence = {
  readonly reached: boolean;
  readonly seconds: number;
  readonly left: readonly string[];
  /** Charges that two operators had to decide. */
  readonly decidedByHand: number;
};

/** Lets the clock walk from one thing that is to happen to the next until nothing is open, as `kvitok clock advance` does. */
export async function comeToRest(parts: {
  readonly db: Database;
  readonly temporal: Client;
  readonly followers: readonly string[];
  readonly lines: DurableLines;
  readonly say: (line: string) => void;
  /** Somebody wants the run to end now. */
  readonly interrupted: AbortSignal;
  /** Called while nothing but what only people can decide is left; answers how much they decided. */
  readonly decideByHand: () => Promise<number>;
  /** At most so long in all, however much still happens; no limit where left out. */
  readonly longestMs?: number | undefined;
}): Promise<Quiescence> {
  const { db, lines, say, longestMs = Number.POSITIVE_INFINITY } = parts;
  const startedAt = Date.now();
  const clock = createCityClock(parts.followers, parts.temporal);
  const seconds = () => Math.round((Date.now() - startedAt) / 1_000);
  let told = Date.now();
  let askedAt = startedAt;
  let decidedByHand = 0;
  let least = { open: Number.POSITIVE_INFINITY, at: startedAt };
  for (;;) {
    parts.interrupted.throwIfAborted();
    const left = await readOpen(db);
    if (left.length === 0) return { reached: true, seconds: seconds(), left, decidedByHand };
    if (left.length < least.open) least = { open: left.length, at: Date.now() };
    const isOver = Date.now() - least.at > REST_WITHIN_MS || Date.now() - startedAt > longestMs;
    if (isOver) return { reached: false, seconds: seconds(), left: left.slice(0, MOST_NAMED), decidedByHand };
    if (Date.now() - told > TELL_EVERY_MS) {
      told = Date.now();
      say(`not at rest: ${left.length} open, as ${left.slice(0, 3).join(", ")}`);
    }
    try {
      if (left.every(isUndecided) && Date.now() - Math.max(least.at, askedAt) > PEOPLE_AFTER_MS) {
        askedAt = Date.now();
        const decided = await parts.decideByHand();
        decidedByHand += decided;
        say(`${decided} charges are decided by two operators`);
      }
      await stepOn(db, clock);
      lines.write({ aheadMs: (await readClock(db)).aheadMs });
    } catch (error) {
      // a server that was struck last may still be coming back
      say(`the clock did not step: ${String(error)}`);
      await pause(500);
    }
  }
}

/** Waits a while until nothing is due or under way, then lets the clock jump behind the next thing that is to happen. */
async function stepOn(db: Database, clock: CityClock): Promise<void> {
  await cutLeases(db);
  const deadline = Date.now() + RESTLESS_MS;
  while ((await readRestless({ db, clock })).length > 0) {
    if (Date.now() > deadline) return ringClock(db);
    await pause(100);
  }
  const next = await readNextDue(db);
  if (next === null) return;
  await whileNobodySends(db, SENDERS_END_WITHIN_MS, async () => {
    const to = new Date(Date.parse(next.at) + HOUR_MS).toISOString();
    await moveClockTo(db, { to, movedBy: "chaos" });
    await clock.follow(await readClock(db));
    return true;
  });
}

/**
 * A mail whose fate nobody knows waits ten minutes of the machine's time before it is sent once more. Days pass in seconds here, and so does that wait; nobody else's lease is
 * touched.
 */
export async function cutLeases(db: Database): Promise<void> {
  await sql`update notifications set lease_until = clock_timestamp()
    where state = 'sending' and answer is not null and lease_until > clock_timestamp() + interval '90 seconds'`.execute(
    db,
  );
}

/** A charge of which nobody knows how it ended, or its payment. */
function isUndecided(what: string): boolean {
  return /^(?:charge |payment charging)/.test(what);
}

/** What has not ended yet, each as `kind: id`. */
async function readOpen(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'payment ' || state || ': ' || id as what from payments where state in ('scheduled', 'needs-payer', 'charging', 'returning')
    union all select 'charge ' || state || ': ' || id from charges where state not in ('charged', 'not-charged')
    union all select 'refund ' || state || ': ' || id from refunds where state in ('requested', 'sending', 'unknown', 'pending')
    union all select 'outbox: ' || kind || '/' || subject_id from outbox where done_at is null
    union all select 'message ' || state || ': ' || id from notifications where state in ('queued', 'sending')
    union all select 'news: ' || gateway || '/' || id from gateway_nudges where done_at is null
    union all select 'webhook: ' || endpoint_id || '/' || object_id from webhook_deliveries where state = 'queued'
    limit 20000`.execute(db);
  return rows.map(({ what }) => what);
}
