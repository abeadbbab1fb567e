import { type Kysely, type RawBuilder, sql } from "kysely";
import type { BillState } from "../../domain/bill.ts";
import type { Currency } from "../../domain/money.ts";
import type { Need, PaymentOutcome, PaymentState } from "../../domain/payment.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

export type StoredPayee = {
  readonly name: string;
  readonly inn: string;
  readonly kpp?: string;
  readonly bic: string;
  readonly account: string;
};

/** A bill as one resident sees it. */
export type BillRow = {
  readonly id: string;
  readonly biller_id: string;
  readonly biller_name: string;
  readonly category: string;
  readonly allowed_methods: readonly string[];
  readonly account: string;
  readonly period: string;
  readonly kind: string;
  readonly state: BillState;
  readonly amount_minor: number;
  readonly currency: Currency;
  readonly due_on: string;
  readonly purpose: string;
  readonly payee: StoredPayee;
  readonly payee_hash: string;
  readonly version: number;
  readonly part: number;
  readonly livemode: boolean;
  readonly payment: {
    readonly id: string;
    readonly state: PaymentState;
    readonly need: Need | null;
    readonly outcome: PaymentOutcome | null;
  } | null;
  readonly mandate_id: string | null;
  readonly paid_by_others: boolean;
};

/** Where a list goes on: after this due day and id. */
export type BillPlace = { readonly dueOn: string; readonly id: string };

/** A resident sees the bills of accounts that they connected, and those that they have a payment of. */
function billsSeenBy(residentId: string): RawBuilder<unknown> {
  return sql`
    select b.id, b.biller_id, r.name as biller_name, r.category, r.allowed_methods, b.account, b.period, b.kind, b.state,
           b.amount_minor, b.currency, b.due_on, b.purpose, b.payee, b.payee_hash, b.version, b.part, b.livemode,
           own.payment, m.id as mandate_id,
           exists (select 1 from claims c join payments y on y.id = c.payment_id
                    where c.claim_key = b.identity_key and c.part = b.part and y.resident_id <> ${residentId}) as paid_by_others
      from bills b join billers r on r.id = b.biller_id
      left join lateral (select jsonb_build_object('id', y.id, 'state', y.state, 'need', y.need, 'outcome', y.outcome) as payment
                           from payments y where y.bill_id = b.id and y.resident_id = ${residentId}
                          order by y.created_at desc, y.id desc limit 1) own on true
      left join mandates m on m.resident_id = ${residentId} and m.biller_id = b.biller_id and m.account = b.account
                          and m.state in ('proposed', 'active', 'paused')
     where (own.payment is not null or exists (select 1 from payer_accounts a
              where a.resident_id = ${residentId} and a.biller_id = b.biller_id and a.account = b.account))`;
}

/** One page of a resident's bills: those to pay by their due day, all others newest first. */
export async function listBills(
  db: Database,
  query: {
    readonly residentId: string;
    readonly state?: BillState | undefined;
    readonly after?: BillPlace | undefined;
    readonly limit: number;
  },
): Promise<readonly BillRow[]> {
  const soonestFirst = query.state === "owed";
  const state = query.state === undefined ? sql`` : sql`and b.state = ${query.state}`;
  const place = query.after && sql`(${query.after.dueOn}::date, ${query.after.id})`;
  const after =
    place === undefined ? sql`` : sql`and (b.due_on, b.id) ${soonestFirst ? sql`>` : sql`<`} ${place}`;
  const order = soonestFirst ? sql`b.due_on, b.id` : sql`b.due_on desc, b.id desc`;
  const { rows } = await sql<BillRow>`${billsSeenBy(query.residentId)} ${state} ${after}
    order by ${order} limit ${query.limit}`.execute(db);
  return rows;
}

/** One bill, if the resident may see it. */
export async function findBill(
  db: Kysely<DB>,
  bill: { readonly residentId: string; readonly billId: string },
): Promise<BillRow | undefined> {
  const { rows } = await sql<BillRow>`${billsSeenBy(bill.residentId)} and b.id = ${bill.billId}`.execute(db);
  return rows[0];
}

/** A bill as its biller told it; amounts in minor units, `identityKey` an HMAC. */
export type ReceivedBill = {
  readonly billerId: string;
  readonly identityKey: string;
  readonly externalId: string | null;
  readonly account: string;
  readonly period: string;
  readonly kind: string;
  readonly version: number;
  readonly status: "issued" | "annulled" | "paid";
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly dueOn: string;
  readonly purpose: string;
  readonly payee: object;
  readonly payeeHash: string;
  readonly contentHash: string;
  /** The id of the message that brought it. */
  readonly delivery: string;
};

export type ReceiveResult =
  | "new"
  | "duplicate"
  | "stale"
  | "conflict"
  | "amended"
  | "annulled"
  | "reinstated"
  | "paid-elsewhere"
  | "echo"
  | "kept-paid";

/** Stores a bill or its newer version and asks the planner to look at it; one call, one transaction of its own. */
export async function receiveBill(
  db: Database,
  bill: ReceivedBill,
): Promise<{ readonly billId: string; readonly result: ReceiveResult }> {
  const { rows } = await sql<{ answer: { billId: string; result: ReceiveResult } }>`
    select receive_bill(${JSON.stringify(bill)}::jsonb) as answer`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("receive_bill answered nothing");
  return row.answer;
}
