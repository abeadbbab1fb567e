import { type RawBuilder, sql } from "kysely";
import { DISCOUNT_DAYS, REMINDER_DAYS } from "../../domain/reminder-days.ts";
import type { Database } from "../database.ts";

/** Something that waits for an instant of the business clock. `at` is ISO 8601. */
export type DueInstant = { readonly kind: string; readonly id: string; readonly at: string };

/** What is due now: `gateway` only where a workflow can be rung for it. */
export type DueNow = DueInstant & { readonly gateway: string | null };

const OPEN_REFUNDS = sql`r.state in ('requested', 'sending', 'unknown', 'pending')`;

/**
 * Everything in the rows that waits for the business clock, each as (kind, id, at, gateway). Whoever lets something new wait for an instant adds it here, or the
 * test clock passes over it.
 */
const WAITING: readonly RawBuilder<unknown>[] = [
  sql`select 'mandate' as kind, m.id, m.next_look_at as at, null::text as gateway from mandates m where m.next_look_at is not null`,
  // who waits for the payer waits for the payer's deadline
  sql`select 'payment', y.id, case y.state when 'needs-payer' then y.give_up_at else y.next_look_at end, y.gateway
        from payments y where y.state in ('scheduled', 'needs-payer', 'charging')`,
  sql`select 'refund', r.id, r.next_look_at, c.gateway from refunds r join charges c on c.id = r.charge_id where ${OPEN_REFUNDS}`,
  reminders(["reminder", "overdue"], {
    days: REMINDER_DAYS,
    last: sql`b.due_on`,
    told: sql`n.args->>'days' = d.day::text`,
    if: sql`true`,
  }),
  reminders(["discount-ending"], {
    days: DISCOUNT_DAYS,
    last: sql`(b.discount->>'until')::date`,
    told: sql`n.args->>'discountUntil' = b.discount->>'until' and n.args->>'days' = d.day::text`,
    if: sql`b.discount_ends_at > business_now() and bill_due_at(b, b.discount_ends_at) <> bill_due(b)`,
  }),
  sql`select 'discount', b.id, b.discount_ends_at, null from bills b
        where b.state = 'owed' and not b.discount_over and b.discount_ends_at is not null`,
  // announcements of an end, and the end itself, of mandates that debit nothing
  sql`select 'dormancy', d.mandate_id, d.next_look_at, null from mandate_dormancy d join mandates m on m.id = d.mandate_id where m.state <> 'ended'`,
  // the oldest of an object's events at an endpoint: the others wait for it
  sql`select 'webhook', d.endpoint_id || '/' || d.object_id, d.next_try_at, null from webhook_deliveries d where d.state = 'queued' and not exists (select 1
        from webhook_deliveries e where e.endpoint_id = d.endpoint_id and e.object_id = d.object_id and e.state = 'queued' and e.event_seq < d.event_seq)`,
  sql`select 'kept-word', b.id, b.judge_at, null from bills b where b.judge_at is not null`,
  sql`select 'message', n.id, n.due_at, null from notifications n where n.state = 'queued' and n.digest_id is null`,
  sql`select 'digest', d.id, d.closes_at, null from digests d where d.state = 'open'`,
  // the days on which a card's end is told, and the one on which it has come
  sql`select 'card', x.id, (x.expires_on - e.day)::timestamp at time zone r.zone, null
        from methods x join residents r on r.id = x.resident_id, unnest(array[30, 7, -1]) e(day)
        where x.state = 'active' and x.expires_on is not null and (e.day < 0 or x.expiry_told is null or x.expiry_told > e.day)`,
  sql`select 'reading', f.resident_id || '/' || f.source, f.due_at, null from source_readings f
        where not exists (select 1 from source_states s where s.source = f.source and s.next_try_at > clock_timestamp())`,
  // a day of silence is told of, where there is anybody to be told
  sql`select 'silence', s.source, s.down_since + interval '24 hours', null from source_states s
        where s.down_since is not null and s.failures >= 2 and exists (select 1 from source_readings f where f.source = s.source)
          and not exists (select 1 from source_outages o where o.source = s.source and o.down_since = s.down_since and o.told_at is not null)`,
];

