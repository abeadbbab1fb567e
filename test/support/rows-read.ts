import { sql } from "kysely";
import type { Database } from "../../db/database.ts";

/** The newest payment of a bill, as its row stands. */
export async function paymentOf(db: Database, billId: string) {
  return db
    .selectFrom("payments")
    .selectAll()
    .where("bill_id", "=", billId)
    .orderBy("created_at", "desc")
    .executeTakeFirstOrThrow();
}

export async function payment(db: Database, paymentId: string) {
  return db.selectFrom("payments").selectAll().where("id", "=", paymentId).executeTakeFirstOrThrow();
}

export async function charge(db: Database, chargeId: string) {
  return db.selectFrom("charges").selectAll().where("id", "=", chargeId).executeTakeFirstOrThrow();
}

/** The notice of a payment that is valid now. */
export async function livingNotice(db: Database, paymentId: string) {
  return db
    .selectFrom("notices")
    .selectAll()
    .where("payment_id", "=", paymentId)
    .where("state", "<>", "void")
    .executeTakeFirst();
}

/** Kinds of the cases that are open about a subject. */
export async function casesOf(db: Database, subject: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("cases")
    .select("kind")
    .where("subject", "=", subject)
    .where("closed_at", "is", null)
    .orderBy("kind")
    .execute();
  return rows.map((row) => row.kind);
}

/** Events told to a resident, oldest first; dropped ones and those that are due later are left out. */
export async function toldTo(db: Database, residentId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("notifications")
    .select("event")
    .where("resident_id", "=", residentId)
    .where("state", "<>", "dropped")
    .where("due_at", "<=", sql<string>`business_now()`)
    .orderBy("created_at")
    .execute();
  return rows.map((row) => row.event);
}

/** What a ledger account holds, debit positive, in minor units. */
export async function balanceOf(db: Database, account: string, paymentId?: string): Promise<number> {
  const { rows } = await sql<{ balance: number }>`
    select coalesce(sum(e.debit_minor - e.credit_minor), 0)::bigint as balance
    from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
    where e.account = ${account} and (${paymentId ?? null}::text is null or t.payment_id = ${paymentId ?? null})`.execute(
    db,
  );
  return rows[0]?.balance ?? 0;
}
