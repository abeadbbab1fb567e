import type { PoolClient } from "pg";

/** Two that need each other's bills, or the last word of one who died a moment ago: PostgreSQL ends one of them, and it is done again. */
const TRANSIENT = ["40P01", "23505"];

/** Does the work in one transaction of a connection that also does what Kysely cannot (COPY). */
export async function inOneTransaction<Result>(
  client: PoolClient,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (cause) {
    // Where even this fails the connection is gone, and with it the transaction.
    await client.query("rollback").catch(() => undefined);
    throw cause;
  }
}

/** Nothing of it was written, and the next try may go through. */
export function isTransient(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && TRANSIENT.includes(String(cause.code));
}
