import { createHash } from "node:crypto";
import { sql, type Transaction } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import type { Sealer } from "../sealed.ts";
import { queueLetter } from "./letters.ts";

/** How long the link in the letter is good for. */
const LINK_HOURS = 24;

/** The secret is 256 random bits: a plain hash tells nothing of it. */
function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** An address that waits to be proved. */
export type PendingAddress = { readonly address: string; readonly expiresAt: string };

/** Keeps an address until it is proved, in place of an earlier one, and sends a letter with the link there. */
export async function askForProof(
  transaction: Transaction<DB>,
  sealer: Sealer,
  ask: {
    readonly residentId: string;
    readonly address: string;
    readonly token: string;
    readonly locale: "ru" | "en";
    /** Where the link leads, on our own page. */
    readonly path: string;
  },
): Promise<void> {
  const { residentId, address, token, locale, path } = ask;
  const row = {
    address: sealer.seal(address, residentId),
    token_hash: hashOf(token),
    expires_at: sql<string>`clock_timestamp() + make_interval(hours => ${LINK_HOURS})`,
  };
  await transaction
    .insertInto("address_proofs")
    .values({ resident_id: residentId, ...row })
    .onConflict((conflict) => conflict.column("resident_id").doUpdateSet(row))
    .execute();
  await queueLetter(transaction, sealer, { kind: "prove-address", to: address, locale, path });
}

/** The address that a resident has entered and not proved yet, while its link is good. */
export async function pendingAddress(
  db: Database,
  sealer: Sealer,
  residentId: string,
): Promise<PendingAddress | null> {
  const row = await db
    .selectFrom("address_proofs")
    .select(["address", "expires_at"])
    .where("resident_id", "=", residentId)
    .where("expires_at", ">", sql<string>`clock_timestamp()`)
    .executeTakeFirst();
  if (!row) return null;
  return { address: sealer.open(row.address, residentId).toString("utf8"), expiresAt: row.expires_at };
}

/**
 * Proves a resident's address by the secret of its link, once: from the commit on messages go there, whatever the identity provider says later. An address that was good before
 * is told.
 *
 * @returns false when the link is not this resident's, was used, replaced, or is too old
 */
export async function proveAddress(
  transaction: Transaction<DB>,
  sealer: Sealer,
  proof: { readonly residentId: string; readonly token: string },
): Promise<boolean> {
  const { residentId } = proof;
  const { rows } = await sql<{ address: Buffer }>`delete from address_proofs
    where resident_id = ${residentId} and token_hash = ${hashOf(proof.token)} and expires_at > clock_timestamp()
    returning address`.execute(transaction);
  const [taken] = rows;
  if (!taken) return false;
  const before = await transaction
    .selectFrom("residents")
    .select(["email", "email_verified", "locale"])
    .where("id", "=", residentId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const email = sealer.open(taken.address, residentId).toString("utf8");
  await transaction
    .updateTable("residents")
    .set({ email, email_verified: true, email_own: true })
    .where("id", "=", residentId)
    .execute();
  // mail had come back from it, perhaps: whoever opens its link reads it again
  await sql`select lift_suppression(${residentId})`.execute(transaction);
  if (before.email !== null && before.email_verified && before.email !== email) {
    const locale = before.locale === "en" ? "en" : "ru";
    await queueLetter(transaction, sealer, {
      kind: "address-changed",
      to: before.email,
      locale,
      path: "/profile",
    });
  }
  await sql`insert into audit (actor, action, subject) values (${residentId}, 'address.proved', ${residentId})`.execute(
    transaction,
  );
  return true;
}
