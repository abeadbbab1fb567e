import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** What a report about one of our messages says, as it is kept. */
type MailReturn = {
  readonly kind: "permanent" | "expired" | "delayed" | "complaint";
  /** The local part of our Message-ID; null: the report quotes none. */
  readonly messageId: string | null;
  readonly status: string | null;
  readonly answer: string;
  readonly recipients: readonly string[];
};

/**
 * What became of a report: `bounced`, the message counts as not delivered; `noted`, nothing follows from it; `known`, the same bytes came before; `unmatched`, it is about none
 * of our messages.
 */
export type ReturnOutcome = "bounced" | "noted" | "known" | "unmatched";

/** Takes a report about a message that came back; `raw` are its bytes, by which it is known again. */
export async function takeMailReturn(
  db: Database,
  raw: Uint8Array,
  report: MailReturn,
): Promise<ReturnOutcome> {
  const digest = createHash("sha256").update(raw).digest("hex");
  const { kind, messageId, status, answer, recipients } = report;
  const { rows } = await sql<{ outcome: ReturnOutcome }>`
    select take_mail_return(${digest}, ${messageId ?? ""}, ${kind}, ${status}, ${answer}, ${[...recipients]}::text[]) as outcome`.execute(
    db,
  );
  return rows[0]?.outcome ?? "unmatched";
}

/** Why nothing is sent to somebody's address, and since when. */
export type MailTrouble = { readonly reason: "bounced" | "complained"; readonly since: string };

/** Whether a resident's address is left alone because mail came back from it. */
export async function mailTrouble(db: Database, residentId: string): Promise<MailTrouble | null> {
  const { rows } = await sql<{
    trouble: MailTrouble | null;
  }>`select mail_trouble(${residentId}) as trouble`.execute(db);
  return rows[0]?.trouble ?? null;
}
