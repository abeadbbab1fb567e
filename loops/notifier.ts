import { setTimeout as pause } from "node:timers/promises";
import type { Channel } from "../adapters/channels/port.ts";
import type { Database } from "../db/database.ts";
import {
  leaseNotifications,
  type QueuedNotification,
  settleNotifications,
} from "../db/queries/notifications.ts";
import { settlePush, type Unopened } from "../db/queries/push-devices.ts";
import type { Sealer } from "../db/sealed.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import { findAddresses } from "./message-addresses.ts";
import { type SignedPaths, signLinks, writeMessage } from "./message-writing.ts";
import { type Sent, sendEverywhere } from "./sending.ts";
import { makeUnsubscribes, type UnsubscribePaths } from "./unsubscribe-links.ts";

/** A quarter of a second nobody notices; at city rates it makes one batch of many. */
const GATHER_MS = 250;
const BATCH = 20;
/** So many batches follow one another without a break, the next one taken while the last messages of one are under way. */
const BATCHES_IN_A_ROW = 25;
/** Answers that come so close to one another are written down in one go; what is not yet written is in doubt when the process dies. */
const TOGETHER_MS = 10;
/** First pause after "not now", doubled each time, in business seconds. */
const AGAIN_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3_600;

type NotifierParts = {
  readonly db: Database;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly publicUrl: string;
  /** Signs the links that work without a sign-in, and what browsers answer with. */
  readonly linkKey: Uint8Array;
  /** Opens browsers' addresses and phone numbers; without it nobody is reached there. */
  readonly sealer?: Pick<Sealer, "open"> | undefined;
  readonly log: LoopLog;
  readonly gatherMs?: number | undefined;
};

/**
 * Sends queued messages: leased in batches, sent side by side, settled as soon as they are answered, so that a process that dies leaves few in doubt. Those are sent once more under the same
 * Message-ID and counted as possibly double (payment rules §13).
 */
export function startNotifier(parts: NotifierParts): Loop {
  return startLoop({
    name: "notifier",
    everyMs: 1_000,
    gatherMs: parts.gatherMs ?? GATHER_MS,
    log: parts.log,
    work: () => sendBatches(parts),
  });
}

/** True: there may be more. Settles whatever happens to a later batch. */
async function sendBatches(parts: NotifierParts): Promise<boolean> {
  const settling = startSettling(parts.db);
  let isFull = true;
  try {
    for (let batches = 0; isFull && batches < BATCHES_IN_A_ROW; batches += 1) {
      const batch = await leaseNotifications(parts.db, BATCH);
      isFull = batch.length === BATCH;
      if (batch.length > 0) settling.watch(await startSending(parts, batch));
      await settling.untilFewerThan(BATCH);
    }
  } finally {
    await settling.untilFewerThan(1);
  }
  return isFull;
}

/** One message that cannot be made ready keeps no other of its batch waiting: then each is made ready alone. */
async function startSending(
  parts: NotifierParts,
  batch: readonly QueuedNotification[],
): Promise<readonly Promise<Sent>[]> {
  const made = await makeReady(parts, batch).catch(() => null);
  return batch.map(async (queued) => {
    try {
      return await deliver(parts, queued, made ?? (await makeReady(parts, [queued])));
    } catch (error) {
      return putOff(parts, queued, { error, seconds: pauseAfter(queued) });
    }
  });
}

async function makeReady(
  { db, sealer, linkKey, log }: NotifierParts,
  batch: readonly QueuedNotification[],
): Promise<Made> {
  const signed = await signLinks({ db, linkKey }, batch);
  const unsubscribes = await makeUnsubscribes({ db, linkKey }, batch);
  const unopened: Unopened = (id, error) =>
    log.error({ loop: "notifier", error }, `the address ${id} cannot be opened`);
  return { signed, unsubscribes, addresses: await findAddresses({ db, sealer, linkKey, unopened }, batch) };
}

/** Nothing of it was sent. It stays queued, visible and retried, until what is wrong is mended. */
function putOff(
  { log }: NotifierParts,
  { id, event }: QueuedNotification,
  { error, seconds }: { readonly error: unknown; readonly seconds: number },
): Sent {
  log.error({ loop: "notifier", error }, `message ${id} (${event}) cannot be written`);
  return { delivery: { id, outcome: "later", answer: "defect", againSeconds: seconds }, devices: [] };
}

function pauseAfter({ attempts }: QueuedNotification): number {
  return Math.min(LONGEST_PAUSE_SECONDS, AGAIN_SECONDS * 2 ** Math.min(attempts - 1, 7));
}

type Made = {
  readonly signed: SignedPaths;
  readonly unsubscribes: UnsubscribePaths;
  readonly addresses: Awaited<ReturnType<typeof findAddresses>>;
};

async function deliver(
  parts: NotifierParts,
  queued: QueuedNotification,
  { signed, unsubscribes, addresses }: Made,
): Promise<Sent> {
  const { channels, publicUrl } = parts;
  try {
    const message = writeMessage(queued, { publicUrl, signed, unsubscribes });
    const found = addresses.get(queued.id) ?? { to: [], isTaken: false };
    const channel = channels.get(queued.channel);
    return await sendEverywhere(channel, { queued, message, found, again: pauseAfter(queued) });
  } catch (error) {
    // a defect in the message itself
    return putOff(parts, queued, { error, seconds: LONGEST_PAUSE_SECONDS });
  }
}

/** Writes answers down as they come: whatever has come while the last were written goes in one call. */
type Settling = {
  readonly watch: (sendings: readonly Promise<Sent>[]) => void;
  /** Resolves when fewer than so many are under way or not written down; rejects with the error of a writing that failed. */
  readonly untilFewerThan: (count: number) => Promise<void>;
};

function startSettling(db: Database): Settling {
  let answered: Sent[] = [];
  let open = 0;
  let heard: () => void = () => undefined;
  const settleAnswered = async (): Promise<void> => {
    const these = answered;
    answered = [];
    // devices first: killed in between, a repetition goes only to those that have not taken it
    await settlePush(
      db,
      these.flatMap(({ devices }) => devices),
    );
    await settleNotifications(
      db,
      these.map(({ delivery }) => delivery),
    );
  };
  return {
    watch(sendings) {
      open += sendings.length;
      for (const sending of sendings)
        void sending.then((sent) => {
          answered.push(sent);
          heard();
        });
    },
    async untilFewerThan(count) {
      while (open >= count) {
        if (answered.length === 0) {
          await new Promise<void>((resolve) => {
            heard = resolve;
          });
          // one writing for those that answer together
          await pause(TOGETHER_MS);
        }
        open -= answered.length;
        await settleAnswered();
      }
    },
  };
}
