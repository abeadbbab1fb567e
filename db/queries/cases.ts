import { sql } from "kysely";
import type { Currency } from "../../domain/money.ts";
import type { Database } from "../database.ts";

/** A task for a person. `times` counts how often it came up. */
export type CaseRow = {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly amount_minor: number | null;
  readonly currency: Currency | null;
  readonly detail: Record<string, unknown>;
  readonly owner: string | null;
  readonly times: number;
  readonly opened_at: string;
  readonly closed_at: string | null;
  readonly closed_by: string | null;
  readonly closed_why: string | null;
};

const columns = sql`id, kind, subject, amount_minor, currency, detail, owner, times, opened_at, closed_at, closed_by, closed_why`;

/** One page of the tasks for people, oldest first. */
export async function listCases(
  db: Database,
  query: {
    readonly state?: "open" | "closed" | undefined;
    readonly after?: { readonly openedAt: string; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly CaseRow[]> {
  // Instants travel as milliseconds: the order must not look any closer.
  const placed = sql`(whole_milliseconds(opened_at), id)`;
  const after =
    query.after === undefined
      ? sql``
      : sql`and ${placed} > (${query.after.openedAt}::timestamptz, ${query.after.id})`;
  const states = { open: sql`and closed_at is null`, closed: sql`and closed_at is not null` };
  const state = query.state === undefined ? sql`` : states[query.state];
  const { rows } = await sql<CaseRow>`
    select ${columns} from cases
     where true ${state} ${after} order by whole_milliseconds(opened_at), id limit ${query.limit}`.execute(
    db,
  );
  return rows;
}

export async function findCase(db: Database, id: string): Promise<CaseRow | undefined> {
  const { rows } = await sql<CaseRow>`select ${columns} from cases where id = ${id}`.execute(db);
  return rows[0];
}

/** Makes an open task an operator's own; undefined when it is not open. */
export async function takeCase(
  db: Database,
  request: { readonly id: string; readonly operatorId: string },
): Promise<CaseRow | undefined> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<CaseRow>`
      update cases set owner = ${request.operatorId} where id = ${request.id} and closed_at is null returning ${columns}`.execute(
      transaction,
    );
    if (rows[0] === undefined) return undefined;
    await sql`insert into audit (actor, action, subject) values (${request.operatorId}, 'case.take', ${request.id})`.execute(
      transaction,
    );
    return rows[0];
  });
}

/**
 * Closes a task with the reason that the operator gives; undefined when it is not open. `kept` names kinds that no person closes: while they are open
 * they protect money.
 */
export async function closeCase(
  db: Database,
  request: {
    readonly id: string;
    readonly operatorId: string;
    readonly why: string;
    readonly kept: readonly string[];
  },
): Promise<CaseRow | undefined> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<CaseRow>`
      update cases set closed_at = business_now(), closed_by = ${request.operatorId}, closed_why = ${request.why}
       where id = ${request.id} and closed_at is null and kind <> all(${request.kept}::text[]) returning ${columns}`.execute(
      transaction,
    );
    if (rows[0] === undefined) return undefined;
    await sql`insert into audit (actor, action, subject, detail) values (${request.operatorId}, 'case.close', ${request.id},
      jsonb_build_object('why', ${request.why}::text))`.execute(transaction);
    return rows[0];
  });
}
