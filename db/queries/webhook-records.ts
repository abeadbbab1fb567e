import { sql } from "kysely";
import type { WebhookObject } from "../../domain/webhook-events.ts";
import type { Database } from "../database.ts";

/** One event on its way to one endpoint, as operators see it. */
export type WebhookDeliveryRow = {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly type: string;
  readonly objectKind: WebhookObject;
  readonly objectId: string;
  readonly state: "queued" | "delivered" | "dead" | "cancelled";
  readonly why: string | null;
  readonly attempts: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly lastTriedAt: string | null;
  readonly nextTryAt: string | null;
  readonly endedAt: string | null;
  readonly createdAt: string;
};

const columns = sql`d.id, d.endpoint_id as "endpointId", v.id as "eventId", v.type, v.object_kind as "objectKind", v.object_id as "objectId", d.state, d.why, d.attempts,
  d.last_status as "lastStatus", d.last_error as "lastError", d.last_tried_at as "lastTriedAt", case d.state when 'queued' then d.next_try_at end as "nextTryAt",
  d.ended_at as "endedAt", d.created_at as "createdAt"`;

/** Deliveries, newest first. */
export async function listWebhookDeliveries(
  db: Database,
  query: {
    readonly endpointId?: string | undefined;
    readonly state?: string | undefined;
    readonly type?: string | undefined;
    readonly objectId?: string | undefined;
    readonly before?: { readonly createdAt: string; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly WebhookDeliveryRow[]> {
  const { endpointId, state, type, objectId, before } = query;
  const conditions = [
    sql`true`,
    ...(endpointId === undefined ? [] : [sql`d.endpoint_id = ${endpointId}`]),
    ...(state === undefined ? [] : [sql`d.state = ${state}`]),
    ...(type === undefined ? [] : [sql`v.type = ${type}`]),
    ...(objectId === undefined ? [] : [sql`d.object_id = ${objectId}`]),
    ...(before === undefined
      ? []
      : [sql`(whole_milliseconds(d.created_at), d.id) < (${before.createdAt}::timestamptz, ${before.id})`]),
  ];
  const { rows } = await sql<WebhookDeliveryRow>`
    select ${columns} from webhook_deliveries d join webhook_events v on v.seq = d.event_seq
     where ${sql.join(conditions, sql` and `)} order by whole_milliseconds(d.created_at) desc, d.id desc limit ${query.limit}`.execute(
    db,
  );
  return rows;
}

export async function findWebhookDelivery(db: Database, id: string): Promise<WebhookDeliveryRow | undefined> {
  const { rows } = await sql<WebhookDeliveryRow>`
    select ${columns} from webhook_deliveries d join webhook_events v on v.seq = d.event_seq where d.id = ${id}`.execute(
    db,
  );
  return rows[0];
}

/** Sends again what has ended, by the ids it had: one delivery, or all that are dead or were cancelled since an instant. Answers how many. */
export async function replayWebhooks(
  db: Database,
  order: {
    readonly endpointId: string;
    readonly deliveryId?: string;
    readonly since?: string;
    readonly by: string;
  },
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select replay_webhooks(${order.endpointId}, ${order.deliveryId ?? null}, ${order.since ?? null}::timestamptz, ${order.by}) as n`.execute(
    db,
  );
  return rows[0]?.n ?? 0;
}
