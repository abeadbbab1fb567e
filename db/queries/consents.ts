import { type Kysely, sql } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

/** The instant that a consent and its document both bear: ISO 8601, to the millisecond. */
export async function readConsentClock(transaction: Kysely<DB>): Promise<string> {
  const { rows } = await sql<{ at: string }>`select business_now() as at`.execute(transaction);
  if (rows[0] === undefined) throw new Error("the clock says nothing");
  return rows[0].at;
}

/** What a biller is called. */
export async function billerNameOf(transaction: Kysely<DB>, billerId: string): Promise<string> {
  const biller = await transaction
    .selectFrom("billers")
    .select("name")
    .where("id", "=", billerId)
    .executeTakeFirstOrThrow();
  return biller.name;
}

/** The consent to one version of a resident's mandate; `document` null where it was given before documents were signed. Undefined: that version needed none, or is not there. */
export async function findConsent(
  db: Database,
  wanted: { readonly residentId: string; readonly mandateId: string; readonly version: number },
): Promise<{ readonly document: string | null } | undefined> {
  return db
    .selectFrom("consents")
    .select("document")
    .where("mandate_id", "=", wanted.mandateId)
    .where("version", "=", wanted.version)
    .where("resident_id", "=", wanted.residentId)
    .orderBy("id", "desc")
    .executeTakeFirst();
}
