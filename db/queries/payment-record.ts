import { sql } from "kysely";
import type { Currency } from "../../domain/money.ts";
import type { Database } from "../database.ts";
import type { StoredPayee } from "./bills.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";
import type { OwnPayment } from "./payments.ts";

/** What stands on a receipt: the charge that took the money, and the bill that it paid. */
export type ReceiptRow = NamedBillerRow & {
  readonly bill_id: string;
  readonly payee: StoredPayee;
  readonly purpose: string;
  readonly unasked: boolean;
  readonly account: string;
  readonly period: string;
  readonly paid_minor: number;
  /** Of it, what has gone back. */
  readonly returned_minor: number;
  readonly currency: Currency;
  readonly paid_at: string;
  readonly method_title: string | null;
  readonly charge_kind: string;
  readonly charge_id: string;
  readonly object_id: string | null;
  readonly livemode: boolean;
};

/** The receipt of a paid payment; undefined while it is not paid. Purpose and payee are those of the version that was paid. */
export async function findReceipt(db: Database, own: OwnPayment): Promise<ReceiptRow | undefined> {
  const { rows } = await sql<ReceiptRow>`
    select y.bill_id, ${namedBiller}, coalesce(v.payee, b.payee) as payee, coalesce(v.purpose, b.purpose) as purpose, b.source = 'payer' as unasked, b.account, b.period, y.paid_minor,
           (select coalesce(sum(f.amount_minor), 0)::bigint from refunds f where f.charge_id = c.id and f.state = 'done') as returned_minor, y.currency,
           y.paid_at, t.title as method_title, c.kind as charge_kind, c.id as charge_id, c.object_id, y.livemode
      from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
      join lateral (select * from charges c where c.payment_id = y.id and c.state = 'charged' order by c.ordinal desc limit 1) c on true
      left join bill_versions v on v.bill_id = b.id and v.version = c.bill_version
      left join methods t on t.id = c.method_id
     where y.id = ${own.paymentId} and y.resident_id = ${own.residentId} and y.state = 'paid'`.execute(db);
  return rows[0];
}

export type TimelineRow = {
  readonly at: string;
  readonly what: string;
  readonly detail: Record<string, unknown>;
};

/** What a payer may read of the record of each action; of every other action only that it happened, and who did it. */
const TOLD_OF: Readonly<Record<string, readonly string[]>> = {
  "payment.closed": ["outcome", "reason"],
  "payment.other-method": ["charge"],
  "charge.charged": ["wanted", "why", "stopped"],
  "charge.proved": ["decided", "shown"],
  "resolution.confirm": ["verdict", "amountMinor"],
};

/**
 * How a payment came about and went on, in order of time, as its payer may read it: no secrets, no addresses, nobody's name. `by` says who acted: `payer`,
 * `operator` or `engine`.
 */
export async function readTimeline(db: Database, paymentId: string): Promise<readonly TimelineRow[]> {
  const { rows } = await sql<TimelineRow>`
    select at, what, detail from (
      select y.created_at as at, 'payment.created' as what, jsonb_build_object('route', y.route, 'channel', y.channel,
             'plannedOn', y.planned_on, 'billVersion', y.bill_version) as detail
        from payments y where y.id = ${paymentId}
      union all
      select a.at, a.action, jsonb_build_object('by', case when a.actor in ('engine', 'system') then 'engine'
               when a.actor = 'payer' or exists (select 1 from payments y where y.id = ${paymentId} and y.resident_id = a.actor) then 'payer'
               else 'operator' end)
             || coalesce((select jsonb_object_agg(d.key, d.value) from jsonb_each(a.detail) d
                  where (${JSON.stringify(TOLD_OF)}::jsonb -> a.action) ? d.key), '{}')
        from audit a
       where a.subject = any (array[${paymentId}::text] || array(select c.id from charges c where c.payment_id = ${paymentId}))
      union all
      select n.created_at, 'notice.queued', jsonb_build_object('notice', n.id, 'plannedOn', n.planned_on, 'notBefore', n.not_before,
             'amountMinor', n.amount_minor, 'currency', n.currency) from notices n where n.payment_id = ${paymentId}
      union all
      select n.accepted_at, 'notice.accepted', jsonb_build_object('notice', n.id, 'channel', n.channel, 'notBefore', n.not_before)
        from notices n where n.payment_id = ${paymentId} and n.accepted_at is not null
      union all
      select p.business_at, 'gate.passed', jsonb_build_object('charge', p.charge_id, 'transmission', p.transmission, 'kind', p.kind, 'checks', p.checks)
        from gate_passes p join charges c on c.id = p.charge_id where c.payment_id = ${paymentId}
      union all
      select e.seen_at, 'evidence.' || e.outcome, jsonb_build_object('charge', e.charge_id, 'source', e.source, 'rank', e.rank, 'moved', e.moved)
        from evidence e join charges c on c.id = e.charge_id where c.payment_id = ${paymentId}
      union all
      select c.decided_at, 'charge.' || c.state, jsonb_build_object('charge', c.id, 'gateway', c.gateway, 'how', c.how, 'reason', c.reason,
             'because', c.because) from charges c where c.payment_id = ${paymentId} and c.decided_at is not null
      union all
      select i.given_at, 'instruction.given', jsonb_build_object('amountMinor', i.amount_minor, 'currency', i.currency)
        from instructions i where i.payment_id = ${paymentId}
      union all
      select coalesce(x.sent_at, x.created_at), 'message.' || x.state, jsonb_build_object('event', x.event, 'channel', x.channel, 'why', x.why)
        from notifications x where x.payment_id = ${paymentId}
    ) told order by at, what`.execute(db);
  return rows;
}
