import { type Kysely, sql } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { stopMandate } from "./mandates.ts";
import { withdrawMethod } from "./withdrawals.ts";

/** What keeps somebody here: a charge that they have not confirmed at the bank, money whose end nobody knows, or that is owed back, what people still look into, or what has not ended yet. */
export type ErasureBlocker = {
  readonly what: "unconfirmed" | "undecided" | "owed-back" | "looked-into" | "running";
  readonly paymentId: string | null;
  readonly amountMinor: number | null;
  readonly currency: "RUB" | "USD" | "EUR" | null;
  /** Of what is unconfirmed: when it ends by itself at the latest, in PostgreSQL's form. */
  readonly endsBy: string | null;
};

/**
 * Stops everything of a person's: autopays are cancelled, methods withdrawn, payments left. Each is a stop of its own, in a transaction of its own, and holds from its commit on, whatever becomes
 * of the erasure. What is stopped already stays as it is: it can be done again.
 */
export async function stopEverything(db: Database, residentId: string): Promise<void> {
  const mandates = await db
    .selectFrom("mandates")
    .select("id")
    .where("resident_id", "=", residentId)
    .where("state", "!=", "ended")
    .orderBy("id")
    .execute();
  for (const { id: mandateId } of mandates) {
    await stopMandate(db, { residentId, mandateId, kind: "cancel", until: null, why: null });
  }
  const methods = await db
    .selectFrom("methods")
    .select("id")
    .where("resident_id", "=", residentId)
    .where("state", "!=", "withdrawn")
    .orderBy("id")
    .execute();
  for (const { id: methodId } of methods) await withdrawMethod(db, { residentId, methodId });
  for (let left = true; left; ) {
    const { rows } = await sql<{ left: boolean }>`select leave_one_payment(${residentId}) as left`.execute(
      db,
    );
    left = rows[0]?.left ?? false;
  }
}

/** Takes a person away, behind {@link stopEverything}. Answers what stands against it: nothing, and they are gone; null: they were gone before. */
export async function eraseResident(
  transaction: Kysely<DB>,
  residentId: string,
): Promise<readonly ErasureBlocker[] | null> {
  const { rows } = await sql<{ blockers: readonly ErasureBlocker[] | null }>`
    select erase_resident(${residentId}) as blockers`.execute(transaction);
  return rows[0]?.blockers ?? null;
}
