import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";
import type { Sealer } from "../sealed.ts";

/** What a letter is about: an address to be proved, an address that was replaced by another one, a person who was erased. */
export const LETTER_KINDS = ["prove-address", "address-changed", "erased"] as const;

export type LetterKind = (typeof LETTER_KINDS)[number];

/** What stands in a letter, and whom it goes to; sealed while it waits. */
export type LetterContent = {
  readonly to: string;
  readonly locale: "ru" | "en";
  /** Path and query on our own page; null where nothing is to be done. */
  readonly path: string | null;
};

/** A letter that is due. Its id is the same at every repeat. */
export type Letter = LetterContent & {
  readonly id: string;
  readonly kind: LetterKind;
  readonly attempts: number;
};

/** A letter that no relay takes for so long is of no use any more. */
const GIVE_UP_HOURS = 24;

/** Queues a letter, in the transaction of its cause. */
export async function queueLetter(
  transaction: Transaction<DB>,
  sealer: Sealer,
  letter: LetterContent & { readonly kind: LetterKind },
): Promise<void> {
  const { kind, ...content } = letter;
  const { rows } = await sql<{ id: string }>`select new_code() as id`.execute(transaction);
  const [{ id } = { id: "" }] = rows;
  await transaction
    .insertInto("letters")
    .values({
      id,
      kind,
      sealed: sealer.seal(JSON.stringify(content), id),
      give_up_at: sql<string>`clock_timestamp() + make_interval(hours => ${GIVE_UP_HOURS})`,
    })
    .execute();
  await sql`select ring('letter')`.execute(transaction);
}

/** Takes letters that are due; a sender that dies over one gives it back after two minutes. Those that are too old go unsent. */
export async function leaseLetters(db: Database, sealer: Sealer, limit: number): Promise<readonly Letter[]> {
  await sql`delete from letters where give_up_at < clock_timestamp()`.execute(db);
  const { rows } = await sql<{ id: string; kind: LetterKind; sealed: Buffer; attempts: number }>`
    update letters l set attempts = attempts + 1, lease_until = clock_timestamp() + interval '2 minutes'
    where l.id in (select id from letters where due_at <= clock_timestamp() and (lease_until is null or lease_until < clock_timestamp())
      order by due_at, id limit ${limit} for update skip locked)
    returning l.id, l.kind, l.sealed, l.attempts`.execute(db);
  return rows.map(({ id, kind, sealed, attempts }) => {
    const content = JSON.parse(sealer.open(sealed, id).toString("utf8")) as LetterContent;
    return { id, kind, attempts, ...content };
  });
}

/** A letter that a relay has, or never will have, is forgotten; any other is tried again after a growing pause, at most an hour. */
export async function settleLetter(
  db: Kysely<DB>,
  letter: { readonly id: string; readonly isDone: boolean },
): Promise<void> {
  if (letter.isDone) {
    await db.deleteFrom("letters").where("id", "=", letter.id).execute();
    return;
  }
  await sql`update letters set lease_until = null,
    due_at = clock_timestamp() + least(interval '1 hour', interval '10 seconds' * power(2, least(attempts, 9)))
    where id = ${letter.id}`.execute(db);
}
