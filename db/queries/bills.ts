import { type Kysely, type RawBuilder, sql } from "kysely";
import type { BillState } from "../../domain/bill.ts";
import type { Section } from "../../domain/capability-matrix.ts";
import type { BillDiscount } from "../../domain/discount.ts";
import type { Currency } from "../../domain/money.ts";
import type { Need, PaymentOutcome, PaymentState } from "../../domain/payment.ts";
import type { SourceAcknowledgement, SourcePayment, SourceStatus } from "../../domain/source-bill.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";
import { type InFlightList, MOST_IN_FLIGHT } from "./holds.ts";

export type StoredPayee = {
  readonly name: string;
  readonly inn: string;
  readonly kpp?: string;
  readonly bic: string;
  readonly account: string;
  readonly correspondentAccount?: string;
};

/** A bill as one resident sees it. */
export type BillRow = NamedBillerRow & {
  readonly id: string;
  readonly section: Section;
  readonly allowed_methods: readonly string[];
  readonly account: string;
  readonly period: string;
  readonly kind: string;
  readonly state: BillState;
  /** Due now; of a paid bill, what was accepted for it. */
  readonly amount_minor: number;
  /** The whole sum, without discount and without what was paid. */
  readonly full_minor: number;
  readonly currency: Currency;
  /** While it may be used; `after_minor` is due once it is over, null where it never is. */
  readonly discount: (BillDiscount & { readonly after_minor: number | null }) | null;
  readonly issued_on: string | null;
  readonly uin: string | null;
  readonly due_on: string;
  /** When the viewer's own payment paid it; null while it is owed, and where somebody else did. */
  readonly paid_at: string | null;
  readonly purpose: string;
  /** No bill asked for it: it was made to be paid, and its purpose is in our words. */
  readonly unasked: boolean;
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
  /** It was paid and all of it went back: only a person may pay it again. */
  readonly given_back: boolean;
  readonly seen_by: readonly SeenBy[];
};

/** Why a resident sees a bill: an account they connected, an identifier they saved, their own adding, their own payment. */
export type SeenBy = "account" | "identifier" | "added" | "payment";

/** Where a list goes on: after this due day and id. */
export type BillPlace = { readonly dueOn: string; readonly id: string };

/** The bills of a resident, by the one rule of who sees what (`bill_viewers`). */
function billsSeenBy(residentId: string): RawBuilder<unknown> {
  return sql`
    select b.id, ${namedBiller}, r.section, r.allowed_methods, b.account, b.period, b.kind, b.state,
           case b.state when 'paid' then coalesce(b.paid_minor, b.amount_minor) else bill_due(b) end as amount_minor, b.full_minor, b.currency,
           case when b.state = 'owed' and (b.discount_ends_at is null or b.discount_ends_at > business_now())
             then b.discount || jsonb_build_object('after_minor', case when b.discount_ends_at is not null then bill_due_at(b, b.discount_ends_at) end) end as discount,
           b.issued_on, b.uin, b.due_on, case when b.state = 'paid' then own.paid_at end as paid_at, b.purpose, b.source = 'payer' as unasked, b.payee, b.payee_hash, b.version, b.part, b.livemode, own.payment, m.id as mandate_id,
           b.state = 'paid' and b.said = 'issued' and money_kept(b.id) <= 0 as given_back,
           (select jsonb_agg(distinct w.because) from bill_viewers w where w.resident_id = ${residentId} and w.bill_id = b.id) as seen_by,
           claimed_by_another(b, ${residentId}) as paid_by_others
      from bills b join billers r on r.id = b.biller_id
      left join lateral (select jsonb_build_object('id', y.id, 'state', y.state, 'need', y.need, 'outcome', y.outcome) as payment, y.paid_at
                           from payments y where y.bill_id = b.id and y.resident_id = ${residentId}
                          order by y.created_at desc, y.id desc limit 1) own on true
      left join lateral (select m.id from mandates_of_bill(b) m where m.resident_id = ${residentId} and m.state in ('proposed', 'active', 'paused')
                          order by m.created_at, m.id limit 1) m on true
     where b.state <> 'merged' and b.id in (select w.bill_id from bill_viewers w where w.resident_id = ${residentId})`;
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
  const { rows } =
    await sql<BillRow>`${billsSeenBy(bill.residentId)} and b.id = living_bill(${bill.billId})`.execute(db);
  return rows[0];
}

/** A bill as a source told it, ready to be stored; amounts in minor units, keys are HMACs (db/sealed.ts). */
export type ReceivedBill = {
  readonly billerId: string;
  /** Versions are ordered within one source only. */
  readonly source: string;
  /** The debt's name: `debtKey(["uin", UIN])` where a UIN is known, else `debtKey([biller, account, period, kind])`. */
  readonly identityKey: string;
  /** The latter beside a UIN, where account and period are told; else null. */
  readonly accountKey: string | null;
  readonly uin: string | null;
  readonly externalId: string | null;
  /** Empty where the bill is known by its UIN only; `period` where its biller has none. */
  readonly account: string;
  readonly period: string;
  readonly kind: string;
  readonly version: number;
  readonly status: SourceStatus;
  /** What the source says is left of `fullMinor`, above zero; the discount is not taken off by it. Of a paid or annulled bill: what it was. */
  readonly amountMinor: number;
  readonly fullMinor: number;
  readonly currency: Currency;
  readonly discount: BillDiscount | null;
  readonly issuedOn: string | null;
  readonly dueOn: string;
  readonly purpose: string;
  readonly payee: object;
  readonly payeeHash: string;
  readonly contentHash: string;
  /** The id of the message that brought it. */
  readonly delivery: string;
  /** Keys of those whom it is about (`subjectKey`). */
  readonly subjects: readonly string[];
  /** More was paid than was due: somebody else's payment is certain. */
  readonly overpaid: boolean;
  readonly acknowledgement: SourceAcknowledgement | null;
  readonly payments: readonly SourcePayment[];
};

