/** A mail in plain text. `messageId` is the same at every repeat. */
export type PlainMail = {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
};

/** Hands one mail to a relay, once. `accepted` only when the relay has taken it over. */
export type SendPlainMail = (
  mail: PlainMail,
) => Promise<{ readonly outcome: string; readonly providerAnswer: string }>;
