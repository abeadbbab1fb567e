import { type Kysely, sql } from "kysely";
import type { Currency } from "../../domain/money.ts";
import type { ChargeState, Need, PaymentOutcome, PaymentState } from "../../domain/payment.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import type { StoredPayee } from "./bills.ts";
import type { InFlightRow } from "./methods.ts";

/** A payment with its charges and its newest notice. Instants inside `charges` and `notice` are in PostgreSQL's form. */
export type PaymentRow = {
  readonly id: string;
  readonly bill_id: string;
  readonly purpose: string;
  readonly biller_id: string;
  readonly biller_name: string;
  readonly category: string;
  readonly amount_minor: number;
  readonly currency: Currency;
  readonly state: PaymentState;
  readonly need: Need | null;
  readonly outcome: PaymentOutcome | null;
  readonly reason: string | null;
  readonly stop_mark: string | null;
  readonly route: "mandate" | "manual" | "batch" | "template" | "api";
  readonly channel: string;
  readonly mandate_id: string | null;
  readonly method_id: string | null;
  readonly method_title: string | null;
  readonly planned_on: string;
  readonly not_before: string;
  readonly give_up_at: string;
  readonly next_look_at: string;
  readonly paid_at: string | null;
  readonly livemode: boolean;
  readonly created_at: string;
  readonly charges: readonly {
    readonly id: string;
    readonly state: ChargeState;
    readonly how: string | null;
    readonly reason: string | null;
    readonly sentAt: string;
    readonly confirmBy: string | null;
  }[];
  readonly notice: {
    readonly state: "queued" | "accepted" | "void";
    readonly acceptedAt: string | null;
    readonly notBefore: string;
    readonly notAfter: string;
  } | null;
  /** The charge that waits for its payer, while nothing was stopped; `confirmation` is sealed with the charge's id. */
  readonly challenged_id: string | null;
  readonly confirmation: Buffer | null;
  readonly confirm_by: string | null;
};

export type OwnPayment = { readonly residentId: string; readonly paymentId: string };

// A link to the bank is shown only while the payer still wants to pay: after a stop it goes dark (payment rules §6).
const challengedNow = sql`
  select c.id, c.confirmation, c.confirm_by from charges c left join methods t on t.id = c.method_id
   where c.payment_id = y.id and c.state = 'challenged' and c.confirmation is not null and c.confirm_by > business_now()
     and y.stop_mark is null and b.state = 'owed' and t.state is distinct from 'withdrawn'
     and (y.mandate_id is null or exists (select 1 from mandates m where m.id = y.mandate_id and m.state = 'active'
                                            and (m.last_stop_at is null or y.created_at > m.last_stop_at)))`;

const payments = sql`
  select y.id, y.bill_id, b.purpose, r.id as biller_id, r.name as biller_name, r.category, y.amount_minor, y.currency, y.state, y.need,
         y.outcome, y.reason, y.stop_mark, y.route, y.channel, y.mandate_id, y.method_id, t.title as method_title, y.planned_on,
         y.not_before, y.give_up_at, y.next_look_at, y.paid_at, y.livemode, y.created_at,
         coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'state', c.state, 'how', c.how, 'reason', c.reason,
                     'sentAt', c.first_sent_at, 'confirmBy', c.confirm_by) order by c.ordinal)
                    from charges c where c.payment_id = y.id), '[]') as charges,
         (select jsonb_build_object('state', n.state, 'acceptedAt', n.accepted_at, 'notBefore', n.not_before, 'notAfter', n.not_after)
            from notices n where n.payment_id = y.id order by n.created_at desc, n.id desc limit 1) as notice,
         w.id as challenged_id, w.confirmation, w.confirm_by
    from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
    left join methods t on t.id = y.method_id
    left join lateral (${challengedNow}) w on true`;

