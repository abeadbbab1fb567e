import type { Locale } from "../../words/locale.ts";
import type { MessageEvent } from "../../words/message-events.ts";

/** How people are reached; the rows of messages name it so. */
export const CHANNELS = ["email", "push", "sms"] as const;
export type ChannelName = (typeof CHANNELS)[number];

/**
 * The port to people: one call hands one message to one provider, once. A channel decides nothing about preferences, quiet hours or
 * repeats, keeps no state, and writes the text itself from the event's facts (payment rules §13).
 */
export type Channel = {
  readonly name: ChannelName;
  readonly can: ChannelCapabilities;
  /**
   * Sends one message. Resolves with what the provider made of it; rejects only for a defect (facts that do not fit the event, a link that is no
   * http address), before anything was sent.
   */
  deliver(message: ChannelMessage): Promise<ChannelDelivery>;
  /** Ends pooled connections. Messages under way are finished or answered `unknown`. */
  close(): Promise<void>;
};

/** What a channel can do, as data. */
export type ChannelCapabilities = {
  /** What `accepted` proves: the provider's word is enough for a notice, or only the device's receipt would be (§7.3). */
  readonly acceptance: "provider" | "shown";
  /** An accepted message may still come back later as a bounce. */
  readonly bouncesLater: boolean;
  /** Two sendings under one message id are seen as one by most recipients' programs. */
  readonly foldsRepeats: boolean;
  /** Links may be followed without a sign-in of the same device, so single-use links are worth sending. */
  readonly links: boolean;
  /** Longest time until `deliver` answers, in seconds; a lease must be longer. */
  readonly answersWithinSeconds: number;
};

/** What a message may lead to; always an address of our own page, never a gateway's. */
export type LinkName =
  | "skip"
  | "pay-now"
  | "confirm"
  | "receipt"
  | "payment"
  | "bill"
  | "pay"
  | "mandate"
  | "renew"
  | "methods"
  | "autopay"
  | "bills"
  | "settings";

/** Which links the message about an event shows, the main one first; one that is not given is left out, and what the reader can do may change the order. */
export const LINKS_OF_EVENT = {
  notice: ["skip", "pay-now", "payment"],
  "notice-changed": ["skip", "pay-now", "payment"],
  "failed-retry": ["skip", "pay-now", "payment"],
  "needs-confirmation": ["pay-now", "skip", "confirm", "methods"],
  "confirmation-reminder": ["pay-now", "skip", "confirm", "methods"],
  "being-checked": ["payment"],
  paid: ["receipt", "autopay"],
  failed: ["payment", "pay", "methods"],
  "charged-after-stop": ["payment"],
  "nothing-taken": ["payment"],
  "money-returning": ["payment"],
  "money-returned": ["payment"],
  "bill-arrived": ["pay", "bill"],
  "bill-planned": ["payment", "skip"],
  "bill-changed": ["pay", "bill"],
  "bill-annulled": ["bill"],
  "discount-ending": ["pay", "bill"],
  "over-limit-skipped": ["pay", "bill"],
  "question-unanswered": ["pay", "payment"],
  reminder: ["pay", "bill"],
  overdue: ["pay", "bill"],
  "source-down": ["bills"],
  "another-autopay": ["bill"],
  "mandate-created": ["mandate"],
  "mandate-changed": ["mandate"],
  "mandate-paused": ["mandate"],
  "mandate-resumed": ["mandate"],
  "mandate-ended": ["mandate"],
  "mandate-expiring": ["renew", "mandate"],
  "mandate-renewed": ["mandate"],
  "card-bound": ["methods"],
  "method-withdrawn": ["methods"],
  "method-expiring": ["methods"],
  "method-expired": ["methods"],
  "method-renewed": ["methods"],
  "method-gone": ["methods"],
  digest: ["bills"],
  "test-message": ["settings"],
} as const satisfies Record<MessageEvent, readonly LinkName[]>;

/** One of the messages that a digest gathers: as it would have gone out by itself. */
export type DigestLine = {
  readonly event: MessageEvent;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly links: Readonly<Partial<Record<LinkName, string>>>;
};

/** One message about one event to one recipient. */
export type ChannelMessage = {
  /** The same for every repeat of this message; letters, digits, `.`, `-`, `_` and `/`. */
  readonly messageId: string;
  /** A mail address, a phone number (E.164), or where the push service of a browser takes its messages. */
  readonly to: string;
  /** For a browser, and only there. */
  readonly device?: PushDevice;
  readonly event: MessageEvent;
  readonly locale: Locale;
  /** The recipient's zone, e.g. `Europe/Moscow`: instants are told on their clock. */
  readonly zone: string;
  /** What happened, as stored with the notification: amounts as money, dates as `2026-12-10`, instants as ISO 8601. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly links: Readonly<Partial<Record<LinkName, string>>>;
  /** What a `digest` gathers, the oldest first; nothing for every other event. */
  readonly lines?: readonly DigestLine[];
  /** What it is about: what is told of it later takes the place of what is told now. Absent: it stands alone. */
  readonly subject?: string;
  /** It may be read over a shoulder: neither amounts nor names. */
  readonly amountsHidden?: boolean;
  /** A provider that keeps it for a device that is away hands it over within so many seconds, or never: then its reader's night begins. Absent: nothing but the event limits it. */
  readonly ringsForSeconds?: number;
  /** No preference switches this message off; it says so. */
  readonly legalMinimum: boolean;
  /** One-click unsubscribe (RFC 8058), for what the recipient may switch off. Absent for the legal minimum. */
  readonly unsubscribe?: string;
  /** False in the sandbox city: the message then says that its money is not real. */
  readonly livemode: boolean;
};

/** What a message for one browser needs besides its address. */
export type PushDevice = {
  /** Its public key and its secret, base64url: only it can read what is sealed with them (RFC 8291). */
  readonly p256dh: string;
  readonly auth: string;
  /** What it sends back, once, when it has shown the message; goes only inside the sealed message. */
  readonly shownToken: string;
};

/**
 * How one sending ended. `accepted`: the provider took it over. `refused`: it never will. `later`: nothing was taken over, try again.
 * `unknown`: the message may have been taken over, only the answer is missing; repeating it is a possible duplicate.
 */
export type ChannelDelivery = {
  readonly outcome: "accepted" | "refused" | "later" | "unknown";
  /** The provider's words, for the notification ledger; may name the address, so it is stored, never logged. */
  readonly providerAnswer: string;
  /** The address will never take anything again: whoever keeps it may forget it. */
  readonly gone?: true;
  /** With `later`: so long the provider wants to be left alone. */
  readonly againSeconds?: number;
};
