import { sql } from "kysely";
import type { Database } from "../database.ts";
import { pruneWebhooks } from "./webhook-deliveries.ts";

/** A message to Temporal that an earlier transaction asked for. */
export type OutboxItem = {
  readonly id: number;
  readonly kind:
    | "start-payment"
    | "start-mandate"
    | "start-bill"
    | "start-refund"
    | "start-digest"
    | "start-webhook"
    | "wake-payment"
    | "wake-mandate"
    | "wake-bill"
    | "wake-refund";
  readonly subjectId: string;
  readonly waitMs: number;
  readonly attempts: number;
  /** Search attributes of a workflow, set when it starts; opaque ids only. A bill has no payer of its own. */
  readonly payerId: string | null;
  readonly billerId: string | null;
  readonly category: string | null;
  readonly gateway: string | null;
  readonly dueOn: string | null;
};

/** Takes open messages for one drainer; a drainer that dies gives them back after the lease. */
export async function leaseOutbox(db: Database, limit: number): Promise<readonly OutboxItem[]> {
  const { rows } = await sql<OutboxItem>`
    with taken as (
      update outbox o set not_before = clock_timestamp() + interval '15 seconds', attempts = attempts + 1
      where o.id in (select id from outbox where done_at is null and kind <> 'plan-bill' and not_before <= clock_timestamp()
        order by id limit ${limit} for update skip locked)
      returning o.*)
    select t.id, t.kind, t.subject_id as "subjectId", coalesce((t.payload->>'waitMs')::bigint, 0) as "waitMs", t.attempts,
      coalesce(y.resident_id, m.resident_id) as "payerId", coalesce(b.biller_id, m.biller_id) as "billerId", r.category, y.gateway,
      b.due_on as "dueOn"
    from taken t
    left join refunds f on t.kind = 'start-refund' and f.id = t.subject_id
    left join payments y on y.id = case when t.kind in ('start-payment', 'wake-payment') then t.subject_id else f.payment_id end
    left join mandates m on t.kind in ('start-mandate') and m.id = t.subject_id
    left join bills b on b.id = coalesce(y.bill_id, case when t.kind = 'start-bill' then t.subject_id end)
    left join billers r on r.id = coalesce(b.biller_id, m.biller_id)
    order by t.id`.execute(db);
  return rows;
}

/** Marks messages as told. */
export async function finishOutbox(db: Database, ids: readonly number[]): Promise<void> {
  await sql`update outbox set done_at = business_now(), last_error = null where id = any(${ids}::bigint[])`.execute(
    db,
  );
}

/** Puts a message back with a pause that grows with its attempts, at most a minute. */
export async function postponeOutbox(
  db: Database,
  item: { readonly id: number; readonly error: string },
): Promise<void> {
  await sql`update outbox set last_error = ${item.error},
    not_before = clock_timestamp() + least(interval '1 minute', interval '0.5 seconds' * power(2, least(attempts, 7)))
    where id = ${item.id}`.execute(db);
}

/** So many rows of a kind lose their secrets in one transaction: nobody waits for it. */
const SECRETS_AT_ONCE = 1_000;

/**
 * Removes what was told long ago, and answers to commands that nobody repeats any more; the rows themselves are the record. Request bytes and raw answers that
 * have outlived their purpose lose their bytes and keep their hash (payment rules §15).
 */
export async function pruneOldWork(db: Database): Promise<void> {
  await sql`delete from idempotency_keys where created_at < clock_timestamp() - interval '7 days'`.execute(
    db,
  );
  await sql`delete from gateway_nudges where done_at < clock_timestamp() - interval '7 days'`.execute(db);
  await sql`delete from outbox where done_at < business_now() - interval '7 days'`.execute(db);
  // for a month its page says that it is too old
  await sql`delete from unsubscribe_links where expires_at < business_now() - interval '30 days'`.execute(db);
  await sql`delete from source_notices where done_at < business_now() - interval '7 days'`.execute(db);
  await pruneWebhooks(db);
  // anybody may send reports; what came of ours stands with the message
  await sql`delete from mail_returns where received_at < business_now() - interval '90 days'`.execute(db);
  // a year is compared with the one before
  await sql`delete from widget_uses where month < business_now() - interval '25 months'`.execute(db);
  // an allowance that is all there again is the same as none that was ever used
  await sql`delete from rate_limits where free_at < clock_timestamp()`.execute(db);
  await sql`delete from sessions where least(ended_at, expires_at) < clock_timestamp() - interval '7 days'`.execute(
    db,
  );
  while ((await pruneSecrets(db)) > 0);
}

async function pruneSecrets(db: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`select prune_secrets(${SECRETS_AT_ONCE}::int) as n`.execute(db);
  return rows[0]?.n ?? 0;
}
