import { sql } from "kysely";
import type { ChannelName } from "../../domain/notifications/channels.ts";
import type { Topic } from "../../domain/notifications/event-rules.ts";
import type { Database } from "../database.ts";
import { linkHash } from "../link-tokens.ts";

/** Keeps the links of mails before they leave; answers the messages whose link holds. Repeating it changes nothing. */
export async function issueUnsubscribes(
  db: Database,
  links: readonly { readonly notificationId: string; readonly token: string }[],
): Promise<ReadonlySet<string>> {
  if (links.length === 0) return new Set();
  const wanted = links.map(({ notificationId, token }) => ({ notificationId, tokenHash: linkHash(token) }));
  const { rows } = await sql<{ id: string }>`
    select issue_unsubscribes(${JSON.stringify(wanted)}::jsonb) as id`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** A link to unsubscribe and what is true of it: nothing of its owner. */
export type UnsubscribeRow = {
  readonly topics: readonly Topic[];
  readonly channel: ChannelName;
  readonly state: "on" | "off" | "expired";
  /** It has switched something off that can be put back. */
  readonly undoable: boolean;
};

/** What is true of a link now; undefined: there is no such link. */
export async function findUnsubscribe(db: Database, token: string): Promise<UnsubscribeRow | undefined> {
  const { rows } = await sql<UnsubscribeRow>`
    select topics, channel, state, undoable from look_at_unsubscribe(${linkHash(token)}) where channel is not null`.execute(
    db,
  );
  return rows[0];
}

/** Switches off what the link is about, or puts it back; harmless to repeat, and done under the link's lock. */
export async function useUnsubscribe(
  db: Database,
  { token, undo }: { readonly token: string; readonly undo: boolean },
): Promise<void> {
  await sql`select use_unsubscribe(${linkHash(token)}, ${undo})`.execute(db);
}
