import { sql } from "kysely";
import type { Database } from "../database.ts";

/** One of the messages that a digest carries. */
export type QueuedLine = {
  readonly id: string;
  readonly event: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly noticeId: string | null;
};

/** One message to one address, leased for sending. */
export type QueuedNotification = {
  readonly id: string;
  readonly event: string;
  readonly residentId: string;
  readonly channel: "email" | "push" | "sms";
  readonly locale: "ru" | "en";
  readonly args: Readonly<Record<string, unknown>>;
  readonly messageId: string;
  readonly subjectId: string;
  /** Null: it announces no debit. */
  readonly noticeId: string | null;
  readonly attempts: number;
  /** The mail address; other channels have addresses of their own. */
  readonly to: string;
  readonly name: string;
  readonly zone: string;
  readonly legalMinimum: boolean;
  /** Amounts and names may stand on a lock screen. */
  readonly pushAmounts: boolean;
  readonly livemode: boolean;
  /** So many seconds a message for a browser may still ring before its reader's quiet hours; null: as long as it is true. */
  readonly ringsForSeconds: number | null;
  /** What a digest carries, the most urgent and oldest first; nothing for every other event. */
  readonly lines: readonly QueuedLine[];
};

/** How sending ended; `againSeconds` (business time) for `later`. */
export type Delivery = {
  readonly id: string;
  /** The try that it answers; the one under way where left out. */
  readonly attempt?: number;
  readonly outcome: "accepted" | "refused" | "later" | "unknown";
  readonly answer: string;
  readonly againSeconds: number;
};

/** Takes messages that are due, in the order of their urgency; a sender that dies gives them back after the lease. */
export async function leaseNotifications(
  db: Database,
  limit: number,
): Promise<readonly QueuedNotification[]> {
  const { rows } = await sql<QueuedNotification>`
    select n.id, n.resident_id as "residentId", n.event, n.channel, coalesce(t.push_amounts, false) as "pushAmounts", n.locale, n.args, n.message_id as "messageId", n.subject_id as "subjectId", n.notice_id as "noticeId",
      n.attempts, n.legal_minimum as "legalMinimum", rings_for_seconds(n, business_now()) as "ringsForSeconds", r.email as "to", r.name, r.zone, (select livemode from deployment) as livemode,
      case when n.topic is not null then '[]' else lines_of_message(n.id) end as lines
    from lease_notifications(${limit}, interval '60 seconds') n join residents r on r.id = n.resident_id left join notification_settings t on t.resident_id = r.id`.execute(
    db,
  );
  return rows;
}

/** Writes how a batch of messages ended; an accepted notice starts its clock in the same transaction. */
export async function settleNotifications(db: Database, deliveries: readonly Delivery[]): Promise<void> {
  await sql`select settle_notifications(${JSON.stringify(deliveries)}::jsonb)`.execute(db);
}
