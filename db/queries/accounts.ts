import { type Kysely, sql, type Transaction } from "kysely";
import { ExpectedFailure } from "../../domain/failure.ts";
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
    .select([
      "a.biller_id",
      "r.name as biller_name",
      "r.name_en as biller_name_en",
      "r.category",
      "a.account",
      "a.label",
      "a.created_at",
    ]);
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

/** Is this account connected with this resident already? */
export async function isConnected(db: Kysely<DB>, name: AccountName): Promise<boolean> {
  const row = await db
    .selectFrom("payer_accounts")
    .select("account")
    .where("resident_id", "=", name.residentId)
    .where("biller_id", "=", name.billerId)
    .where("account", "=", name.account)
    .executeTakeFirst();
  return row !== undefined;
}

/** More accounts than any family has; a list of them is a list of strangers. */
const MOST_ACCOUNTS = 100;

/**
 * Connects an account with a resident; a label given later replaces the earlier one.
 *
 * @throws ExpectedFailure `accounts-full` when the resident has as many as there may be, however many come at once
 */
export async function connectAccount(
  transaction: Transaction<DB>,
  connection: AccountName & { readonly label: string | null },
): Promise<void> {
  // One connection of a resident after the other: two that count at once would both find room.
  await sql`select 1 from residents where id = ${connection.residentId} for no key update`.execute(
    transaction,
  );
  if (!(await isConnected(transaction, connection))) await mustHaveRoom(transaction, connection.residentId);
  await transaction
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

async function mustHaveRoom(transaction: Transaction<DB>, residentId: string): Promise<void> {
  const { n } = await transaction
    .selectFrom("payer_accounts")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .where("resident_id", "=", residentId)
    .executeTakeFirstOrThrow();
  if (n >= MOST_ACCOUNTS) {
    throw new ExpectedFailure({ code: "accounts-full", detail: "the resident has as many as there may be" });
  }
}
