import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import { ExpectedFailure } from "../../domain/failure.ts";
import type { Currency } from "../../domain/money.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";

/** A bill that a template pays, where it pays what is due. */
export type TemplateDue = {
  readonly billId: string;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly dueOn: string;
  readonly purpose: string;
  readonly period: string;
};

/** Details that a person saved. */
export type TemplateRow = NamedBillerRow & {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  /** Null: what is due. */
  readonly amount_minor: number | null;
  readonly currency: Currency;
  readonly created_at: string;
  /** What is due of this account and may be seen by its person, the earliest first; at most ten. Empty for a fixed sum. */
  readonly due: readonly TemplateDue[];
};

export type OwnTemplate = { readonly residentId: string; readonly templateId: string };

function templatesOf(residentId: string): RawBuilder<unknown> {
  return sql`
    select t.id, t.name, ${namedBiller}, t.account, t.amount_minor, t.currency, t.created_at, due.bills as due
      from templates t join billers r on r.id = t.biller_id
      left join lateral (select coalesce(jsonb_agg(jsonb_build_object('billId', d.id, 'amountMinor', d.due, 'currency', d.currency, 'dueOn', d.due_on,
               'purpose', d.purpose, 'period', d.period) order by d.due_on, d.id), '[]') as bills
             from (select b.id, bill_due(b) as due, b.currency, b.due_on, b.purpose, b.period from bills b
                    where t.amount_minor is null and b.biller_id = t.biller_id and b.account = t.account and b.state = 'owed' and b.source <> 'payer'
                      and exists (select 1 from bill_viewers w where w.bill_id = b.id and w.resident_id = t.resident_id)
                    order by b.due_on, b.id limit 10) d) due on true
     where t.resident_id = ${residentId}`;
}

/** A person's templates, the oldest first, each with what it would pay now. */
export async function listTemplates(db: Database, residentId: string): Promise<readonly TemplateRow[]> {
  const { rows } = await sql<TemplateRow>`${templatesOf(residentId)} order by t.created_at, t.id`.execute(db);
  return rows;
}

/** One of a person's templates. */
export async function findTemplate(db: Kysely<DB>, own: OwnTemplate): Promise<TemplateRow | undefined> {
  const { rows } =
    await sql<TemplateRow>`${templatesOf(own.residentId)} and t.id = ${own.templateId}`.execute(db);
  return rows[0];
}

/** More than anybody finds their way in. */
const MOST_TEMPLATES = 100;

/**
 * Saves a template; answers its id.
 *
 * @throws ExpectedFailure `templates-full` when the person has as many as there may be, however many come at once
 */
export async function saveTemplate(
  transaction: Transaction<DB>,
  template: {
    readonly residentId: string;
    readonly billerId: string;
    readonly name: string;
    readonly account: string;
    readonly amountMinor: number | null;
  },
): Promise<string> {
  const { residentId, billerId, name, account, amountMinor } = template;
  // one saving of a person after the other: two that count at once would both find room
  await sql`select 1 from residents where id = ${residentId} for no key update`.execute(transaction);
  const { n } = await transaction
    .selectFrom("templates")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .where("resident_id", "=", residentId)
    .executeTakeFirstOrThrow();
  if (n >= MOST_TEMPLATES) {
    throw new ExpectedFailure({ code: "templates-full", detail: "the resident has as many as there may be" });
  }
  const { id } = await transaction
    .insertInto("templates")
    .values({ resident_id: residentId, biller_id: billerId, name, account, amount_minor: amountMinor })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Calls a template by another name, or gives it another sum (null: what is due); false: the person has no such template. */
export async function changeTemplate(
  db: Database,
  change: OwnTemplate & {
    readonly name?: string | undefined;
    readonly amountMinor?: number | null | undefined;
  },
): Promise<boolean> {
  const { residentId, templateId, name, amountMinor } = change;
  const { numAffectedRows } = await sql`
    update templates set name = coalesce(${name ?? null}, name), changed_at = business_now(),
      amount_minor = case when ${amountMinor !== undefined} then ${amountMinor ?? null}::bigint else amount_minor end
     where id = ${templateId} and resident_id = ${residentId}`.execute(db);
  return numAffectedRows === 1n;
}

/** Forgets a template; false: the person has none of this id. What it paid stays. */
export async function deleteTemplate(db: Database, own: OwnTemplate): Promise<boolean> {
  const { numAffectedRows } =
    await sql`delete from templates where id = ${own.templateId} and resident_id = ${own.residentId}`.execute(
      db,
    );
  return numAffectedRows === 1n;
}

/** What a payer may name themselves at this biller, in minor units; null: it takes only what it asked for. */
export async function readOwnSums(
  db: Kysely<DB>,
  billerId: string,
): Promise<{ readonly leastMinor: number; readonly mostMinor: number } | null> {
  const { rows } = await sql<{ without: { leastMinor: number; mostMinor: number } | null }>`
    select without_bill as without from billers where id = ${billerId}`.execute(db);
  return rows[0]?.without ?? null;
}

/** Why no bill of the payer's own was made. */
export type OwnBillRefusal = "sum-not-taken" | "payee-changed" | "paid-just-now";

/** Makes the bill of a payment that no bill asks for; in the transaction that pays it. `payee` and its hash are the catalogue's, as bills bear them. */
export async function makeOwnBill(
  transaction: Kysely<DB>,
  bill: {
    readonly residentId: string;
    readonly billerId: string;
    readonly account: string;
    readonly amountMinor: number;
    /** Names this payment alone. */
    readonly identityKey: string;
    readonly payee: object;
    readonly payeeHash: string;
    readonly contentHash: string;
    readonly purpose: string;
    /** The payer knows that they have just paid the same. */
    readonly again: boolean;
  },
): Promise<
  | { readonly billId: string; readonly refused?: undefined }
  | { readonly refused: OwnBillRefusal; readonly payment?: string }
> {
  const { rows } = await sql<{ answer: Awaited<ReturnType<typeof makeOwnBill>> }>`
    select bill_of_payer(${JSON.stringify(bill)}::jsonb) as answer`.execute(transaction);
  const [row] = rows;
  if (!row) throw new Error("bill_of_payer answered nothing");
  return row.answer;
}
