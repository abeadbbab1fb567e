import { sql } from "kysely";
import type { Database } from "../../../db/database.ts";

/** Every column of every table that holds the text, however deep in its JSON and also in bytes. */
export async function columnsWith(db: Database, text: string): Promise<readonly string[]> {
  const columns = await sql<{ table: string; column: string; type: string }>`
    select table_name as "table", column_name as "column", data_type as type from information_schema.columns
    where table_schema = 'public' and data_type in ('text', 'jsonb', 'bytea', 'ARRAY') order by 1, 2`.execute(
    db,
  );
  const found: string[] = [];
  for (const { table, column, type } of columns.rows) {
    const value = sql.ref(column);
    const holds =
      type === "bytea"
        ? sql`position(convert_to(${text}, 'UTF8') in ${value}) > 0`
        : /^\d{4}$/.test(text)
          ? // four digits stand in many a random hash: they count as a word of their own
            sql`${value}::text ~ ${`\\y${text}\\y`}`
          : sql`position(${text} in ${value}::text) > 0`;
    const { rows } = await sql<{
      n: number;
    }>`select count(*) as n from ${sql.table(table)} where ${holds}`.execute(db);
    if ((rows[0]?.n ?? 0) > 0) found.push(`${table}.${column}`);
  }
  return found;
}
