import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Something whose next look has passed although somebody should have looked. */
export type Overdue = {
  readonly kind: "payment" | "mandate";
  readonly id: string;
  readonly gateway: string | null;
};

/**
 * Open payments and mandates whose next look is past by more than `graceMs` of real time: their workflow sleeps too
 * long (the clock jumped), or is gone. Nothing ends in silence (payment rules §3.1).
 */
export async function readOverdue(
  db: Database,
  request: { readonly graceMs: number; readonly limit: number },
): Promise<readonly Overdue[]> {
  const { rows } = await sql<Overdue>`
    with edge as (select business_now() - (business_after_real(make_interval(secs => ${request.graceMs} / 1000.0)) - business_now()) as at)
    (select 'payment' as kind, y.id, y.gateway from payments y, edge
      where y.state in ('scheduled', 'needs-payer', 'charging') and y.next_look_at < edge.at order by y.next_look_at limit ${request.limit})
    union all
    (select 'mandate', m.id, null from mandates m, edge where m.next_look_at < edge.at order by m.next_look_at limit ${request.limit})`.execute(
    db,
  );
  return rows;
}

/** Transmissions without an answer past their lease become unknown, even if no workflow lives. */
export async function expireLeases(db: Database): Promise<number> {
  let expired = 0;
  for (;;) {
    const { rows } = await sql<{ n: number }>`select expire_leases() as n`.execute(db);
    const here = rows[0]?.n ?? 0;
    if (here === 0) return expired;
    expired += here;
  }
}

/** Messages that got no answer twice count as not delivered. */
export async function expireNotifications(db: Database): Promise<void> {
  await sql`select expire_notifications()`.execute(db);
}

/**
 * A charge that may still take money although its payment has ended by another one has no workflow that waits for it: a nudge an hour keeps it
 * in sight until the gateway says how it ended.
 */
export async function nudgeUnwatchedCharges(db: Database): Promise<void> {
  await sql`
    insert into gateway_nudges (gateway, event, object_id, charge_id)
    select c.gateway, 'unwatched', coalesce(c.object_id, ''), c.id
    from charges c join payments y on y.id = c.payment_id
    where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') and y.state <> 'charging'
      and not exists (select 1 from gateway_nudges g where g.charge_id = c.id
        and g.received_at > clock_timestamp() - interval '1 hour')`.execute(db);
}

/** Payments that a stop has ended and nobody has closed yet. */
export async function readStoppedPayments(
  db: Database,
): Promise<readonly { readonly paymentId: string; readonly outcome: string }[]> {
  const { rows } = await sql<{ paymentId: string; outcome: string }>`
    select payment_id as "paymentId", outcome from stopped_payments(100)`.execute(db);
  return rows;
}

/** Mandates without a usable method pause; tokens of withdrawn methods go. */
export async function followWithdrawals(db: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`select follow_withdrawals() as n`.execute(db);
  return rows[0]?.n ?? 0;
}

/** What a gateway's notification is about, as far as our rows know it. */
export type Nudge = {
  readonly id: number;
  readonly objectId: string;
  /** The charge that may still take money: its payment is rung. */
  readonly paymentId: string | null;
  /** The charge that ended without money, or whose payment was paid by another one: no workflow waits for it, its object is looked at. */
  readonly unwatchedChargeId: string | null;
  readonly attempts: number;
};

/** Takes gateways' notifications, oldest first; each is only a reason to look. Who dies over one gives it back. */
export async function leaseNudges(db: Database): Promise<readonly Nudge[]> {
  const { rows } = await sql<Nudge>`
    with taken as (
      update gateway_nudges g set attempts = attempts + 1,
        not_before = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(attempts, 7)))
      where g.id in (select id from gateway_nudges where done_at is null and not_before <= clock_timestamp()
        order by id limit 100 for update skip locked)
      returning g.*)
    select t.id, t.object_id as "objectId", t.attempts,
      case when c.undecided and c.watched then c.payment_id end as "paymentId",
      -- that it was canceled is what we know already, unless its object had turned up again
      case when c.undecided and not c.watched or c.state = 'not-charged' and (t.event <> 'payment.canceled' or exists (select 1
        from cases k where k.kind = 'ghost' and k.subject = c.id and k.closed_at is null)) then c.id end as "unwatchedChargeId"
    from taken t left join lateral (select c.*, y.state = 'charging' as watched,
        c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') as undecided
      from charges c join payments y on y.id = c.payment_id where c.gateway = t.gateway
      and (c.id = t.charge_id or c.object_id = t.object_id) order by c.id = t.charge_id desc limit 1) c on true
    order by t.id`.execute(db);
  return rows;
}

/** Marks notifications as followed. */
export async function finishNudges(db: Database, ids: readonly number[]): Promise<void> {
  await sql`update gateway_nudges set done_at = clock_timestamp() where id = any(${ids}::bigint[])`.execute(
    db,
  );
}
