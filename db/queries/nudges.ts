import { sql } from "kysely";
import type { Database } from "../database.ts";

/** What a gateway told us, as far as it is read: which object to look at, and why. */
export type KeptNudge = {
  readonly gateway: string;
  readonly event: string;
  /** The vendor's id of the event; null where it numbers nothing. */
  readonly eventId: string | null;
  readonly subject: "charge" | "binding" | "refund" | "dispute";
  /** Empty for a `binding`: that is known by its key. */
  readonly objectId: string;
  /** Keyed hash of the gateway's name of a binding or a saved method; the name itself may be a token. */
  readonly objectKey?: string;
  /** The standing permission for the method. */
  readonly permissionId?: string;
  /** The charged object that a dispute is about. */
  readonly ofObjectId?: string;
  readonly chargeId: string | null;
};

/** Keeps a notification as a reason to look, never as evidence. The same event again makes no row; one insert, nothing else. */
export async function keepNudge(db: Database, nudge: KeptNudge): Promise<void> {
  await sql`select keep_nudge(${JSON.stringify(nudge)}::jsonb)`.execute(db);
}

/** `forged`: a signature that does not fit. `stranger`: an address that is none of the gateway's. `unreadable`: no notification at all. */
export type RefusedNotification = "forged" | "stranger" | "unreadable";

/** Adds to the day's count of notifications that were turned away. */
export async function countRefusals(
  db: Database,
  counts: readonly { readonly gateway: string; readonly kind: RefusedNotification; readonly times: number }[],
): Promise<void> {
  await sql`
    insert into notification_refusals (gateway, kind, times)
      select x->>'gateway', x->>'kind', (x->>'times')::bigint from jsonb_array_elements(${JSON.stringify(counts)}::jsonb) x
      order by 1, 2
    on conflict (gateway, on_day, kind) do update set times = notification_refusals.times + excluded.times`.execute(
    db,
  );
}

/** News of something that is no charge: a saved method, a refund, a dispute. */
export type GatewayEvent = {
  readonly id: number;
  readonly gateway: string;
  readonly event: string;
  readonly subject: "binding" | "refund" | "dispute";
  readonly objectId: string;
  readonly attempts: number;
  /** The charge of ours that a dispute is about. */
  readonly disputed: string | null;
  readonly permissionId: string | null;
  /** The method that the news, or our own watch over its month, are about. */
  readonly method: { readonly residentId: string; readonly methodId: string } | null;
};

/** Takes news of bindings, refunds and disputes, oldest first; who dies over one gives it back. */
export async function leaseGatewayEvents(db: Database): Promise<readonly GatewayEvent[]> {
  const { rows } = await sql<GatewayEvent>`
    with taken as (
      update gateway_nudges g set attempts = attempts + 1,
        not_before = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(attempts, 7)))
      where g.id in (select id from gateway_nudges where done_at is null and subject <> 'charge' and not_before <= clock_timestamp()
        order by id limit 50 for update skip locked)
      returning g.*)
    select t.id, t.gateway, t.event, t.subject, t.object_id as "objectId", t.permission_id as "permissionId", t.attempts,
      -- where one object stands for several charges of a payment, the one that took the money is disputed
      (select c.id from charges c where t.subject = 'dispute' and c.gateway = t.gateway and c.object_id = t.of_object_id
        order by c.state = 'charged' desc, c.first_sent_at desc limit 1) as disputed,
      (select jsonb_build_object('residentId', m.resident_id, 'methodId', m.id) from methods m
        where t.subject = 'binding' and m.gateway = t.gateway and m.gateway_key = t.object_key
        order by m.state in ('active', 'unusable') desc, m.state = 'binding' desc, m.created_at desc limit 1) as method
    from taken t order by t.id`.execute(db);
  return rows;
}
