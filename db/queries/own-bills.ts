import { type Kysely, sql } from "kysely";
import { decideOnBill } from "../../domain/plan.ts";
import { contentHash } from "../content-hash.ts";
import type { DB } from "../generated/database.ts";
import { findBiller } from "./billers.ts";
import { readPlanFacts } from "./plan-facts.ts";

/** What a bill that a mandate makes by itself says it is for. */
export type Purpose = (billerName: string) => string;

/** How such a bill is named: by its period, or by a word of its own. */
export type OwnBillName =
  | { readonly periodKind: string; readonly period: string }
  | { readonly identity: string };

/** Makes the bill of a sum that a mandate pays by itself; null: its biller does not take the sum. Behind the mandate's lock. */
export async function makeMandatesBill(
  transaction: Kysely<DB>,
  order: {
    readonly mandateId: string;
    readonly billerId: string;
    readonly account: string;
    readonly amountMinor: number;
    readonly name: OwnBillName;
    readonly purpose: Purpose;
  },
): Promise<string | null> {
  const { mandateId, billerId, account, amountMinor, name, purpose } = order;
  const biller = await findBiller(transaction, billerId);
  if (biller === undefined) throw new Error(`no biller ${billerId}`);
  const { payee } = biller;
  const told = { billerId, account, amountMinor, payee, purpose: purpose(biller.name) };
  const bill = {
    ...told,
    ...name,
    mandateId,
    payeeHash: contentHash(payee),
    contentHash: contentHash(told),
  };
  const { rows } = await sql<{ billId: string | null }>`
    select bill_of_run(${JSON.stringify(bill)}::jsonb) as "billId"`.execute(transaction);
  return rows[0]?.billId ?? null;
}

/** Plans it by the rules of every bill: same questions, same limits, same notice. False: the mandate does not pay it, so it is not owed. */
export async function planMandatesBill(transaction: Kysely<DB>, billId: string): Promise<boolean> {
  const facts = await readPlanFacts(transaction, billId);
  if (facts === null) throw new Error(`the bill ${billId} of a mandate cannot be read`);
  const decision = decideOnBill(facts);
  await sql`select plan_write(${billId}, ${JSON.stringify(decision)}::jsonb)`.execute(transaction);
  if (decision.do === "pay") return true;
  // nobody asked for this money
  await sql`with closed as (update bills set said = 'annulled' where id = ${billId} returning id)
    select turn_bill(b, 'annulled', false, false) from bills b join closed c on c.id = b.id`.execute(
    transaction,
  );
  return false;
}
