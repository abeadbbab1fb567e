import type { Transaction } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../generated/database.ts";

const DEADLOCK = "40P01";
const MOST_ATTEMPTS = 4;

/**
 * Does a piece of work in one transaction. When PostgreSQL ends it because of a deadlock, nothing of it was written and it is done again, a few
 * times: locks are taken in one order, but a stop takes only its own.
 */
export async function inTransaction<Result>(
  db: Database,
  work: (transaction: Transaction<DB>) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work);
    } catch (cause) {
      if (attempt >= MOST_ATTEMPTS || !isDeadlock(cause)) throw cause;
    }
  }
}

function isDeadlock(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === DEADLOCK;
}
