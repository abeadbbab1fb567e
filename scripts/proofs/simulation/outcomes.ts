import { createHash } from "node:crypto";
import { sql } from "kysely";
import { readWhyBill, readWhyPayment } from "../../../db/queries/why.ts";
import { whyBill } from "../../../domain/why/bill.ts";
import { whyPayment } from "../../../domain/why/payment.ts";
import type { WholeWorld } from "../../../test/support/whole-world.ts";

/** One line of the year: what became of a bill, by names that mean the same in every run. */
export type Outcome = {
  /** Biller, account and what it is for: a month, a run of a schedule, a top-up's number, a UIN. */
  readonly bill: string;
  /** A payment's state or how it ended; of a bill that nobody has paid for, its own. */
  readonly outcome: string;
  /** The civil day on which money left, in its payer's zone; null: none did. */
  readonly debitOn: string | null;
  /** What was taken, less what went back; without a debit what was asked for. Minor units. */
  readonly amountMinor: number;
  /** One of the closed list that people are told. */
  readonly reason: string;
};

type Row = Omit<Outcome, "reason"> & {
  readonly billId: string;
  readonly residentId: string | null;
  readonly paymentId: string | null;
};

/** All bills of the year with every payment for them, in the order of their names; a skipped run is one as well. */
export async function readOutcomes({ db }: Pick<WholeWorld, "db">): Promise<readonly Outcome[]> {
  const { rows } = await sql<Row>`
    select concat_ws('/', b.biller_id, coalesce(b.uin, b.account), coalesce('run ' || x.period, 'top-up ' || t.cycle, nullif(b.period, ''))) as bill,
      concat_ws(' ', coalesce(y.state, b.state), y.outcome) as outcome, (y.paid_at at time zone r.zone)::date::text as "debitOn",
      (coalesce(y.paid_minor, y.amount_minor, b.amount_minor) - coalesce((select sum(f.amount_minor) from refunds f where f.payment_id = y.id and f.state = 'done'), 0))::float8 as "amountMinor",
      b.id as "billId", y.id as "paymentId",
      coalesce(y.resident_id, (select min(w.resident_id) from bill_viewers w where w.bill_id = b.id)) as "residentId"
    from bills b left join payments y on y.bill_id = b.id left join residents r on r.id = y.resident_id
      left join mandate_runs x on x.bill_id = b.id left join top_ups t on t.bill_id = b.id
    order by 1, y.created_at`.execute(db);
  const bills: Outcome[] = [];
  for (const { billId, residentId, paymentId, ...row } of rows)
    bills.push({ ...row, reason: await reasonOf(db, { billId, residentId, paymentId }) });
  return [...bills, ...(await readSkippedRuns(db))].toSorted((a, b) => order(a.bill, b.bill));
}

/** The list as the bytes that two runs are compared by: a line of JSON each. */
export function bytesOf(outcomes: readonly Outcome[]): string {
  return outcomes
    .map(({ bill, outcome, debitOn, amountMinor, reason }) =>
      JSON.stringify([bill, outcome, debitOn, amountMinor, reason]),
    )
    .join("\n");
}

export function digestOf(outcomes: readonly Outcome[]): string {
  return createHash("sha256").update(bytesOf(outcomes)).digest("hex");
}

const order = (a: string, b: string) => (a < b ? -1 : Number(a > b));

async function reasonOf(
  db: WholeWorld["db"],
  { billId, residentId, paymentId }: Pick<Row, "billId" | "residentId" | "paymentId">,
): Promise<string> {
  if (paymentId !== null) {
    const facts = await readWhyPayment(db, paymentId);
    if (facts === null) throw new Error(`nobody can say why of payment ${paymentId}`);
    return whyPayment(facts);
  }
  const facts = residentId === null ? null : await readWhyBill(db, { billId, residentId });
  return facts === null ? "seen-by-nobody" : whyBill(facts);
}

async function readSkippedRuns(db: WholeWorld["db"]): Promise<readonly Outcome[]> {
  const { rows } = await sql<Outcome>`
    select concat_ws('/', m.biller_id, m.account, 'run ' || x.period) as bill, 'skipped' as outcome, null as "debitOn", 0::float8 as "amountMinor", x.why as reason
    from mandate_runs x join mandates m on m.id = x.mandate_id where x.state = 'skipped'`.execute(db);
  return rows;
}
