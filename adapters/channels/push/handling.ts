import { createHash } from "node:crypto";
import type { MessageEvent } from "../../../words/message-events.ts";
import type { ChannelMessage } from "../port.ts";

/** How a push service is to handle a message (RFC 8030 §5). */
export type Handling = {
  /** So long it keeps the message for a browser that is away. */
  readonly ttlSeconds: number;
  /** Below `normal` a phone that saves its battery waits. */
  readonly urgency: "low" | "normal" | "high";
  readonly topic: string;
};

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** What is only true for a while, or cannot wait; everything else is kept for a day. */
const OF_EVENT: Partial<Readonly<Record<MessageEvent, Pick<Handling, "ttlSeconds" | "urgency">>>> = {
  // a notice that comes after the debit announces nothing
  notice: { ttlSeconds: 12 * HOUR, urgency: "high" },
  "notice-changed": { ttlSeconds: 12 * HOUR, urgency: "high" },
  "failed-retry": { ttlSeconds: 12 * HOUR, urgency: "high" },
  "needs-confirmation": { ttlSeconds: 12 * HOUR, urgency: "high" },
  "confirmation-reminder": { ttlSeconds: 4 * HOUR, urgency: "high" },
  "charged-after-stop": { ttlSeconds: 3 * DAY, urgency: "high" },
  failed: { ttlSeconds: 3 * DAY, urgency: "high" },
  "being-checked": { ttlSeconds: 6 * HOUR, urgency: "normal" },
  "mandate-expiring": { ttlSeconds: 3 * DAY, urgency: "normal" },
  "another-autopay": { ttlSeconds: 3 * DAY, urgency: "low" },
  // its reader waits for it
  "test-message": { ttlSeconds: 10 * 60, urgency: "high" },
  "method-renewed": { ttlSeconds: 3 * DAY, urgency: "low" },
};
const OTHERWISE = { ttlSeconds: DAY, urgency: "normal" } as const;

/** Events that tell the same story: of one subject, the later message takes the place of the one that was not read yet. */
const STORIES: Partial<Readonly<Record<MessageEvent, string>>> = {
  notice: "debit",
  "notice-changed": "debit",
  "needs-confirmation": "debit",
  "confirmation-reminder": "debit",
  "failed-retry": "debit",
  "being-checked": "debit",
  paid: "debit",
  failed: "debit",
  "bill-arrived": "bill",
  "bill-planned": "bill",
  "bill-changed": "bill",
  "bill-annulled": "bill",
  reminder: "bill",
  "discount-ending": "bill",
};

/** A topic is read by the push service: a hash of opaque ids, as long as a topic may be. */
const TOPIC_LENGTH = 32;

/** As its event asks, and no longer than until its reader's night begins. */
export function handlingOf(
  message: Pick<ChannelMessage, "event" | "subject" | "messageId" | "ringsForSeconds">,
): Handling {
  const { event, subject, messageId, ringsForSeconds = Number.POSITIVE_INFINITY } = message;
  const story = subject === undefined ? `message\n${messageId}` : `${STORIES[event] ?? event}\n${subject}`;
  const topic = createHash("sha256")
    .update(`kvitok-push\n${story}`)
    .digest("base64url")
    .slice(0, TOPIC_LENGTH);
  const { ttlSeconds, urgency } = OF_EVENT[event] ?? OTHERWISE;
  return { ttlSeconds: Math.min(ttlSeconds, ringsForSeconds), urgency, topic };
}
