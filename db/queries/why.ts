import { sql } from "kysely";
import type { WhyBillFacts, WhyPaymentFacts } from "../../domain/why/facts.ts";
import type { Database } from "../database.ts";

/** What the rows say of a payment; null: whoever asks has no such payment. */
export async function readWhyPayment(db: Database, paymentId: string): Promise<WhyPaymentFacts | null> {
  const { rows } = await sql<{ facts: WhyPaymentFacts | null }>`
    select why_payment(${paymentId}) as facts`.execute(db);
  return rows[0]?.facts ?? null;
}

/** What the rows say of a bill, for one person; null: they see no such bill. */
export async function readWhyBill(
  db: Database,
  of: { readonly billId: string; readonly residentId: string },
): Promise<WhyBillFacts | null> {
  const { rows } = await sql<{ facts: WhyBillFacts | null }>`
    select why_bill(${of.billId}, ${of.residentId}) as facts`.execute(db);
  return rows[0]?.facts ?? null;
}
