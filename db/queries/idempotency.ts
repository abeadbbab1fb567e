import { type Kysely, sql } from "kysely";
import { ExpectedFailure } from "../../domain/failure.ts";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

/** Names one command: who sent it, and the key that they gave it. */
export type CommandName = { readonly principal: string; readonly key: string };

/** The right to carry a command out, until the lease ends. `lease` is the fence: whoever lost it cannot commit. */
export type CommandLease = CommandName & { readonly lease: string };

export type StoredAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sealed by the caller: an answer may hold secrets. */
  readonly body: string;
};

export type CommandClaim =
  /** Ours to carry out. `madeId`: what an earlier try had already written before it died. */
  | { readonly kind: "claimed"; readonly lease: CommandLease; readonly madeId: string | null }
  | { readonly kind: "running" }
  | { readonly kind: "done"; readonly answer: StoredAnswer }
  /** The key belongs to a command with another content. */
  | { readonly kind: "other" };

/** Claims a key, takes over one whose lease has ended, or tells how far its command is. One statement decides. */
export async function claimCommand(
  db: Database,
  command: CommandName & { readonly fingerprint: string; readonly leaseSeconds: number },
): Promise<CommandClaim> {
  const { principal, key, fingerprint } = command;
  // Milliseconds, so that the instant survives its way through JavaScript and can serve as the fence.
  const until = sql`date_trunc('milliseconds', clock_timestamp() + make_interval(secs => ${command.leaseSeconds}))`;
  const claimed = await sql<{ lease_until: string; made_id: string | null }>`
    insert into idempotency_keys as k (principal, key, fingerprint, state, lease_until)
      values (${principal}, ${key}, ${fingerprint}, 'running', ${until})
    on conflict (principal, key) do update set lease_until = ${until}
      where k.state = 'running' and k.lease_until < clock_timestamp() and k.fingerprint = excluded.fingerprint
    returning lease_until, made_id`.execute(db);
  const [row] = claimed.rows;
  if (row) {
    return { kind: "claimed", lease: { principal, key, lease: row.lease_until }, madeId: row.made_id };
  }
  return readCommand(db, command);
}

async function readCommand(
  db: Database,
  command: CommandName & { readonly fingerprint: string },
): Promise<CommandClaim> {
  const row = await db
    .selectFrom("idempotency_keys")
    .select(["fingerprint", "state", "status", "headers", "body"])
    .where("principal", "=", command.principal)
    .where("key", "=", command.key)
    .executeTakeFirst();
  // Gone between the two statements: its command refused and freed the key.
  if (!row) return { kind: "running" };
  if (row.fingerprint !== command.fingerprint) return { kind: "other" };
  if (row.state !== "done") return { kind: "running" };
  const headers = (row.headers ?? {}) as Record<string, string>;
  return { kind: "done", answer: { status: row.status ?? 200, headers, body: row.body ?? "" } };
}

/**
 * Writes what a command made, in the transaction that makes it.
 *
 * @throws ExpectedFailure `idempotency-key-in-flight` when the lease was lost: the transaction must roll back
 */
export async function rememberMade(
  transaction: Kysely<DB>,
  lease: CommandLease,
  madeId: string,
): Promise<void> {
  const { numUpdatedRows } = await owned(transaction, lease).set({ made_id: madeId }).executeTakeFirst();
  if (numUpdatedRows !== 1n) {
    throw new ExpectedFailure({ code: "idempotency-key-in-flight", detail: "the lease of the key was lost" });
  }
}

/** Keeps the answer for every repetition of the command. */
export async function storeAnswer(db: Database, lease: CommandLease, answer: StoredAnswer): Promise<void> {
  await owned(db, lease)
    .set({
      state: "done",
      status: answer.status,
      headers: JSON.stringify(answer.headers),
      body: answer.body,
    })
    .execute();
}

/**
 * Ends a try that has no answer to keep. A command that wrote nothing leaves no row behind; one that did keeps its row without a lease, so that the
 * next try finds what it made.
 */
export async function freeCommand(db: Database, lease: CommandLease): Promise<void> {
  await db
    .deleteFrom("idempotency_keys")
    .where("principal", "=", lease.principal)
    .where("key", "=", lease.key)
    .where("lease_until", "=", lease.lease)
    .where("state", "=", "running")
    .where("made_id", "is", null)
    .execute();
  await owned(db, lease).set({ lease_until: sql<string>`clock_timestamp()` }).execute();
}

function owned(db: Kysely<DB>, lease: CommandLease) {
  return db
    .updateTable("idempotency_keys")
    .where("principal", "=", lease.principal)
    .where("key", "=", lease.key)
    .where("lease_until", "=", lease.lease)
    .where("state", "=", "running");
}