export type ReceiveResult =
  | "new"
  | "duplicate"
  | "stale"
  | "conflict"
  /** Newer, and nothing follows from it: it says the same, or another source knows better. */
  | "confirmed"
  | "amended"
  | "annulled"
  | "reinstated"
  | "paid-elsewhere"
  | "echo"
  | "kept-paid"
  | "overpaid"
  /** A debt that was paid has a further part now. */
  | "more-due";

/** A bill that its source has withdrawn, or calls paid: since when nothing is sent for it, and what was under way. */
export type BillStopRow = InFlightList & { readonly stoppedAt: string };

/**
 * Stores a bill or its newer version and asks the planner to look at it; one call, one transaction of its own. `stop` stands in the answer as long as the
 * bill is annulled, paid elsewhere, or perhaps paid by us: the list is read behind the bill's lock, so that whatever passed its gate before is in it.
 */
export async function receiveBill(
  db: Database,
  bill: ReceivedBill,
): Promise<{ readonly billId: string; readonly result: ReceiveResult; readonly stop?: BillStopRow }> {
  const { rows } = await sql<{ answer: { billId: string; result: ReceiveResult; stop?: BillStopRow } }>`
    select receive_bill_as_stop(${JSON.stringify(bill)}::jsonb, ${MOST_IN_FLIGHT}) as answer`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("receive_bill_as_stop answered nothing");
  return row.answer;
}

/** Shows a bill to somebody who named it by its number; repeating it changes the label only. */
export async function addBill(
  db: Kysely<DB>,
  added: { readonly residentId: string; readonly billId: string; readonly label: string | null },
): Promise<void> {
  await db
    .insertInto("added_bills")
    .values({ resident_id: added.residentId, bill_id: added.billId, label: added.label })
    .onConflict((conflict) =>
      conflict
        .columns(["resident_id", "bill_id"])
        .doUpdateSet({ label: sql`coalesce(excluded.label, added_bills.label)` }),
    )
    .execute();
}

/**
 * Bills that go by a UIN or by an account and a period, whoever sees them; merged rows lead to the one that lives. By an account neither papers nor bills of a payer's own making:
 * those are one person's. Newest first, at most twelve.
 */
export async function findNamedBills(
  db: Database,
  name:
    | { readonly identityKeys: readonly string[] }
    | {
        readonly billerId: string;
        readonly account: string;
        readonly period: string | null;
        /** Null: of every kind. */
        readonly kind: string | null;
      },
): Promise<readonly string[]> {
  const which =
    "identityKeys" in name
      ? sql`b.identity_key = any (${[...name.identityKeys]}) or b.uin_key = any (${[...name.identityKeys]})`
      : sql`b.biller_id = ${name.billerId} and b.account = ${name.account} and b.source not in ('paper', 'payer')
          and ${name.period === null ? sql`b.state = 'owed'` : sql`b.period = ${name.period}`}
          and (${name.kind}::text is null or b.kind = ${name.kind}::text)`;
  const { rows } = await sql<{ id: string }>`
    select id from (select distinct living_bill(b.id) as id from bills b where ${which}) named join bills l using (id)
     order by l.due_on desc, id limit 12`.execute(db);
  return rows.map(({ id }) => id);
}

/** Which of these bills a resident sees, by the UIN's key. */
export async function seenByUin(
  db: Database,
  query: { readonly residentId: string; readonly uinKeys: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ key: string; id: string }>`
    select coalesce(b.uin_key, b.identity_key) as key, b.id from bills b
     where (b.uin_key = any (${[...query.uinKeys]}) or b.identity_key = any (${[...query.uinKeys]})) and b.state <> 'merged'
       and exists (select 1 from bill_viewers w where w.bill_id = b.id and w.resident_id = ${query.residentId})`.execute(
    db,
  );
  return new Map(rows.map(({ key, id }) => [key, id]));
}

/**
 * Keeps a bill that only a paper tells of; for whoever then adds it. `known`: a source has told it already, and that word stands; `conflict`: another paper names
 * another sum, or a source tells several debts by the names of this one.
 */
export async function receivePaper(
  db: Database,
  bill: ReceivedBill,
): Promise<{ readonly billId: string; readonly result: ReceiveResult | "known" }> {
  const { rows } = await sql<{ answer: { billId: string; result: ReceiveResult | "known" } }>`
    select receive_paper(${JSON.stringify(bill)}::jsonb) as answer`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("receive_paper answered nothing");
  return row.answer;
}
