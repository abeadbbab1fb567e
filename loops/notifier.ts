import type { Channel } from "../adapters/channels/port.ts";
import type { Database } from "../db/database.ts";
import { leaseNotifications, type QueuedNotification } from "../db/queries/notifications.ts";
import type { Unopened } from "../db/queries/push-devices.ts";
import type { Sealer } from "../db/sealed.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import { findAddresses } from "./message-addresses.ts";
import { type SignedPaths, signLinks, writeMessage } from "./message-writing.ts";
import { type Sent, sendEverywhere } from "./sending.ts";
import { type Settling, startSettling, type UnderWay } from "./settling.ts";
import { makeUnsubscribes, type UnsubscribePaths } from "./unsubscribe-links.ts";

/** A quarter of a second nobody notices; at city rates it makes one batch of many. */
const GATHER_MS = 250;
const BATCH = 40;
/** So many batches follow one another without a break, the next one taken while the last messages of one are under way. */
const BATCHES_IN_A_ROW = 25;
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
  const settling = startSettling(parts.db);
  const loop = startLoop({
    name: "notifier",
    everyMs: 1_000,
    gatherMs: parts.gatherMs ?? GATHER_MS,
    log: parts.log,
    work: () => sendBatches(parts, settling),
  });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      await settling
        .untilIdle()
        .catch((error: unknown) =>
          parts.log.error({ loop: "notifier", error }, "answers were not written down"),
        );
    },
  };
}

/** True: there may be more. Waits for nobody who is slow to answer, as long as there is room for others. */
async function sendBatches(parts: NotifierParts, settling: Settling): Promise<boolean> {
  let isFull = true;
  for (let batches = 0; isFull && batches < BATCHES_IN_A_ROW; batches += 1) {
    await settling.untilRoom();
    const batch = await leaseNotifications(parts.db, BATCH);
    isFull = batch.length === BATCH;
    if (batch.length > 0) settling.watch(await startSending(parts, batch));
  }
  return isFull;
}

/** One message that cannot be made ready keeps no other of its batch waiting: then each is made ready alone. */
async function startSending(
  parts: NotifierParts,
  batch: readonly QueuedNotification[],
): Promise<readonly UnderWay[]> {
  const made = await makeReady(parts, batch).catch(() => null);
  const send = async (queued: QueuedNotification): Promise<Sent> => {
    try {
      return await deliver(parts, queued, made ?? (await makeReady(parts, [queued])));
    } catch (error) {
      return putOff(parts, queued, { error, seconds: pauseAfter(queued) });
    }
  };
  return batch.map((queued) => ({ channel: queued.channel, ended: send(queued) }));
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
  { id, event, attempts: attempt }: QueuedNotification,
  { error, seconds }: { readonly error: unknown; readonly seconds: number },
): Sent {
  log.error({ loop: "notifier", error }, `message ${id} (${event}) cannot be written`);
  return {
    delivery: { id, attempt, outcome: "later", answer: "defect", againSeconds: seconds },
    devices: [],
  };
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
