import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { type QueuedNotification, settleNotifications } from "../db/queries/notifications.ts";
import { settlePush } from "../db/queries/push-devices.ts";
import type { Sent } from "./sending.ts";

type ChannelName = QueuedNotification["channel"];

/** A message that has left and is not written down yet. */
export type UnderWay = { readonly channel: ChannelName; readonly ended: Promise<Sent> };

/**
 * So many messages of a channel are under way at most. A relay takes one after the other, and what waits for it must not wait longer than its lease; behind push stand servers of strangers, of which
 * any may never answer: they leave room for others.
 */
const MOST_UNDER_WAY: Readonly<Record<ChannelName, number>> = { email: 40, push: 200, sms: 20 };

/** An answer that is not written down is a message that is sent twice: a database that is away for some seconds is waited for, well within the lease. */
const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 100;

/** Writes answers down as they come: whatever has come while the last were written goes in one call. */
export type Settling = {
  readonly watch: (sendings: readonly UnderWay[]) => void;
  /** Resolves when every channel has room for more; rejects with the error of a writing that failed. */
  readonly untilRoom: () => Promise<void>;
  /** Resolves when all is written down; rejects like {@link Settling.untilRoom}. */
  readonly untilIdle: () => Promise<void>;
};

export function startSettling(db: Database): Settling {
  let answered: (readonly [ChannelName, Sent])[] = [];
  const open: Record<ChannelName, number> = { email: 0, push: 0, sms: 0 };
  const channels = Object.keys(MOST_UNDER_WAY) as ChannelName[];
  let isWriting = false;
  let failure: { readonly error: unknown } | undefined;
  let heard: () => void = () => undefined;

  const write = async (): Promise<void> => {
    isWriting = true;
    while (answered.length > 0) {
      const these = answered;
      answered = [];
      const sent = these.map(([, one]) => one);
      await insist(() => settle(db, sent)).catch((error: unknown) => {
        failure = { error };
      });
      for (const [channel] of these) open[channel] -= 1;
      heard();
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

/** Devices first: killed in between, a repetition goes only to those that have not taken it. */
async function settle(db: Database, these: readonly Sent[]): Promise<void> {
  await settlePush(
    db,
    these.flatMap(({ devices }) => devices),
  );
  await settleNotifications(
    db,
    these.map(({ delivery }) => delivery),
  );
}

async function insist(write: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await delay(FIRST_PAUSE_MS * 2 ** tries);
    }
  }
}
