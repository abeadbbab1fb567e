import type { Database } from "../database.ts";

/** Who a resident is, as the identity provider says. */
export type ResidentClaims = {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly locale: "ru" | "en";
  readonly zone: string;
};

/** Writes a resident at first sight, and what has changed later; answers the id. */
export async function saveResident(db: Database, claims: ResidentClaims): Promise<string> {
  const data = {
    name: claims.name,
    email: claims.email,
    email_verified: claims.emailVerified,
    locale: claims.locale,
    zone: claims.zone,
  };
  const { id } = await db
    .insertInto("residents")
    .values({ issuer: claims.issuer, subject: claims.subject, ...data })
    .onConflict((conflict) => conflict.columns(["issuer", "subject"]).doUpdateSet(data))
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}
