import { sql } from "kysely";
import type { Currency } from "../../domain/money.ts";
import type { Database } from "../database.ts";
import type { StoredPayee } from "./bills.ts";
import { namedBiller, type NamedBillerRow } from "./billers.ts";

/** A bill as it is shown to whoever named its payer's code and month, before they add it. */
export type CodedBillRow = NamedBillerRow & {
  readonly id: string;
  readonly uin: string | null;
  readonly due_minor: number;
  readonly full_minor: number;
  readonly currency: Currency;
  /** The last day of a discount that holds and ends. */
  readonly discount_until: string | null;
  readonly issued_on: string | null;
  readonly due_on: string;
  readonly purpose: string;
  readonly payee: StoredPayee;
  readonly period: string;
  readonly kind: string;
  /** Whoever asks sees it already. */
  readonly seen: boolean;
};

/**
 * What is owed for a month under a payer code, at every biller that knows its payers by such a code alone; at most twelve. Neither papers nor bills of a payer's own making: those are
 * one person's.
 */
export async function findByPayerCode(
  db: Database,
  of: { readonly residentId: string; readonly code: string; readonly period: string },
): Promise<readonly CodedBillRow[]> {
  const { rows } = await sql<CodedBillRow>`
    select b.id, ${namedBiller}, b.uin, bill_due(b) as due_minor, b.full_minor, b.currency,
           case when b.discount_ends_at > business_now() then b.discount->>'until' end as discount_until, b.issued_on, b.due_on, b.purpose, b.payee, b.period, b.kind,
           exists (select 1 from bill_viewers w where w.bill_id = b.id and w.resident_id = ${of.residentId}) as seen
      from billers r join bills b on b.biller_id = r.id and b.account = ${of.code} and b.period = ${of.period}
     where r.reference->'fields'->0->>'identifier' = 'epd-payer-code' and jsonb_array_length(r.reference->'fields') = 1
       and b.state = 'owed' and b.source not in ('paper', 'payer')
     order by b.due_on, b.id limit 12`.execute(db);
  return rows;
}
