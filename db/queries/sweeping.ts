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

/** Messages whose channel reaches their reader no more go on by another one, or count as not delivered. */
export async function dropUnreachable(db: Database): Promise<void> {
  await sql`select drop_unreachable()`.execute(db);
}

/** Messages that got no answer twice count as not delivered. */
export async function expireNotifications(db: Database): Promise<void> {
  await repeat(async () => {
    const { rows } = await sql<{ done: boolean }>`select expire_one_notification() as done`.execute(db);
    return rows[0]?.done ?? false;
  });
}

/** What one pass takes at most: the next pass goes on, and nothing else of this one has to wait for ever. */
const MOST_OF_A_PASS = 1_000;

/**
 * Does a small thing, one row in one transaction of its own, until there is none: rows of several debts have no order between their
 * locks. Answers how many there were.
 */
async function repeat(one: () => Promise<boolean>): Promise<number> {
  let done = 0;
  while (done < MOST_OF_A_PASS && (await one())) done += 1;
  return done;
}

/**
 * A charge that may still take money although its payment has ended by another one has no workflow that waits for it: a nudge an hour keeps it
 * in sight until the gateway says how it ended.
 */
export async function nudgeUnwatchedCharges(db: Database): Promise<void> {
  await nudgeDecidedByHand(db);
  await sql`
    insert into gateway_nudges (gateway, event, object_id, charge_id)
    select c.gateway, 'unwatched', coalesce(c.object_id, ''), c.id
    from charges c join payments y on y.id = c.payment_id
    where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') and y.state <> 'charging'
      and not exists (select 1 from gateway_nudges g where g.charge_id = c.id
        and g.received_at > clock_timestamp() - interval '1 hour')`.execute(db);
}

/**
 * What operators decided is looked at once a day for a month, where its object is known: the gateway may know better by then, and money that it shows
 * after all is booked (C11), money that it denies is a case (C12).
 */
async function nudgeDecidedByHand(db: Database): Promise<void> {
  await sql`
    insert into gateway_nudges (gateway, event, object_id, charge_id)
    select c.gateway, 'decided-by-hand', c.object_id, c.id
    from charges c
    where c.id in (select r.charge_id from resolutions r where r.state = 'confirmed' and r.closed_at > business_now() - interval '30 days')
      and c.object_id is not null and (c.how = 'by-hand' or is_charged_by_hand(c) and not is_denied(c))
      and not exists (select 1 from gateway_nudges g where g.charge_id = c.id and g.received_at > clock_timestamp() - interval '1 day')
      and c.decided_at < business_now() - interval '1 hour'`.execute(db);
}

/** Payments that a stop has ended and nobody has closed yet. */
export async function readStoppedPayments(
  db: Database,
): Promise<readonly { readonly paymentId: string; readonly outcome: string }[]> {
  const { rows } = await sql<{ paymentId: string; outcome: string }>`
    select payment_id as "paymentId", outcome from stopped_payments(100)`.execute(db);
  return rows;
}

/**
 * What follows the end of methods: mandates without a usable one pause, tokens of withdrawn ones go, debits move to the next one. Answers how
 * many rows were touched.
 */
export async function followWithdrawals(db: Database): Promise<number> {
  await forgetIdleDoubts(db);
  return repeat(async () => {
    const { rows } = await sql<{ done: boolean }>`select follow_one_withdrawal() as done`.execute(db);
    return rows[0]?.done ?? false;
  });
}

/** Most changes of methods and mandates lead to nothing: a city's worth of them is passed over in a few statements. */
async function forgetIdleDoubts(db: Database): Promise<void> {
  const most = 5_000;
  for (let forgotten = most; forgotten === most; ) {
    const { rows } = await sql<{ n: number }>`select forget_idle_method_doubts(${most}) as n`.execute(db);
    forgotten = rows[0]?.n ?? 0;
  }
}

