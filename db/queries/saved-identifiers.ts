import { type Kysely, sql, type Transaction } from "kysely";
import { ExpectedFailure } from "../../domain/failure.ts";
import { MOST_IDENTIFIERS } from "../../domain/saved-identifier.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import { type Sealer, type Subject, subjectKey } from "../sealed.ts";
import type { InFlightRow } from "./withdrawals.ts";

/** What seals a value and what names it without showing it. */
export type IdentifierKeys = { readonly sealer: Sealer; readonly claimKey: Uint8Array };

/** An identifier to be kept for a resident; `value` is in the normal form of its kind. */
export type NewIdentifier = Subject & {
  readonly residentId: string;
  readonly label: string | null;
  /** How it was proved to be theirs; null where nobody proved it. */
  readonly provedBy: string | null;
};

/** A saved identifier without its value. */
export type SavedIdentifier = {
  readonly id: string;
  readonly kind: string;
  readonly subjectKey: string;
  readonly sealed: Buffer;
  readonly label: string | null;
  readonly provedBy: string | null;
  readonly createdAt: string;
};

/** Has the resident saved this one already? */
export async function hasIdentifier(
  db: Kysely<DB>,
  { residentId, subjectKey: key }: { readonly residentId: string; readonly subjectKey: string },
): Promise<boolean> {
  const row = await db
    .selectFrom("saved_identifiers")
    .select("id")
    .where("resident_id", "=", residentId)
    .where("subject_key", "=", key)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Keeps an identifier, once a resident: the same one again keeps its row, and takes a label or a proof that is given now. A new one shows its bills: the
 * database itself lets the planner look at those that are owed.
 *
 * @returns its id, and whether it is new
 * @throws ExpectedFailure `identifiers-full` when the resident has as many as there may be, however many come at once
 */
export async function saveIdentifier(
  transaction: Transaction<DB>,
  keys: IdentifierKeys,
  identifier: NewIdentifier,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const { residentId } = identifier;
  // One after the other: two that count at once would both find room.
  await sql`select 1 from residents where id = ${residentId} for no key update`.execute(transaction);
  const key = subjectKey(keys.claimKey, identifier);
  if (!(await hasIdentifier(transaction, { residentId, subjectKey: key }))) {
    await mustHaveRoom(transaction, residentId);
  }
  return writeIdentifier(transaction, keys, identifier);
}

async function mustHaveRoom(transaction: Transaction<DB>, residentId: string): Promise<void> {
  const { n } = await transaction
    .selectFrom("saved_identifiers")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .where("resident_id", "=", residentId)
    .executeTakeFirstOrThrow();
  if (n >= MOST_IDENTIFIERS) {
    throw new ExpectedFailure({
      code: "identifiers-full",
      detail: "the resident has as many as there may be",
    });
  }
}

async function writeIdentifier(
  db: Kysely<DB>,
  { sealer, claimKey }: IdentifierKeys,
  identifier: NewIdentifier,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const { rows } = await sql<{ id: string }>`select new_code() as id`.execute(db);
  const [{ id } = { id: "" }] = rows;
  const saved = await db
    .insertInto("saved_identifiers")
    .values({
      id,
      resident_id: identifier.residentId,
      kind: identifier.kind,
      subject_key: subjectKey(claimKey, identifier),
      // the row's id is associated data: a value moved to another row does not open
      sealed: sealer.seal(identifier.value, id),
      label: identifier.label,
      proved_by: identifier.provedBy,
    })
    .onConflict((conflict) =>
      conflict.columns(["resident_id", "subject_key"]).doUpdateSet({
        label: sql`coalesce(excluded.label, saved_identifiers.label)`,
        proved_by: sql`coalesce(excluded.proved_by, saved_identifiers.proved_by)`,
      }),
    )
    .returning("id")
    .executeTakeFirstOrThrow();
  return { id: saved.id, isNew: saved.id === id };
}

type OwnIdentifier = { readonly residentId: string; readonly id: string };

function identifiersOf(db: Database, residentId: string) {
  return db
    .selectFrom("saved_identifiers")
    .select([
      "id",
      "kind",
      "subject_key as subjectKey",
      "sealed",
      "label",
      "proved_by as provedBy",
      "created_at as createdAt",
    ])
    .where("resident_id", "=", residentId);
}

/** A resident's saved identifiers, oldest first. */
export function listIdentifiers(db: Database, residentId: string): Promise<readonly SavedIdentifier[]> {
  return identifiersOf(db, residentId).orderBy("created_at").orderBy("id").execute();
}

/** One saved identifier of a resident. */
export function findIdentifier(db: Database, own: OwnIdentifier): Promise<SavedIdentifier | undefined> {
  return identifiersOf(db, own.residentId).where("id", "=", own.id).executeTakeFirst();
}

/** Calls a saved identifier by another name; null takes the name away. False where there is none. */
export async function renameIdentifier(
  db: Database,
  { residentId, id, label }: OwnIdentifier & { readonly label: string | null },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("saved_identifiers")
    .set({ label })
    .where("resident_id", "=", residentId)
    .where("id", "=", id)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A mandate that ended with the identifier it stood on: since when nothing is sent for it, and what was under way. */
export type EndedMandate = {
  readonly mandateId: string;
  readonly stoppedAt: string;
  readonly inFlight: readonly InFlightRow[];
};

/**
 * Forgets a saved identifier: bills that were seen by it alone are seen no more, and mandates over it end. Null where there is none. One call, one transaction of
 * its own.
 */
export async function deleteIdentifier(
  db: Database,
  { residentId, id }: OwnIdentifier,
): Promise<readonly EndedMandate[] | null> {
  const { rows } = await sql<{ answer: { ended: readonly EndedMandate[] } | null }>`
    select forget_identifier(${residentId}, ${id}) as answer`.execute(db);
  return rows[0]?.answer?.ended ?? null;
}

/** Has this resident saved the identifier that is named by this key? */
export async function hasSavedSubject(
  db: Kysely<DB>,
  subject: { readonly residentId: string; readonly subjectKey: string },
): Promise<boolean> {
  const row = await db
    .selectFrom("saved_identifiers")
    .select("id")
    .where("resident_id", "=", subject.residentId)
    .where("subject_key", "=", subject.subjectKey)
    .executeTakeFirst();
  return row !== undefined;
}
