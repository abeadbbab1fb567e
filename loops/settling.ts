import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { type QueuedNotification, settleNotifications } from "../db/queries/notifications.ts";
import { settlePush } from "../db/queries/push-devices.ts";
import type { Sent } from "./sending.ts";

type ChannelName = QueuedNotification["channel"];

type Answer = readonly [ChannelName, Sent];

/** A message that has left and is not written down yet. */
export type UnderWay = { readonly channel: ChannelName; readonly ended: Promise<Sent> };

/**
 * So many messages of a channel are under way at most. A relay takes one after the other, and what waits for it must not wait longer than its lease; behind push stand servers of strangers, of which
 * any may never answer: they leave room for others.
 */
const MOST_UNDER_WAY: Readonly<Record<ChannelName, number>> = { email: 40, push: 200, sms: 20 };

/** An answer that is not written down is a message that is sent twice: a database that is away for some seconds is waited for. What comes after the lease names its try, and takes the message from nobody. */
const MOST_TRIES = 9;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_200;
/** So long the answers that come next wait for those before them, to go in one call. */
const FIRST_TRY_MS = 500;

/** Writes answers down as they come: whatever has come while the last were written goes in one call. */
export type Settling = {
  readonly watch: (sendings: readonly UnderWay[]) => void;
  /** Resolves when every channel has room for more; rejects with the error of a writing that failed. */
  readonly untilRoom: () => Promise<void>;
  /** Resolves when all is written down; rejects like {@link Settling.untilRoom}. */
  readonly untilIdle: () => Promise<void>;
};

export function startSettling(db: Database): Settling {
  let answered: Answer[] = [];
  const open: Record<ChannelName, number> = { email: 0, push: 0, sms: 0 };
  const channels = Object.keys(MOST_UNDER_WAY) as ChannelName[];
  let isWriting = false;
  let failure: { readonly error: unknown } | undefined;
  let heard: () => void = () => undefined;

  const insist = async (these: readonly Answer[], tries: number): Promise<void> => {
    const error = await settle(db, these);
    if (error === undefined || tries === MOST_TRIES) {
      if (error !== undefined) failure = { error };
      for (const [channel] of these) open[channel] -= 1;
      heard();
      return;
    }
    // nobody waits for these meanwhile, and what keeps one of them from being written keeps no other
    void delay(pauseAfter(tries)).then(() =>
      Promise.all(halvesOf(these).map((half) => insist(half, tries + 1))),
    );
  };
  const write = async (): Promise<void> => {
    isWriting = true;
    while (answered.length > 0) {
      const these = answered;
      answered = [];
      // whoever holds a row of theirs may hold it for long: the others go on meanwhile
      await Promise.race([insist(these, 1), delay(FIRST_TRY_MS, undefined, { ref: false })]);
    }
    isWriting = false;
  };
  const until = async (isSo: () => boolean): Promise<void> => {
    while (failure === undefined && !isSo())
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    if (failure === undefined) return;
    const { error } = failure;
    failure = undefined;
    throw error;
  };
  return {
    watch(sendings) {
      for (const { channel, ended } of sendings) {
        open[channel] += 1;
        void ended.then((sent) => {
          answered.push([channel, sent]);
          if (!isWriting) void write();
        });
      }
    },
    untilRoom: () => until(() => channels.every((name) => open[name] < MOST_UNDER_WAY[name])),
    untilIdle: () => until(() => channels.every((name) => open[name] === 0)),
  };
}

/** Answers what kept these from being written down, all of them; undefined: they are. Devices first: killed in between, a repetition goes only to those that have not taken it. */
async function settle(db: Database, these: readonly Answer[]): Promise<unknown> {
  try {
    await settlePush(
      db,
      these.flatMap(([, { devices }]) => devices),
    );
    await settleNotifications(
      db,
      these.map(([, { delivery }]) => delivery),
    );
    return undefined;
  } catch (error) {
    return error ?? new Error("answers were not written down");
  }
}

function halvesOf(these: readonly Answer[]): readonly (readonly Answer[])[] {
  const middle = Math.ceil(these.length / 2);
  return these.length === 1 ? [these] : [these.slice(0, middle), these.slice(middle)];
}

function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
}
