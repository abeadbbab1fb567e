import type { Database } from "../db/database.ts";
import { unsubscribeToken } from "../db/link-tokens.ts";
import type { QueuedNotification } from "../db/queries/notifications.ts";
import { issueUnsubscribes } from "../db/queries/unsubscribing.ts";

/** Paths of the links to unsubscribe, by the id of the mail. */
export type UnsubscribePaths = ReadonlyMap<string, string>;

/** Links for mails whose reader may switch them off, made before they leave and kept by their hash; a mail that is sent twice carries the same one. */
export async function makeUnsubscribes(
  { db, linkKey }: { readonly db: Database; readonly linkKey: Uint8Array },
  batch: readonly Pick<QueuedNotification, "id" | "channel" | "legalMinimum">[],
): Promise<UnsubscribePaths> {
  const wanted = batch
    .filter(({ channel, legalMinimum }) => channel === "email" && !legalMinimum)
    .map(({ id }) => ({ notificationId: id, token: unsubscribeToken(linkKey, id) }));
  const issued = await issueUnsubscribes(db, wanted);
  const held = wanted.filter(({ notificationId }) => issued.has(notificationId));
  return new Map(held.map(({ notificationId, token }) => [notificationId, `/unsubscribe/${token}`]));
}
