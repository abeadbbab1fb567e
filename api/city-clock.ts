import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import {
  type ClockNews,
  type ClockReading,
  moveClockTo,
  readClock,
  readClockNews,
  ringClock,
  whileNobodySends,
} from "../db/queries/clock.ts";
import {
  type DueInstant,
  readDueNow,
  readJustRung,
  readNextDue,
  readUnderWay,
} from "../db/queries/due-instants.ts";

/** What the sandbox's clock needs beside the rows; nobody has it in live mode. */
export type CityClock = {
  /** Sets the clocks of the city's other servers. Rejects when one of them does not take it. */
  readonly follow: (reading: ClockReading) => Promise<void>;
  /** Which of these workflows (`payment/…`) have something to do right now. */
  readonly atWork: (workflowIds: readonly string[]) => Promise<readonly string[]>;
};

/** How one step of the clock ended. */
export type ClockStep = {
  readonly businessNow: string;
  /** The instant that was asked for has come, and nothing is due. */
  readonly arrived: boolean;
  /** Why the clock did not go on: what is due or under way, the oldest first. */
  readonly waitingFor: readonly DueInstant[];
  readonly news: ClockNews;
};

/** A step waits so long for the city to come to rest before it says what it waits for. */
const REST_WITHIN_MS = 3_000;
const SENDERS_END_WITHIN_MS = 5_000;
const LOOK_AGAIN_MS = 30;
const RING_AGAIN_MS = 400;
const MOST_TOLD = 20;

type Parts = { readonly db: Database; readonly clock: CityClock | undefined };

/**
 * Goes on to the next instant at which something is to happen, at most to `until`, once nothing is due any more at this one. Nothing is half done whenever this
 * ends: the same step again goes on from where the clock stands.
 */
export async function stepClock(
  parts: Parts,
  order: { readonly until: string; readonly since: string | undefined; readonly movedBy: string },
): Promise<ClockStep> {
  const { db } = parts;
  const { until, movedBy } = order;
  const waitingFor = await untilAtRest(parts);
  const before = (await readClock(db)).businessNow;
  const news = await readClockNews(db, order.since ?? before);
  if (waitingFor.length > 0) return { businessNow: before, arrived: false, waitingFor, news };
  if (Date.parse(before) >= Date.parse(until)) {
    // whoever moved last may have died before the city was told
    await parts.clock?.follow(await readClock(db));
    return { businessNow: before, arrived: true, waitingFor, news };
  }
  const next = await readNextDue(db);
  const to = next !== null && Date.parse(next.at) < Date.parse(until) ? next.at : until;
  const moved = await whileNobodySends(db, SENDERS_END_WITHIN_MS, async () => {
    // the bank comes after us: one that is ahead forgets a key by which we would still send again
    await moveClockTo(db, { to, movedBy });
    await parts.clock?.follow(await readClock(db));
    return true;
  });
  const { businessNow } = await readClock(db);
  const still = moved === undefined ? await readUnderWay(db, MOST_TOLD) : [];
  return { businessNow, arrived: false, waitingFor: still, news };
}

/** Waits a while until nothing is due or under way; answers what still is. Rings for it meanwhile. */
async function untilAtRest(parts: Parts): Promise<readonly DueInstant[]> {
  const deadline = Date.now() + REST_WITHIN_MS;
  let rungAt = 0;
  for (;;) {
    const restless = await readRestless(parts);
    if (restless.length === 0 || Date.now() > deadline) return restless;
    if (Date.now() - rungAt > RING_AGAIN_MS) {
      await ringClock(parts.db);
      rungAt = Date.now();
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** What is due by the business clock or under way by the real one. */
export async function readRestless({ db, clock }: Parts): Promise<readonly DueInstant[]> {
  const due = await readDueNow(db, MOST_TOLD);
  if (due.length > 0) return due.map(({ kind, id, at }) => ({ kind, id, at }));
  const underWay = await readUnderWay(db, MOST_TOLD);
  if (underWay.length > 0 || clock === undefined) return underWay;
  // their rows are quiet: a workflow that was just rung may not have read them yet
  const atWork = await clock.atWork(await readJustRung(db));
  if (atWork.length === 0) return [];
  const { businessNow } = await readClock(db);
  return atWork.slice(0, MOST_TOLD).map((id) => ({ kind: "workflow", id, at: businessNow }));
}
