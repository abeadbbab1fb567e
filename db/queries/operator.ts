import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Sums of the ledger, by account and currency. */
export async function readTrialBalance(db: Database) {
  const { rows } = await sql<{
    account: string;
    currency: string;
    debitMinor: number;
    creditMinor: number;
  }>`select account, currency, sum(debit_minor)::bigint as "debitMinor", sum(credit_minor)::bigint as "creditMinor"
       from ledger_entries group by account, currency order by account, currency`.execute(db);
  return rows;
}

export type CaseRow = {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly amount_minor: number | null;
  readonly currency: "RUB" | "USD" | "EUR" | null;
  readonly detail: Record<string, unknown>;
  readonly owner: string | null;
  readonly opened_at: string;
  readonly closed_at: string | null;
};

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
  const placed = sql`(date_trunc('milliseconds', opened_at), id)`;
  const after =
    query.after === undefined
      ? sql``
      : sql`and ${placed} > (${query.after.openedAt}::timestamptz, ${query.after.id})`;
  const state = query.state === undefined ? sql`` : sql`and (closed_at is null) = ${query.state === "open"}`;
  const { rows } = await sql<CaseRow>`
    select id, kind, subject, amount_minor, currency, detail, owner, opened_at, closed_at from cases
     where true ${state} ${after} order by date_trunc('milliseconds', opened_at), id limit ${query.limit}`.execute(
    db,
  );
  return rows;
}

/** The permissions of every transmission of a payment. */
export async function listGatePasses(db: Database, paymentId: string) {
  return db
    .selectFrom("gate_passes as p")
    .innerJoin("charges as c", "c.id", "p.charge_id")
    .select(["p.charge_id", "p.transmission", "p.checks", "p.passed_at", "p.business_at"])
    .where("c.payment_id", "=", paymentId)
    .orderBy("c.ordinal")
    .orderBy("p.transmission")
    .execute();
}

/** What was seen of a payment's charges; the raw answers stay sealed. */
export async function listEvidence(db: Database, paymentId: string) {
  return db
    .selectFrom("evidence as e")
    .innerJoin("charges as c", "c.id", "e.charge_id")
    .select(["e.charge_id", "e.rank", "e.source", "e.outcome", "e.moved", "e.facts", "e.seen_at"])
    .where("c.payment_id", "=", paymentId)
    .orderBy("e.id")
    .execute();
}

export type HoldScope = "all" | "gateway" | "biller" | "category";
/** `scopeId` is empty for the scope `all`. */
export type HoldName = { readonly scope: HoldScope; readonly scopeId: string };
export type HoldRow = {
  readonly scope: HoldScope;
  readonly scope_id: string;
  readonly reason: string;
  readonly placed_by: string;
  readonly placed_at: string;
};

/** All holds that stand, oldest first. */
export async function listHolds(db: Database): Promise<readonly HoldRow[]> {
  const { rows } = await sql<HoldRow>`
    select scope, scope_id, reason, placed_by, placed_at from holds order by placed_at, scope, scope_id`.execute(
    db,
  );
  return rows;
}

/**
 * Places a hold. The exclusive lock waits for gates that are passing: after the commit none passes any more (payment rules §6). Placing it again changes
 * the reason.
 */
export async function placeHold(
  db: Database,
  hold: HoldName & { readonly reason: string; readonly placedBy: string },
): Promise<HoldRow> {
  const key = `hold/${hold.scope}/${hold.scopeId}`;
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction);
    const { rows } = await sql<HoldRow>`
      insert into holds (scope, scope_id, reason, placed_by)
        values (${hold.scope}, ${hold.scopeId}, ${hold.reason}, ${hold.placedBy})
      on conflict (scope, scope_id) do update set reason = excluded.reason, placed_by = excluded.placed_by
      returning scope, scope_id, reason, placed_by, placed_at`.execute(transaction);
    const [row] = rows;
    if (!row) throw new Error("the hold was not written");
    await transaction
      .insertInto("audit")
      .values({
        actor: hold.placedBy,
        action: "hold.place",
        subject: key,
        detail: JSON.stringify({ reason: hold.reason }),
      })
      .execute();
    return row;
  });
}

/** Lifts a hold; undefined when there is none. Payments that waited look again at their next look. */
export async function releaseHold(
  db: Database,
  hold: HoldName & { readonly releasedBy: string },
): Promise<HoldRow | undefined> {
  const key = `hold/${hold.scope}/${hold.scopeId}`;
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction);
    const { rows } = await sql<HoldRow>`
      delete from holds where scope = ${hold.scope} and scope_id = ${hold.scopeId}
      returning scope, scope_id, reason, placed_by, placed_at`.execute(transaction);
    if (rows[0] === undefined) return undefined;
    await transaction
      .insertInto("audit")
      .values({ actor: hold.releasedBy, action: "hold.release", subject: key })
      .execute();
    return rows[0];
  });
}

export type ClockRow = { readonly businessNow: string; readonly scale: number };

/**
 * Moves the sandbox city's clock: it goes on from now plus the leap, at the new pace, and everybody who sleeps is woken. The table does not exist in a
 * live database.
 */
export async function moveClock(
  db: Database,
  move: { readonly advanceSeconds: number; readonly scale: number | null; readonly movedBy: string },
): Promise<ClockRow> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<ClockRow>`
      with now as materialized (select clock_timestamp() as real)
      update sandbox_clock set real_anchor = now.real,
             business_anchor = business_anchor + (now.real - real_anchor) * scale + make_interval(secs => ${move.advanceSeconds}),
             scale = coalesce(${move.scale}::double precision, scale)
        from now returning business_anchor as "businessNow", scale`.execute(transaction);
    const [row] = rows;
    if (!row) throw new Error("the sandbox clock has no row");
    await transaction
      .insertInto("audit")
      .values({ actor: move.movedBy, action: "clock.move", subject: "clock", detail: JSON.stringify(row) })
      .execute();
    await sql`select ring('clock')`.execute(transaction);
    return row;
  });
}

/** Commands that are accepted and not yet carried to Temporal. */
export async function readWaitingCommands(
  db: Database,
): Promise<{ readonly commands: number; readonly oldestSeconds: number }> {
  const { rows } = await sql<{ commands: number; oldestSeconds: number }>`
    select count(*) as commands,
           round(coalesce(extract(epoch from clock_timestamp() - min(not_before)), 0)::numeric, 1)::float8 as "oldestSeconds"
      from outbox where done_at is null and not_before <= clock_timestamp()`.execute(db);
  return rows[0] ?? { commands: 0, oldestSeconds: 0 };
}

/** Keeps what a gateway told us, as it came: a reason to look, never evidence. */
export async function keepNudge(
  db: Database,
  nudge: {
    readonly gateway: string;
    readonly event: string;
    readonly objectId: string;
    readonly chargeId: string | null;
  },
): Promise<void> {
  await sql`
    with kept as (insert into gateway_nudges (gateway, event, object_id, charge_id)
      values (${nudge.gateway}, ${nudge.event}, ${nudge.objectId}, ${nudge.chargeId}) returning id)
    select ring('nudge') from kept`.execute(db);
}
