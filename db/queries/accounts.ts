import { type Kysely, sql } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

export type AccountName = {
  readonly residentId: string;
  readonly billerId: string;
  readonly account: string;
};

function accountsWithBiller(db: Database) {
  return db
    .selectFrom("payer_accounts as a")
    .innerJoin("billers as r", "r.id", "a.biller_id")
    .select(["a.biller_id", "r.name as biller_name", "r.category", "a.account", "a.label", "a.created_at"]);
}

/** A resident's accounts at billers, oldest first. */
export function listAccounts(db: Database, residentId: string) {
  return accountsWithBiller(db)
    .where("a.resident_id", "=", residentId)
    .orderBy("a.created_at")
    .orderBy("a.biller_id")
    .orderBy("a.account")
    .execute();
}

/** One account of a resident. */
export function getAccount(db: Database, name: AccountName) {
  return accountsWithBiller(db)
    .where("a.resident_id", "=", name.residentId)
    .where("a.biller_id", "=", name.billerId)
    .where("a.account", "=", name.account)
    .executeTakeFirstOrThrow();
}

/** Connects an account with a resident; a label given later replaces the earlier one. */
export async function connectAccount(
  db: Kysely<DB>,
  connection: AccountName & { readonly label: string | null },
): Promise<void> {
  await db
    .insertInto("payer_accounts")
    .values({
      resident_id: connection.residentId,
      biller_id: connection.billerId,
      account: connection.account,
      label: connection.label,
    })
    .onConflict((conflict) =>
      conflict
        .columns(["resident_id", "biller_id", "account"])
        .doUpdateSet({ label: sql`coalesce(excluded.label, payer_accounts.label)` }),
    )
    .execute();
}
