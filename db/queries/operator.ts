import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Sums of the ledger, by account and currency. */
export async function readTrialBalance(db: Database) {
  const { rows } = await sql<{
    account: string;
    currency: string;
    debitMinor: number;
    creditMinor: number;
  }>`select account, currency, sum(debit_minor)::bigint as "debitMinor", sum(credit_minor)::bigint as "creditMinor"
       from ledger_entries group by account, currency order by account, currency`.execute(db);
  return rows;
}

/** The permissions of every transmission of a payment. */
export async function listGatePasses(db: Database, paymentId: string) {
  return db
    .selectFrom("gate_passes as p")
    .innerJoin("charges as c", "c.id", "p.charge_id")
    .select(["p.charge_id", "p.transmission", "p.checks", "p.passed_at", "p.business_at"])
    .where("c.payment_id", "=", paymentId)
    .orderBy("c.ordinal")
    .orderBy("p.transmission")
    .execute();
}

/** What was seen of a payment's charges; the raw answers stay sealed. */
export async function listEvidence(db: Database, paymentId: string) {
  return db
    .selectFrom("evidence as e")
    .innerJoin("charges as c", "c.id", "e.charge_id")
    .select(["e.charge_id", "e.rank", "e.source", "e.outcome", "e.moved", "e.facts", "e.seen_at"])
    .where("c.payment_id", "=", paymentId)
    .orderBy("e.id")
    .execute();
}

export type ClockRow = { readonly businessNow: string; readonly scale: number };

/**
 * Moves the sandbox city's clock: it goes on from now plus the leap, at the new pace, and everybody who sleeps is woken. The table does not exist in a
 * live database.
 */
export async function moveClock(
  db: Database,
  move: { readonly advanceSeconds: number; readonly scale: number | null; readonly movedBy: string },
): Promise<ClockRow> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<ClockRow>`
      with now as materialized (select clock_timestamp() as real)
      update sandbox_clock set real_anchor = now.real,
             business_anchor = business_anchor + (now.real - real_anchor) * scale + make_interval(secs => ${move.advanceSeconds}),
             scale = coalesce(${move.scale}::double precision, scale)
        from now returning business_anchor as "businessNow", scale`.execute(transaction);
    const [row] = rows;
    if (!row) throw new Error("the sandbox clock has no row");
    await transaction
      .insertInto("audit")
      .values({ actor: move.movedBy, action: "clock.move", subject: "clock", detail: JSON.stringify(row) })
      .execute();
    await sql`select ring('clock')`.execute(transaction);
    return row;
  });
}
