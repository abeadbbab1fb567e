import { sql } from "kysely";
import type { Database } from "../database.ts";

/** What the workflow of an object at an endpoint does next. */
export type WebhookOrders =
  | { readonly do: "end" }
  | { readonly do: "wait"; readonly waitMs: number; readonly attempts: number }
  | { readonly do: "deliver"; readonly deliveryId: string; readonly attempt: number };

/** Reads what comes next. Buries a delivery whose last try has got no answer; cancels what waits for an endpoint that is disabled. */
export async function lookAtWebhookRows(
  db: Database,
  request: { readonly endpointId: string; readonly objectId: string; readonly mostAttempts: number },
): Promise<WebhookOrders> {
  const { rows } = await sql<{ orders: WebhookOrders }>`
    select look_at_webhook(${request.endpointId}, ${request.objectId}, ${request.mostAttempts}::int) as orders`.execute(
    db,
  );
  return rows[0]?.orders ?? { do: "end" };
}

/** A try that has begun; secrets are sealed, in base64, for the row of the endpoint. */
export type BegunAttempt = {
  readonly endpointId: string;
  readonly url: string;
  readonly eventId: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly secret: string;
  readonly previousSecret: string | null;
};

/** Longer than a request may take: only after it may somebody else try. */
const LEASE_SECONDS = 30;

/** Begins a try; null where it is not the next one, or not yet. */
export async function beginWebhookAttempt(
  db: Database,
  request: { readonly deliveryId: string; readonly attempt: number },
): Promise<BegunAttempt | null> {
  const { rows } = await sql<{ begun: BegunAttempt | null }>`
    select begin_webhook_attempt(${request.deliveryId}, ${request.attempt}::int, make_interval(secs => ${LEASE_SECONDS}::int)) as begun`.execute(
    db,
  );
  return rows[0]?.begun ?? null;
}

/** Writes down how a try ended. */
export async function settleWebhookAttempt(
  db: Database,
  ended: {
    readonly deliveryId: string;
    readonly attempt: number;
    readonly end: "delivered" | "later" | "dead" | "gone";
    /** From now, for `later`. */
    readonly seconds?: number;
    readonly status: number | null;
    readonly error: string | null;
  },
): Promise<void> {
  await sql`select settle_webhook_attempt(${ended.deliveryId}, ${ended.attempt}::int, ${ended.end}, ${ended.status}::int, ${ended.error},
    ${ended.seconds ?? 0}::float8)`.execute(db);
}

/**
 * Deliveries that should have been tried and were not, as `endpoint/object`: their workflow sleeps too long, or is gone. The oldest of an object alone counts: the others
 * wait for it. Of those who wait for their turn at an endpoint one alone: when it has been tried it hands on every turn that is free.
 */
export async function readOverdueWebhooks(
  db: Database,
  request: { readonly graceMs: number; readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with edge as (select business_now() - (business_after_real(make_interval(secs => ${request.graceMs} / 1000.0)) - business_now()) as at)
    select d.endpoint_id || '/' || d.object_id as id from webhook_deliveries d, edge
     where d.state = 'queued' and d.next_try_at < edge.at
       and not exists (select 1 from webhook_deliveries e where e.endpoint_id = d.endpoint_id and e.object_id = d.object_id and e.state = 'queued' and e.event_seq < d.event_seq)
       and (not d.waits_for_turn or d.event_seq = (select min(w.event_seq) from webhook_deliveries w where w.endpoint_id = d.endpoint_id and w.state = 'queued' and w.waits_for_turn))
     order by d.next_try_at limit ${request.limit}`.execute(db);
  return rows.map(({ id }) => id);
}

/** So long an event and what became of it can be looked at and replayed. */
const KEPT_DAYS = 30;

/** Removes events a month old whose deliveries have all ended, and secrets that sign no more. */
export async function pruneWebhooks(db: Database): Promise<void> {
  await sql`delete from webhook_deliveries where state <> 'queued' and whole_milliseconds(created_at) < business_now() - make_interval(days => ${KEPT_DAYS})
    and ended_at < business_now() - interval '7 days'`.execute(db);
  await sql`delete from webhook_events v where v.created_at < business_now() - make_interval(days => ${KEPT_DAYS})
    and not exists (select 1 from webhook_deliveries d where d.event_seq = v.seq)`.execute(db);
  await sql`update webhook_endpoints set previous_secret = null, previous_until = null where previous_until < business_now()`.execute(
    db,
  );
}
