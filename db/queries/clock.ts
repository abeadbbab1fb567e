import { sql } from "kysely";
import type { Database } from "../database.ts";

/** The civil day on the calendar of most payees, by the engine's own clock. */
export async function readToday(db: Database): Promise<string> {
  const { rows } = await sql<{ today: string }>`
    select (business_now() at time zone 'Europe/Moscow')::date as today`.execute(db);
  return rows[0]?.today ?? "";
}
