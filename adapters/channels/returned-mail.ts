/**
 * A report about a message of ours. `permanent`: there is no way to its recipient; `expired`: the other server tried for days and gave up; `delayed`: it goes on trying; `complaint`: its reader
 * called it spam.
 */
export type ReturnedMail = {
  readonly kind: "permanent" | "expired" | "delayed" | "complaint";
  /** The name that the channel was given for the message (`ChannelMessage.messageId`); null: the report quotes none. */
  readonly messageId: string | null;
  /** RFC 3463, e.g. `5.1.1`; null where the report has none. */
  readonly status: string | null;
  /** What the other server said, for the ledger; may name the address, so it is stored, never logged. */
  readonly answer: string;
  /** The addresses that the report means. */
  readonly recipients: readonly string[];
};

/** Reads bytes as a report about returned mail (RFC 3464, RFC 5965); null: they are something else, an answer of somebody on holiday for example. Never rejects for what it reads. */
export type ReadReturnedMail = (raw: Uint8Array) => Promise<ReturnedMail | null>;

/** A folder into which a mail server drops reports as files. */
export type MailDrop = {
  /** The next file, the oldest first; undefined when there is none. Too large ones come without their bytes. */
  next(): Promise<{ readonly name: string; readonly raw: Uint8Array | null } | undefined>;
  /** Moves a file away: to `done/` or to `refused/`. */
  finish(name: string, where: "done" | "refused"): Promise<void>;
};
