import { linesOf } from "./run-record.ts";

/** One handing-over of a mail, as the mail server saw it. */
export type MailDelivery = {
  /** Without its brackets and without its domain. */
  readonly name: string;
  readonly to: readonly string[];
  /** Only `stored` was answered 250. */
  readonly outcome: string;
  /** What the server answered; null: nothing. */
  readonly replyCode: number | null;
  /** The time that the server was told, in milliseconds: the city's. */
  readonly cityMs: number;
};

export type PushDelivery = {
  readonly topic: string | null;
  readonly status: number | null;
  readonly cityMs: number;
};

/** What came in where people read. */
export type Sinks = { readonly mails: readonly MailDelivery[]; readonly pushes: readonly PushDelivery[] };

type MailEntry = {
  readonly kind: string;
  readonly delivery?: {
    readonly at: string;
    readonly messageId: string | null;
    readonly to: readonly string[];
    readonly outcome: string;
    readonly replyCode?: number | null;
  };
};

type PushEntry = {
  readonly kind: string;
  readonly delivery?: { readonly at: string; readonly topic: string | null; readonly status: number | null };
};

/** Reads the journals of the mail server and of the push service. */
export function readSinks(files: {
  readonly mail: readonly string[];
  readonly push: readonly string[];
}): Sinks {
  const mails: MailDelivery[] = [];
  const pushes: PushDelivery[] = [];
  for (const path of files.mail) {
    for (const { delivery } of linesOf<MailEntry>(path)) {
      if (delivery === undefined || delivery.messageId === null) continue;
      const { to, outcome, replyCode = null } = delivery;
      const name = delivery.messageId.replace(/^<|@.*$/g, "");
      mails.push({ name, to, outcome, replyCode, cityMs: Date.parse(delivery.at) });
    }
  }
  for (const path of files.push) {
    for (const { delivery } of linesOf<PushEntry>(path)) {
      if (delivery === undefined) continue;
      pushes.push({ topic: delivery.topic, status: delivery.status, cityMs: Date.parse(delivery.at) });
    }
  }
  return { mails, pushes };
}
