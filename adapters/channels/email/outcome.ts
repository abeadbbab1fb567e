import type { ChannelDelivery } from "../port.ts";

/** What nodemailer tells about a failed sending; every field may be absent. */
export type SendingFailure = {
  readonly message: string;
  readonly code?: string | undefined;
  readonly command?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
};

/** Commands by which the relay speaks of this message; a 5xx to any other one (greeting, EHLO, AUTH) speaks of us. */
const aboutTheMessage = new Set(["MAIL FROM", "RCPT TO", "DATA"]);

/**
 * What a failed sending means. `handedOver`: the relay had been given content of the message, so without its answer it may have
 * taken the message over. A refusal of our own sign-in or of the connection is no refusal of the recipient: nothing bounced.
 */
export function outcomeOf(failure: SendingFailure, handedOver: boolean): ChannelDelivery {
  const providerAnswer = failure.response ?? [failure.code, failure.message].filter(Boolean).join(": ");
  const { responseCode } = failure;
  if (responseCode === undefined || responseCode < 400) {
    return { outcome: handedOver ? "unknown" : "later", providerAnswer };
  }
  // 503 says that the commands came in a wrong order: a fault of the session, not of the message.
  const forGood = responseCode >= 500 && responseCode !== 503 && aboutTheMessage.has(failure.command ?? "");
  return { outcome: forGood ? "refused" : "later", providerAnswer };
}
