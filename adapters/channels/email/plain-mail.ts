import { createTransport } from "nodemailer";
import type { ChannelDelivery } from "../port.ts";
import { type DkimKey, signedWith } from "./dkim.ts";
import { watchHandOver } from "./handed-over.ts";
import { outcomeOf } from "./outcome.ts";

/** A mail in plain text: to the operators, or about an account itself. */
export type PlainMail = {
  /** The same for every repeat; letters, digits, `.`, `-`, `_` and `/`. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
};

const ANSWERS_WITHIN_MS = 45_000;
const CONNECT_WITHIN_MS = 10_000;

/**
 * Sends plain mails over a connection of their own: an alarm must not stand in a line behind a thousand notices. Throws `RangeError` when `from` has no
 * address with a domain. Nothing is repeated here.
 */
export function plainMail(options: {
  readonly smtpUrl: string;
  readonly from: string;
  readonly dkim?: DkimKey | undefined;
}): {
  readonly send: (mail: PlainMail) => Promise<ChannelDelivery>;
  readonly close: () => void;
} {
  const domain = /@([^@\s>]+)>?\s*$/.exec(options.from)?.[1];
  if (domain === undefined) throw new RangeError("the sender of mail needs an address with a domain");
  const transport = createTransport({
    url: options.smtpUrl,
    connectionTimeout: CONNECT_WITHIN_MS,
    greetingTimeout: CONNECT_WITHIN_MS,
    socketTimeout: ANSWERS_WITHIN_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...signedWith(options.dkim),
  });
  const handedOver = watchHandOver(transport);
  return {
    async send({ messageId, to, subject, text }) {
      if (!/^[\w./-]+$/.test(messageId)) {
        throw new RangeError("a message id is made of letters, digits, '.', '-', '_' and '/'");
      }
      const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
      try {
        const sent = await transport.sendMail({
          from: options.from,
          to: { name: "", address: to },
          subject,
          text,
          messageId: `<${messageId}@${domain}>`,
          headers: { "Auto-Submitted": "auto-generated" },
          signal,
        });
        return { outcome: "accepted", providerAnswer: sent.response ?? "" };
      } catch (cause) {
        if (!(cause instanceof Error)) throw cause;
        return outcomeOf(cause, handedOver(signal));
      }
    },
    close: () => transport.close(),
  };
}
