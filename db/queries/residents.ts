import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

/** Whose token it is: the name of a person at one identity provider. */
export type PersonName = { readonly issuer: string; readonly subject: string };

/** Who a resident is, as the identity provider says. */
export type ResidentClaims = PersonName & {
  readonly name: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly locale: "ru" | "en";
  readonly zone: string;
};

/** A resident's row. */
export type Resident = {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** True when the resident proved the address here: the provider's word no longer changes it. */
  readonly emailOwn: boolean;
  readonly locale: "ru" | "en";
  readonly localeOwn: boolean;
  readonly zone: string;
  readonly zoneOwn: boolean;
  /** The newest edition of the terms that they accepted; null: none yet. */
  readonly termsVersion: string | null;
};

const COLUMNS = [
  "id",
  "name",
  "email",
  "email_verified as emailVerified",
  "email_own as emailOwn",
  "locale",
  "locale_own as localeOwn",
  "zone",
  "zone_own as zoneOwn",
  "terms_version as termsVersion",
] as const;

/** The resident of a token, if they were here before. */
export async function findResident(db: Kysely<DB>, who: PersonName): Promise<Resident | undefined> {
  const row = await db
    .selectFrom("residents")
    .select(COLUMNS)
    .where("issuer", "=", who.issuer)
    .where("subject", "=", who.subject)
    .executeTakeFirst();
  return row && { ...row, locale: row.locale === "en" ? "en" : "ru" };
}

/** Writes a resident at first sight, and later what the provider says anew; what the resident decided here stays. Answers the id. */
export async function saveResident(db: Kysely<DB>, claims: ResidentClaims): Promise<string> {
  const { id } = await db
    .insertInto("residents")
    .values({
      issuer: claims.issuer,
      subject: claims.subject,
      name: claims.name,
      email: claims.email,
      email_verified: claims.emailVerified,
      locale: claims.locale,
      zone: claims.zone,
    })
    .onConflict((conflict) =>
      conflict.columns(["issuer", "subject"]).doUpdateSet({
        name: claims.name,
        email: sql`case when residents.email_own then residents.email else excluded.email end`,
        email_verified: sql`residents.email_own or excluded.email_verified`,
        locale: sql`case when residents.locale_own then residents.locale else excluded.locale end`,
        zone: sql`case when residents.zone_own then residents.zone else excluded.zone end`,
      }),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Does the row say what the provider says, as far as the provider has a say? */
export function isUpToDate(row: Resident, claims: ResidentClaims): boolean {
  return (
    row.name === claims.name &&
    (row.emailOwn || (row.email === claims.email && row.emailVerified === claims.emailVerified)) &&
    (row.localeOwn || row.locale === claims.locale) &&
    (row.zoneOwn || row.zone === claims.zone)
  );
}

/** Keeps the language or the zone that a resident chose here; what is left out stays as it is, also when that is both. */
export async function chooseSettings(
  db: Database,
  residentId: string,
  chosen: { readonly locale?: "ru" | "en" | undefined; readonly zone?: string | undefined },
): Promise<void> {
  const { locale, zone } = chosen;
  if (locale === undefined && zone === undefined) return;
  await db
    .updateTable("residents")
    .set({
      ...(locale === undefined ? {} : { locale, locale_own: true }),
      ...(zone === undefined ? {} : { zone, zone_own: true }),
    })
    .where("id", "=", residentId)
    .execute();
}

/** That a resident accepted the terms: which edition, in which words, from where. */
export type TermsAcceptance = {
  readonly residentId: string;
  readonly version: string;
  readonly locale: "ru" | "en";
  readonly textHash: string;
  readonly signIn: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
};

/** Records an acceptance; from its commit on the resident may use what the edition is about. */
export async function acceptTerms(transaction: Transaction<DB>, acceptance: TermsAcceptance): Promise<void> {
  const { residentId, version, locale, textHash, signIn, ip, userAgent } = acceptance;
  await transaction
    .insertInto("terms_acceptances")
    .values({
      resident_id: residentId,
      version,
      locale,
      text_hash: textHash,
      sign_in: signIn,
      ip,
      user_agent: userAgent,
    })
    .execute();
  await transaction
    .updateTable("residents")
    .set({ terms_version: version })
    .where("id", "=", residentId)
    .execute();
}