/** Reminders of bills that nobody pays for their people: told at ten in the morning, or not at all once half a day has gone by (looks.ts reads them). */
function reminders(
  events: readonly string[],
  of: {
    readonly days: readonly number[];
    readonly last: RawBuilder<unknown>;
    readonly told: RawBuilder<unknown>;
    readonly if: RawBuilder<unknown>;
  },
): RawBuilder<unknown> {
  return sql`
    select 'bill', b.id, t.at, null
      from bills b join billers r on r.id = b.biller_id, unnest(${[...of.days]}::int[]) d(day),
        lateral (select (${of.last} - d.day + time '10:00') at time zone r.zone as at) t
     where b.state = 'owed' and b.told and t.at > business_now() - interval '12 hours' and ${of.if}
       and not exists (select 1 from payments y where y.bill_id = b.id and y.state in ('scheduled', 'charging'))
       and exists (select 1 from bill_listeners(b) w(resident_id) where can_be_told(w.resident_id))
       and not exists (select 1 from notifications n where n.event = any (${[...events]}::text[]) and n.subject_id = b.id and ${of.told})`;
}

const waiting = sql`(${sql.join(WAITING, sql` union all `)}) w`;

/** The next instant at which something is to happen; null when nothing waits for a date. */
export async function readNextDue(db: Database): Promise<DueInstant | null> {
  const { rows } = await sql<DueInstant>`
    select w.kind, w.id, w.at from ${waiting} where w.at > business_now() order by w.at, w.kind, w.id limit 1`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** What waited for an instant that has come, and has not been done yet; the oldest first. */
export async function readDueNow(db: Database, limit: number): Promise<readonly DueNow[]> {
  const { rows } = await sql<DueNow>`
    select w.kind, w.id, w.at, w.gateway from ${waiting} where w.at <= business_now() order by w.at, w.kind, w.id limit ${limit}`.execute(
    db,
  );
  return rows;
}

/** Work that is under way by the real clock: it is done, or comes back, whatever the business clock says. */
export async function readUnderWay(db: Database, limit: number): Promise<readonly DueInstant[]> {
  const { rows } = await sql<DueInstant>`
    select kind, id, at from (
      select 'outbox' as kind, o.kind || '/' || o.subject_id as id, o.created_at as at from outbox o where o.done_at is null
      union all select 'charge', c.id, c.last_sent_at from charges c where c.state = 'sending'
      union all select 'refund-sent', r.id, r.last_sent_at from refunds r where r.state = 'sending'
      union all select 'message-sent', n.id, n.due_at from notifications n where n.state = 'sending'
      union all select 'webhook-sent', d.endpoint_id || '/' || d.object_id, d.last_tried_at from webhook_deliveries d
        where d.state = 'queued' and d.sending_since > clock_timestamp() - interval '30 seconds'
      union all select 'news', g.gateway || '/' || g.id, business_now() from gateway_nudges g where g.done_at is null) w
    order by at, kind, id limit ${limit}`.execute(db);
  return rows;
}

/** Payments, mandates, bills and refunds whose workflows were rung or started within the last minute of the business clock, each as `kind/id`. */
export async function readJustRung(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ workflow: string }>`
    select split_part(o.kind, '-', 2) || '/' || o.subject_id as workflow from outbox o
      where o.done_at > business_now() - interval '1 minute' and o.kind <> 'plan-bill'
    union select 'payment/' || c.payment_id from gateway_nudges g join charges c on c.id = g.charge_id or (c.gateway = g.gateway and c.object_id = g.object_id)
      where g.done_at > clock_timestamp() - interval '20 seconds'`.execute(db);
  return rows.map(({ workflow }) => workflow);
}

/** Starts the reminders of a bill anew whose workflow is gone. */
export async function startReminders(db: Database, billId: string): Promise<void> {
  await sql`select tell_workflow('start-bill', ${billId})`.execute(db);
}
