import type { Channel, ChannelMessage, LinkName } from "../adapters/channels/port.ts";
import { LINKS_OF_EVENT } from "../adapters/channels/port.ts";
import type { Database } from "../db/database.ts";
import { linkToken } from "../db/link-tokens.ts";
import {
  leaseNotifications,
  type QueuedNotification,
  settleNotifications,
} from "../db/queries/notifications.ts";
import { issueLinks } from "../db/queries/signed-links.ts";
import { LINK_ACTIONS } from "../domain/signed-link.ts";
import { settlePush } from "../db/queries/push-devices.ts";
import type { Sealer } from "../db/sealed.ts";
import { isMessageEvent } from "../words/message-events.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import { findAddresses } from "./message-addresses.ts";
import { type Sent, sendEverywhere } from "./sending.ts";

/** A quarter of a second nobody notices; at city rates it makes one batch of many. */
const GATHER_MS = 250;
const BATCH = 20;
/** First pause after "not now", doubled each time, in business seconds. */
const AGAIN_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3_600;

/**
 * Sends queued messages in batches: leased, sent side by side, settled in one call. Killed in between, a message is sent once more under the same
 * Message-ID and counted as possibly double (payment rules §13).
 */
export function startNotifier(parts: {
  readonly db: Database;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly publicUrl: string;
  /** Signs the links that work without a sign-in, and what browsers answer with. */
  readonly linkKey: Uint8Array;
  /** Opens browsers' addresses and phone numbers; without it nobody is reached there. */
  readonly sealer?: Pick<Sealer, "open"> | undefined;
  readonly log: LoopLog;
  readonly gatherMs?: number | undefined;
}): Loop {
  const { db, channels, publicUrl, linkKey, log, gatherMs = GATHER_MS } = parts;
  return startLoop({
    name: "notifier",
    everyMs: 1_000,
    gatherMs,
    log,
    work: async () => {
      const batch = await leaseNotifications(db, BATCH);
      if (batch.length === 0) return false;
      const signed = await signLinks({ db, linkKey }, batch);
      const addresses = await findAddresses({ db, sealer: parts.sealer, linkKey }, batch);
      const sent = await Promise.all(batch.map((queued) => deliver(queued, { signed, addresses })));
      // devices first: killed in between, a repetition goes only to those that have not taken it
      await settlePush(
        db,
        sent.flatMap(({ devices }) => devices),
      );
      await settleNotifications(
        db,
        sent.map(({ delivery }) => delivery),
      );
      return batch.length === BATCH;
    },
  });

  async function deliver(
    queued: QueuedNotification,
    { signed, addresses }: { readonly signed: SignedPaths; readonly addresses: AddressesById },
  ): Promise<Sent> {
    const again = Math.min(LONGEST_PAUSE_SECONDS, AGAIN_SECONDS * 2 ** Math.min(queued.attempts - 1, 7));
    try {
      const message = messageOf(queued, { publicUrl, signed });
      const found = addresses.get(queued.id) ?? { to: [], isTaken: false };
      return await sendEverywhere(channels.get(queued.channel), { queued, message, found, again });
    } catch (error) {
      // A defect in the message itself: nothing was sent. It stays queued, visible and retried, until it is mended.
      log.error({ loop: "notifier", error }, `message ${queued.id} (${queued.event}) cannot be written`);
      const { id } = queued;
      const delivery = {
        id,
        outcome: "later",
        answer: "defect",
        againSeconds: LONGEST_PAUSE_SECONDS,
      } as const;
      return { delivery, devices: [] };
    }
  }
}

type AddressesById = Awaited<ReturnType<typeof findAddresses>>;

/** Paths of the links that work without a sign-in, by `<id of the message>/<name of the link>`. */
type SignedPaths = ReadonlyMap<string, string>;

/** Made before the message leaves and kept by their hash; a message that is sent twice carries the same ones. */
async function signLinks(
  { db, linkKey }: { readonly db: Database; readonly linkKey: Uint8Array },
  batch: readonly QueuedNotification[],
): Promise<SignedPaths> {
  const wanted = batch.flatMap(({ id: notificationId, event }) => {
    const names: readonly LinkName[] = isMessageEvent(event) ? LINKS_OF_EVENT[event] : [];
    const actions = LINK_ACTIONS.filter((action) => names.includes(action));
    return actions.map((action) => ({
      notificationId,
      action,
      token: linkToken(linkKey, { notificationId, action }),
    }));
  });
  const issued = await issueLinks(db, wanted);
  const held = wanted.map(
    ({ notificationId, action, token }) => [`${notificationId}/${action}`, `/link/${token}`] as const,
  );
  return new Map(held.filter(([name]) => issued.has(name)));
}

function messageOf(
  queued: QueuedNotification,
  { publicUrl, signed }: { readonly publicUrl: string; readonly signed: SignedPaths },
): Omit<ChannelMessage, "to"> {
  const { event } = queued;
  if (!isMessageEvent(event)) throw new Error(`no words for the event ${event}`);
  const links: Partial<Record<LinkName, string>> = {};
  for (const name of LINKS_OF_EVENT[event]) {
    const isAnswer = queued.noticeId === null && LINK_ACTIONS.some((action) => action === name);
    // without a question that can be answered by a link, the page asks
    const path = signed.get(`${queued.id}/${name}`) ?? (isAnswer ? null : pathOf(name, queued));
    if (path !== null) links[name] = `${publicUrl}${path}`;
  }
  return {
    messageId: queued.messageId,
    event,
    subject: queued.subjectId,
    amountsHidden: !queued.pushAmounts,
    locale: queued.locale,
    zone: queued.zone,
    facts: queued.args,
    links,
    legalMinimum: queued.legalMinimum,
    livemode: queued.livemode,
  };
}

/** Links lead to our own pages, which read the rows again before they show or do anything. */
const PATHS: Readonly<Record<LinkName, readonly [subject: string, page: string] | string | null>> = {
  skip: ["paymentId", "/payments/*/skip"],
  "pay-now": ["billId", "/bills/*/pay"],
  confirm: ["paymentId", "/payments/*/confirm"],
  receipt: ["paymentId", "/payments/*/receipt"],
  payment: ["paymentId", "/payments/*"],
  bill: ["billId", "/bills/*"],
  pay: ["billId", "/bills/*/pay"],
  mandate: ["mandateId", "/mandates/*"],
  renew: null,
  methods: "/methods",
  autopay: ["paymentId", "/mandates/new?payment=*"],
  bills: "/",
  settings: null,
};

function pathOf(name: LinkName, { args }: QueuedNotification): string | null {
  // what nobody has asked for leaves no bill behind that could still be paid
  if ((name === "pay" || name === "bill") && args["unasked"] === true) return null;
  if (name === "autopay" && args["autopayOffered"] !== true) return null;
  const path = PATHS[name];
  if (path === null || typeof path === "string") return path;
  const id = args[path[0]];
  return typeof id === "string" ? path[1].replace("*", id) : null;
}