/** What a gateway's notification is about, as far as our rows know it. */
export type Nudge = {
  readonly id: number;
  readonly gateway: string;
  readonly event: string;
  readonly objectId: string;
  /** The charge that may still take money: its payment is rung. */
  readonly paymentId: string | null;
  /**
   * The charge that ended without money, or whose payment was paid by another one: no workflow waits for it, its object is looked at. Or any charge of which
   * another object than its own is named: its workflow would look at its own.
   */
  readonly unwatchedChargeId: string | null;
  readonly attempts: number;
};

/** Takes gateways' notifications, oldest first; each is only a reason to look. Who dies over one gives it back. */
export async function leaseNudges(db: Database): Promise<readonly Nudge[]> {
  const { rows } = await sql<Nudge>`
    with taken as (
      update gateway_nudges g set attempts = attempts + 1,
        not_before = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, least(attempts, 7)))
      where g.id in (select id from gateway_nudges where done_at is null and subject = 'charge' and not_before <= clock_timestamp()
        order by id limit 100 for update skip locked)
      returning g.*)
    select t.id, t.gateway, t.event, t.object_id as "objectId", t.attempts,
      case when c.undecided and c.watched and not c.beside then c.payment_id end as "paymentId",
      -- that it was canceled is what we know already, unless its object had turned up again
      case when c.beside or c.undecided and not c.watched or c.state = 'not-charged' and (t.event <> 'payment.canceled' or exists (select 1
        from cases k where k.kind = 'ghost' and k.subject = c.id and k.closed_at is null)) or c.by_hand then c.id end as "unwatchedChargeId"
    from taken t left join lateral (select c.*, is_charged_by_hand(c) as by_hand, y.state = 'charging' as watched,
        c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') as undecided,
        t.object_id <> '' and c.object_id is not null and t.object_id <> c.object_id as beside
      -- two looks by two indexes: an "or" over both would read every charge there is
      from (select x.* from charges x where x.gateway = t.gateway and x.id = t.charge_id
        union all select x.* from charges x
          where x.gateway = t.gateway and x.object_id = t.object_id and x.id is distinct from t.charge_id) c
      join payments y on y.id = c.payment_id
      -- where one object stands for several charges of a payment, the newest is meant
      order by c.id is not distinct from t.charge_id desc, c.first_sent_at desc, c.ordinal desc limit 1) c on true
    order by t.id`.execute(db);
  return rows;
}

/** Marks notifications as followed. */
export async function finishNudges(db: Database, ids: readonly number[]): Promise<void> {
  await sql`update gateway_nudges set done_at = clock_timestamp() where id = any(${ids}::bigint[])`.execute(
    db,
  );
}

/** Announces the end of mandates that have debited nothing for a year, and ends them 13 months after the last debit. */
export async function endDormantMandates(db: Database): Promise<void> {
  for (let more = true; more; ) {
    const { rows } = await sql<{ done: boolean }>`select look_at_one_dormant_mandate() as done`.execute(db);
    more = rows[0]?.done ?? false;
  }
}

/** Sources that have answered nobody for a day, and of whose silence not everybody has been told. */
export async function readUntoldOutages(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ source: string }>`select source from untold_outages() source`.execute(db);
  return rows.map(({ source }) => source);
}

/** So many are told in one transaction. */
const TOLD_AT_ONCE = 500;

/** Tells everybody who has something to ask a source about that it is silent; once for each outage, whoever dies over it. */
export async function tellOfSilence(
  db: Database,
  {
    source,
    title,
  }: { readonly source: string; readonly title: { readonly ru: string; readonly en: string } },
): Promise<void> {
  for (let more = true; more; ) {
    const { rows } = await sql<{ more: boolean }>`
      select tell_of_silence(${source}, ${title.ru}, ${title.en}, ${TOLD_AT_ONCE}) as more`.execute(db);
    more = rows[0]?.more ?? false;
  }
}
