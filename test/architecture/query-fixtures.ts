import { sql } from "kysely";
import type { Database } from "../../db/database.ts";

/** Right: a table that is there, a condition on what was given. */
export async function countBillers(db: Database, wanted: { readonly ids: readonly string[] }): Promise<void> {
  await sql`select count(*) from billers where id = any(${wanted.ids})`.execute(db);
}

/** Right, although the database refuses the made-up value. */
export async function refusedValue(db: Database, date: string): Promise<void> {
  await sql`select ${date}::date`.execute(db);
}

/** Wrong: no such column. */
export async function misspelledColumn(db: Database): Promise<void> {
  await sql`select nmae from billers`.execute(db);
}

/** Wrong: asks nothing. */
export async function asksNothing(_db: Database): Promise<void> {}
