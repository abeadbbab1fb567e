import { type Kysely, sql } from "kysely";
import type { MethodKind, MethodUse } from "../../domain/capability-matrix.ts";
import type { Currency } from "../../domain/money.ts";
import type { MethodState } from "../../domain/method.ts";
import type { ChargeState, Need, PaymentOutcome, PaymentState } from "../../domain/payment.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";
import type { InFlightRow } from "./withdrawals.ts";

/** A payment with its charges and its newest notice. Instants inside `charges` and `notice` are in PostgreSQL's form. */
export type PaymentRow = NamedBillerRow & {
  readonly id: string;
  readonly bill_id: string;
  readonly purpose: string;
  readonly unasked: boolean;
  readonly amount_minor: number;
  readonly currency: Currency;
  readonly state: PaymentState;
  readonly need: Need | null;
  readonly usual_minor: number | null;
  readonly outcome: PaymentOutcome | null;
  readonly gateway: string;
  readonly reason: string | null;
  /** Our own remark about a wait; never what a bank said. */
  readonly remark: string | null;
  /** Our reason where the last try ended before its charge was made; null: the last charge tells. */
  readonly unprepared: string | null;
  /** Further tries with their dates, in PostgreSQL's form; null when none is planned. */
  readonly plan: readonly { readonly at: string; readonly kind: string }[] | null;
  readonly stop_mark: string | null;
  readonly route: "mandate" | "manual" | "batch" | "template" | "api";
  readonly channel: string;
  readonly mandate_id: string | null;
  readonly method_id: string | null;
  readonly method_title: string | null;
  readonly once: MethodKind | null;
  /** What its payer wanted saved last, as it is now; a card that was saved before is one method. */
  readonly saving: {
    readonly methodId: string;
    readonly state: MethodState;
    readonly title: string | null;
    readonly uses: readonly MethodUse[];
  } | null;
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
    readonly gateway: string;
    readonly kind: string;
    readonly how: string | null;
    readonly reason: string | null;
    readonly because: string | null;
    readonly sentAt: string;
    readonly confirmBy: string | null;
  }[];
  readonly notice: {
    readonly state: "queued" | "accepted" | "void";
    readonly acceptedAt: string | null;
    readonly notBefore: string;
    readonly notAfter: string;
  } | null;
  /** The autopay that its payer is offered beside it; null: none. */
  readonly autopay_offer: {
    readonly billerId: string;
    readonly account: string;
    readonly methodId: string | null;
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
     and c.void_why is null
     and y.stop_mark is null and b.state = 'owed' and t.state is distinct from 'withdrawn'
     and not mandate_stops(y)`;

const payments = sql`
  select y.id, y.bill_id, b.purpose, b.source = 'payer' as unasked, ${namedBiller}, y.amount_minor, y.currency, y.state, y.need, y.usual_minor,
         y.outcome, y.gateway, y.reason, y.remark, unprepared_because(y.id) as unprepared, y.plan, y.stop_mark, y.route, y.channel, y.mandate_id, y.method_id, t.title as method_title, y.planned_on,
         coalesce((select i.kind from instructions i where i.payment_id = y.id and i.used_at is null and i.expires_at > business_now()
                    order by i.given_at desc limit 1),
                  case when y.state not in ('scheduled', 'needs-payer') then (select i.kind from charges c left join instructions i on i.id = c.instruction_id
                    where c.payment_id = y.id order by c.ordinal desc limit 1) end) as once,
         (select jsonb_build_object('methodId', m.id, 'state', m.state, 'title', m.title, 'uses', m.uses)
            from instructions i join methods s on s.id = i.saves_method_id join methods m on m.id = coalesce(s.joined_to, s.id)
           where i.payment_id = y.id order by i.given_at desc limit 1) as saving,
         y.not_before, y.give_up_at, y.next_look_at, y.paid_at, y.livemode, y.created_at,
         coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'state', c.state, 'gateway', c.gateway, 'kind', c.kind, 'how', c.how, 'reason', c.reason,
                     'because', c.because, 'sentAt', c.first_sent_at, 'confirmBy', c.confirm_by) order by c.ordinal)
                    from charges c where c.payment_id = y.id), '[]') as charges,
         (select jsonb_build_object('state', n.state, 'acceptedAt', n.accepted_at, 'notBefore', n.not_before, 'notAfter', n.not_after)
            from notices n where n.payment_id = y.id order by n.created_at desc, n.id desc limit 1) as notice,
         case when y.state = 'paid' and y.mandate_id is null then autopay_offer(y) end as autopay_offer,
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
  /** Null: the payer pays on the gateway's page. */
  readonly methodId: string | null;
  /** Then: how; a bank card where absent. */
  readonly kind?: MethodKind | undefined;
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

/**
 * Keeps the number whose account pays, sealed with the payment's id, beside the payer's instruction; in its transaction. One that is kept already stays: the same
 * wish from another device changes nothing.
 */
export async function keepPhone(
  transaction: Kysely<DB>,
  of: { readonly paymentId: string; readonly phone: Buffer },
): Promise<void> {
  await sql`update instructions set phone = ${of.phone} where payment_id = ${of.paymentId} and kind = 'mobile_balance'
    and phone is null and used_at is null and expires_at > business_now()`.execute(transaction);
}

/**
 * Notes that the payer wants kept, for these uses, what they take for this payment; in the transaction of their instruction. Answers the row that waits for the
 * gateway's word; null: the same wish from another device, or the charge is on its way without it.
 */
export async function saveWithCharge(
  transaction: Kysely<DB>,
  wish: { readonly paymentId: string; readonly kind: MethodKind; readonly uses: readonly MethodUse[] },
): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`
    select save_with_charge(${wish.paymentId}, ${wish.kind}, ${[...wish.uses]}::text[]) as id`.execute(
    transaction,
  );
  return rows[0]?.id ?? null;
}

/** The payer pays a bill now: claim, payment, instruction and the message to Temporal in one transaction. */
export async function payNow(
  transaction: Kysely<DB>,
  order: Instruction & {
    readonly billId: string;
    /** The payer knows that the debt was paid and given back in full. */
    readonly again?: boolean;
    readonly route: "manual" | "api" | "template";
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
  | {
      readonly paymentId: string;
      readonly state: PaymentState;
      /** Another method was chosen: the charge that waits for the payer is ended first, then the new one is made. */
      readonly voiding?: boolean;
      readonly refused?: undefined;
    }
  | {
      readonly refused:
        | "payment-not-waiting"
        | "bill-not-owed"
        | "amount-changed"
        | "method-not-active"
        | "first-not-final";
      /** With `first-not-final`: when the first charge will be final, where that is known. */
      readonly finalAt?: string | null;
    };

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

/** "Not now": the account of this payment is offered no autopay any more. Null: no such payment of this resident; false: none is offered beside it. */
export async function declineAutopay(db: Database, own: OwnPayment): Promise<boolean | null> {
  const { rows } = await sql<{ declined: boolean | null }>`
    select decline_autopay(${own.paymentId}, ${own.residentId}) as declined`.execute(db);
  return rows[0]?.declined ?? null;
}

/** Did something come out of a payment that its payer is waiting for? */
export async function hasFirstResult(db: Database, paymentId: string): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    select y.state in ('paid', 'needs-payer', 'returning', 'closed')
        or exists (select 1 from charges c where c.payment_id = y.id and c.state = 'challenged') as known
      from payments y where y.id = ${paymentId}`.execute(db);
  return rows[0]?.known ?? false;
}
