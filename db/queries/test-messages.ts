import { type Kysely, sql } from "kysely";
import type { ChannelName } from "../../domain/notifications/channels.ts";
import type { DB } from "../generated/database.ts";

/** Where a test message goes: a channel, of push one browser. */
export type TestAddress = { readonly channel: ChannelName; readonly deviceId: string | null };

/** A test message as it stands. `sent`: its provider took it; `shown`: the browser has said that it showed it. */
export type TestMessageRow = TestAddress & {
  readonly id: string;
  readonly state: "on-its-way" | "sent" | "shown" | "not-reached";
  readonly askedAt: string;
  /** When its provider took it, or the browser showed it. */
  readonly sentAt: string | null;
};

/** Writes a test message, which leaves like every other one. Answers its id; undefined: nothing reaches the resident there. */
export async function sendTestMessage(
  db: Kysely<DB>,
  { residentId, channel, deviceId }: TestAddress & { readonly residentId: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string | null }>`
    select send_test_message(${residentId}, ${channel}, ${deviceId}) as id`.execute(db);
  return rows[0]?.id ?? undefined;
}

const facts = sql`n.id, n.channel, n.args->>'deviceId' as "deviceId", n.created_at as "askedAt", coalesce(d.shown_at, n.sent_at) as "sentAt",
  case when d.shown_at is not null then 'shown' when n.state in ('queued', 'sending') then 'on-its-way' when n.state = 'accepted' then 'sent' else 'not-reached' end as state
  from notifications n left join push_deliveries d on d.notification_id = n.id and d.subscription_id = n.args->>'deviceId'
  where n.event = 'test-message'`;

/** The newest test message to each address of a resident's. */
export async function listTestMessages(
  db: Kysely<DB>,
  residentId: string,
): Promise<readonly TestMessageRow[]> {
  const { rows } = await sql<TestMessageRow>`
    select distinct on (n.channel, n.args->>'deviceId') ${facts} and n.resident_id = ${residentId}
     order by n.channel, n.args->>'deviceId', n.created_at desc, n.id`.execute(db);
  return rows;
}

/** One test message of a resident's. */
export async function readTestMessage(
  db: Kysely<DB>,
  own: { readonly residentId: string; readonly id: string },
): Promise<TestMessageRow> {
  const { rows } = await sql<TestMessageRow>`
    select ${facts} and n.resident_id = ${own.residentId} and n.id = ${own.id}`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("a test message that was written is not there");
  return row;
}