/** One page of a resident's payments, newest first. */
export async function listPayments(
  db: Database,
  query: {
    readonly residentId: string;
    readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly PaymentRow[]> {
  // Instants travel as milliseconds: the order must not look any closer.
  const placed = sql`(date_trunc('milliseconds', y.created_at), y.id)`;
  const after =
    query.after === undefined
      ? sql``
      : sql`and ${placed} < (${query.after.createdAt}::timestamptz, ${query.after.id})`;
  const { rows } = await sql<PaymentRow>`${payments} where y.resident_id = ${query.residentId} ${after}
    order by date_trunc('milliseconds', y.created_at) desc, y.id desc limit ${query.limit}`.execute(db);
  return rows;
}

/** One payment of a resident, in any state. */
export async function findPayment(db: Kysely<DB>, own: OwnPayment): Promise<PaymentRow | undefined> {
  const { rows } = await sql<PaymentRow>`${payments} where y.id = ${own.paymentId}
    and y.resident_id = ${own.residentId}`.execute(db);
  return rows[0];
}

/** One payment of anybody, for operators. */
export async function findAnyPayment(db: Database, paymentId: string): Promise<PaymentRow | undefined> {
  const { rows } = await sql<PaymentRow>`${payments} where y.id = ${paymentId}`.execute(db);
  return rows[0];
}

/** What the payer tells us to pay; amounts in minor units. */
export type Instruction = {
  readonly residentId: string;
  /** Null: the payer enters a card on the gateway's page. */
  readonly methodId: string | null;
  readonly amountMinor: number;
  /** Hash of the payee as it was shown. */
  readonly payeeHash: string;
  /** How the payer was signed in. */
  readonly signIn: string;
  readonly ip: string | null;
};

export type PayNowAnswer =
  | { readonly paymentId: string; readonly refused?: undefined }
  | {
      readonly refused:
        | "bill-not-found"
        | "bill-not-owed"
        | "amount-changed"
        | "bill-being-paid"
        | "too-many-unfinished";
      /** The caller's own payment that is paying the bill. */
      readonly payment?: string | null;
    };

/** The payer pays a bill now: claim, payment, instruction and the message to Temporal in one transaction. */
export async function payNow(
  transaction: Kysely<DB>,
  order: Instruction & {
    readonly billId: string;
    readonly route: "manual" | "api";
    readonly channel: string;
  },
): Promise<PayNowAnswer> {
  const { rows } = await sql<{ answer: PayNowAnswer }>`
    select pay_now(${JSON.stringify(order)}::jsonb) as answer`.execute(transaction);
  const [row] = rows;
  if (!row) throw new Error("pay_now answered nothing");
  return row.answer;
}

export type ConfirmAnswer =
  | { readonly paymentId: string; readonly state: PaymentState; readonly refused?: undefined }
  | { readonly refused: "payment-not-waiting" | "bill-not-owed" | "amount-changed" };

/** The payer meets the need of a waiting payment. Null: the resident has no such payment. */
export async function confirmPayment(
  db: Kysely<DB>,
  confirmation: Instruction & { readonly paymentId: string },
): Promise<ConfirmAnswer | null> {
  const { paymentId, residentId } = confirmation;
  const { rows } = await sql<{ answer: ConfirmAnswer | null }>`
    select confirm_payment(${paymentId}, ${residentId}, ${JSON.stringify(confirmation)}::jsonb) as answer`.execute(
    db,
  );
  return rows[0]?.answer ?? null;
}

export type SkipRow = {
  readonly payment: string;
  readonly state: PaymentState;
  readonly stoppedAt: string;
  readonly inFlight: readonly InFlightRow[];
};

/** Skips one planned debit: a stop. Null: no such debit of a mandate of this resident. */
export async function skipPayment(db: Database, own: OwnPayment): Promise<SkipRow | null> {
  const { rows } = await sql<{ answer: SkipRow | null }>`
    select skip_payment(${own.paymentId}, ${own.residentId}) as answer`.execute(db);
  return rows[0]?.answer ?? null;
}

/** What stands on a receipt: the charge that took the money, and the bill that it paid. */
export type ReceiptRow = {
  readonly bill_id: string;
  readonly biller_id: string;
  readonly biller_name: string;
  readonly category: string;
  readonly payee: StoredPayee;
  readonly purpose: string;
  readonly account: string;
  readonly period: string;
  readonly paid_minor: number;
  readonly currency: Currency;
  readonly paid_at: string;
  readonly method_title: string | null;
  readonly charge_id: string;
  readonly object_id: string | null;
  readonly livemode: boolean;
};

/** The receipt of a paid payment; undefined while it is not paid. Purpose and payee are those of the version that was paid. */
export async function findReceipt(db: Database, own: OwnPayment): Promise<ReceiptRow | undefined> {
  const { rows } = await sql<ReceiptRow>`
    select y.bill_id, r.id as biller_id, r.name as biller_name, r.category, v.payee, v.purpose, b.account, b.period, y.paid_minor, y.currency,
           y.paid_at, t.title as method_title, c.id as charge_id, c.object_id, y.livemode
      from payments y join bills b on b.id = y.bill_id join billers r on r.id = b.biller_id
      join lateral (select * from charges c where c.payment_id = y.id and c.state = 'charged' order by c.ordinal desc limit 1) c on true
      join bill_versions v on v.bill_id = b.id and v.version = c.bill_version
      left join methods t on t.id = c.method_id
     where y.id = ${own.paymentId} and y.resident_id = ${own.residentId} and y.state = 'paid'`.execute(db);
  return rows[0];
}

export type TimelineRow = {
  readonly at: string;
  readonly what: string;
  readonly detail: Record<string, unknown>;
};

/** Everything that is known about how a payment came about and went on, in order of time; no secrets, no addresses of people. */
export async function readTimeline(db: Database, paymentId: string): Promise<readonly TimelineRow[]> {
  const { rows } = await sql<TimelineRow>`
    select at, what, detail from (
      select y.created_at as at, 'payment.created' as what, jsonb_build_object('route', y.route, 'channel', y.channel,
             'plannedOn', y.planned_on, 'billVersion', y.bill_version) as detail
        from payments y where y.id = ${paymentId}
      union all
      select a.at, a.action, a.detail from audit a
       where a.subject = ${paymentId} or a.subject in (select c.id from charges c where c.payment_id = ${paymentId})
      union all
      select n.created_at, 'notice.queued', jsonb_build_object('notice', n.id, 'plannedOn', n.planned_on, 'notBefore', n.not_before,
             'amountMinor', n.amount_minor, 'currency', n.currency) from notices n where n.payment_id = ${paymentId}
      union all
      select n.accepted_at, 'notice.accepted', jsonb_build_object('notice', n.id, 'channel', n.channel, 'notBefore', n.not_before)
        from notices n where n.payment_id = ${paymentId} and n.accepted_at is not null
      union all
      select p.business_at, 'gate.passed', jsonb_build_object('charge', p.charge_id, 'transmission', p.transmission, 'checks', p.checks)
        from gate_passes p join charges c on c.id = p.charge_id where c.payment_id = ${paymentId}
      union all
      select e.seen_at, 'evidence.' || e.outcome, jsonb_build_object('charge', e.charge_id, 'source', e.source, 'rank', e.rank, 'moved', e.moved)
        from evidence e join charges c on c.id = e.charge_id where c.payment_id = ${paymentId}
      union all
      select c.decided_at, 'charge.' || c.state, jsonb_build_object('charge', c.id, 'how', c.how, 'reason', c.reason)
        from charges c where c.payment_id = ${paymentId} and c.decided_at is not null
      union all
      select i.given_at, 'instruction.given', jsonb_build_object('amountMinor', i.amount_minor, 'currency', i.currency)
        from instructions i where i.payment_id = ${paymentId}
      union all
      select coalesce(x.sent_at, x.created_at), 'message.' || x.state, jsonb_build_object('event', x.event, 'channel', x.channel, 'why', x.why)
        from notifications x where x.payment_id = ${paymentId}
    ) told order by at, what`.execute(db);
  return rows;
}

/** Did something come out of a payment that its payer is waiting for? */
export async function hasFirstResult(db: Database, paymentId: string): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    select y.state in ('paid', 'needs-payer', 'returning', 'closed')
        or exists (select 1 from charges c where c.payment_id = y.id and c.state = 'challenged') as known
      from payments y where y.id = ${paymentId}`.execute(db);
  return rows[0]?.known ?? false;
}
