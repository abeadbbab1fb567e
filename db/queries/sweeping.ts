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

/** Gateways' notifications about charges that are still undecided, oldest first; each is only a reason to look. */
export async function leaseNudges(db: Database): Promise<readonly { readonly paymentId: string }[]> {
  const { rows } = await sql<{ paymentId: string }>`
    with taken as (
      update gateway_nudges g set done_at = clock_timestamp(), attempts = attempts + 1
      where g.id in (select id from gateway_nudges where done_at is null and not_before <= clock_timestamp()
        order by id limit 100 for update skip locked)
      returning g.gateway, g.object_id, g.charge_id)
    select distinct c.payment_id as "paymentId" from taken t
    join charges c on c.gateway = t.gateway and (c.id = t.charge_id or c.object_id = t.object_id)
    where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')
       or exists (select 1 from payments y where y.id = c.payment_id and y.state = 'closed')`.execute(db);
  return rows;
}
