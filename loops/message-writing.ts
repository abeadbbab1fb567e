import { digestFacts } from "../adapters/channels/digest.ts";
import { type ChannelMessage, type LinkName, LINKS_OF_EVENT } from "../adapters/channels/port.ts";
import type { Database } from "../db/database.ts";
import { linkToken } from "../db/link-tokens.ts";
import type { QueuedLine, QueuedNotification } from "../db/queries/notifications.ts";
import { issueLinks } from "../db/queries/signed-links.ts";
import { LINK_ACTIONS } from "../domain/signed-link.ts";
import type { UnsubscribePaths } from "./unsubscribe-links.ts";
import { isMessageEvent, type MessageEvent } from "../words/message-events.ts";

/** Paths of the links that work without a sign-in, by `<id of the message>/<name of the link>`. */
export type SignedPaths = ReadonlyMap<string, string>;

/** Made before the message leaves and kept by their hash; a message that is sent twice carries the same ones. */
export async function signLinks(
  { db, linkKey }: { readonly db: Database; readonly linkKey: Uint8Array },
  batch: readonly QueuedNotification[],
): Promise<SignedPaths> {
  const wanted = batch
    .flatMap((queued) => [queued, ...queued.lines])
    .flatMap(({ id: notificationId, event }) => {
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

/** Writes a message as a channel takes it; a digest with its lines. Throws for an event without words. */
export function writeMessage(queued: QueuedNotification, where: Where): Omit<ChannelMessage, "to"> {
  const lines = queued.lines.map((line) => ({
    event: knownEvent(line.event),
    facts: line.args,
    links: linksOf(line, where),
  }));
  const settings = queued.channel === "email" ? { settings: `${where.publicUrl}${SETTINGS_PATH}` } : {};
  const unsubscribe = where.unsubscribes.get(queued.id);
  return {
    messageId: queued.messageId,
    event: knownEvent(queued.event),
    subject: queued.subjectId,
    amountsHidden: !queued.pushAmounts,
    locale: queued.locale,
    zone: queued.zone,
    facts: queued.event === "digest" ? digestFacts(lines) : queued.args,
    links: { ...linksOf(queued, where), ...settings },
    ...(unsubscribe === undefined ? {} : { unsubscribe: `${where.publicUrl}${unsubscribe}` }),
    ...(lines.length === 0 ? {} : { lines }),
    legalMinimum: queued.legalMinimum,
    livemode: queued.livemode,
    ...(queued.ringsForSeconds === null ? {} : { ringsForSeconds: queued.ringsForSeconds }),
  };
}

type Where = {
  readonly publicUrl: string;
  readonly signed: SignedPaths;
  readonly unsubscribes: UnsubscribePaths;
};

/** Where a resident chooses what to hear of. */
const SETTINGS_PATH = "/profile/notifications";

function knownEvent(event: string): MessageEvent {
  if (!isMessageEvent(event)) throw new Error(`no words for the event ${event}`);
  return event;
}

function linksOf(line: QueuedLine, { publicUrl, signed }: Where): Partial<Record<LinkName, string>> {
  const links: Partial<Record<LinkName, string>> = {};
  for (const name of LINKS_OF_EVENT[knownEvent(line.event)]) {
    const isAnswer = line.noticeId === null && LINK_ACTIONS.some((action) => action === name);
    // without a question that can be answered by a link, the page asks
    const path = signed.get(`${line.id}/${name}`) ?? (isAnswer ? null : pathOf(name, line));
    if (path !== null) links[name] = `${publicUrl}${path}`;
  }
  return links;
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
  settings: SETTINGS_PATH,
};

function pathOf(name: LinkName, { args }: QueuedLine): string | null {
  // what nobody has asked for leaves no bill behind that could still be paid
  if ((name === "pay" || name === "bill") && args["unasked"] === true) return null;
  if (name === "autopay" && args["autopayOffered"] !== true) return null;
  const path = PATHS[name];
  if (path === null || typeof path === "string") return path;
  const id = args[path[0]];
  return typeof id === "string" ? path[1].replace("*", id) : null;
}
