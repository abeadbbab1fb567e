import { createTransport, type Transporter } from "nodemailer";
import type { Channel, ChannelDelivery, ChannelMessage } from "../port.ts";
import { type DkimKey, signedWith } from "./dkim.ts";
import { type HandedOver, watchHandOver } from "./handed-over.ts";
import { outcomeOf } from "./outcome.ts";
import { renderMail } from "./render.ts";

export type EmailOptions = {
  /** The relay: `smtp://host:port`, `smtps://user:password@host`; `?requireTLS=true` refuses a relay without STARTTLS. */
  readonly smtpUrl: string;
  /** The sender, e.g. `Квиток <kvitok@example.org>`. Its domain ends every Message-ID. */
  readonly from: string;
  /** Signs every mail (RFC 6376), both unsubscribe headers included; absent where the relay signs. */
  readonly dkim?: DkimKey | undefined;
  /** Longest time for one message, connection included. Default 45 s. */
  readonly answersWithinSeconds?: number;
  /** Connections kept open to the relay. Default 4. */
  readonly connections?: number;
};

const defaultAnswersWithinSeconds = 45;
const connectWithinMs = 10_000;
const idleMs = 30_000;

/**
 * Mail over SMTP. Throws `RangeError` when `from` has no address with a domain.
 * A dropped connection is requeued by the pool only while not a byte of the content has left; everything else is answered at once.
 */
export function emailChannel(options: EmailOptions): Channel {
  const seconds = options.answersWithinSeconds ?? defaultAnswersWithinSeconds;
  const domain = /@([^@\s>]+)>?\s*$/.exec(options.from)?.[1];
  if (domain === undefined) throw new RangeError("the sender of mail needs an address with a domain");
  const transport = createTransport({
    url: options.smtpUrl,
    pool: true,
    maxConnections: options.connections ?? 4,
    maxMessages: 100,
    maxRequeues: 1,
    idleTimeout: idleMs,
    connectionTimeout: connectWithinMs,
    greetingTimeout: connectWithinMs,
    socketTimeout: seconds * 1000,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...signedWith(options.dkim),
  });
  const handedOver = watchHandOver(transport);
  return {
    name: "email",
    can: {
      acceptance: "provider",
      bouncesLater: true,
      foldsRepeats: true,
      links: true,
      answersWithinSeconds: seconds,
    },
    deliver: (message) => sendMail({ transport, handedOver, from: options.from, domain, seconds }, message),
    close: async () => transport.close(),
  };
}

type Sender = {
  readonly transport: Transporter;
  readonly handedOver: HandedOver;
  readonly from: string;
  readonly domain: string;
  readonly seconds: number;
};

async function sendMail(sender: Sender, message: ChannelMessage): Promise<ChannelDelivery> {
  const messageId = messageIdOf(message.messageId, sender.domain);
  const mail = renderMail(message);
  const headers: Record<string, string> = {
    "Content-Language": message.locale,
    "Auto-Submitted": "auto-generated",
  };
  if (message.unsubscribe !== undefined) {
    // Through plain headers: nodemailer's `list` option would write the second one as an address (RFC 8058).
    headers["List-Unsubscribe"] = `<${new URL(message.unsubscribe).href}>`;
    headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click";
  }
  const sending = AbortSignal.timeout(sender.seconds * 1000);
  try {
    const sent = await sender.transport.sendMail({
      ...mail,
      from: sender.from,
      to: { name: "", address: message.to },
      messageId,
      headers,
      signal: sending,
    });
    return { outcome: "accepted", providerAnswer: sent.response ?? "" };
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return outcomeOf(cause, sender.handedOver(sending));
  }
}

function messageIdOf(text: string, domain: string): string {
  if (!/^[\w./-]+$/.test(text))
    throw new RangeError("a message id is made of letters, digits, '.', '-', '_' and '/'");
  return `<${text}@${domain}>`;
}
