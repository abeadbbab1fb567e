import { sql } from "kysely";
import type { Database } from "../database.ts";
import type { InFlightRow } from "./withdrawals.ts";

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

/** What was under way when a stop was committed: the oldest of them, and how many there are. */
export type InFlightList = {
  readonly inFlight: readonly InFlightRow[];
  readonly inFlightTotal: number;
};

/** How many charges a stop's answer names; more can be read page by page. */
export const MOST_IN_FLIGHT = 200;

/** Payments a minute after a hold, or everybody at once. */
export type ReleaseRate = number | "unlimited";

/** A lifted hold that still admits at a rate. */
export type ReleaseRow = {
  readonly scope: HoldScope;
  readonly scope_id: string;
  readonly per_minute: number;
  readonly released_by: string;
  readonly released_at: string;
  /** Charges that it has let pass. */
  readonly admitted: number;
  /** Payments that have been given a turn and still wait for it. */
  readonly waiting: number;
  /** The last turn that was given. */
  readonly last_turn_at: string;
};

/** All holds that stand, oldest first. */
export async function listHolds(db: Database): Promise<readonly HoldRow[]> {
  const { rows } = await sql<HoldRow>`
    select scope, scope_id, reason, placed_by, placed_at from holds order by placed_at, scope, scope_id`.execute(
    db,
  );
  return rows;
}

/** Releases that still hold payments back to their rate, oldest first; one ends by itself a while after the last that had waited. */
export async function listReleases(db: Database): Promise<readonly ReleaseRow[]> {
  const { rows } = await sql<ReleaseRow>`
    select r.scope, r.scope_id, r.per_minute, r.released_by, r.released_at, r.admitted, r.last_turn_at,
      (select count(*)::int from release_turns t join payments y on y.id = t.payment_id
        where t.scope = r.scope and t.scope_id = r.scope_id and y.state = 'scheduled') as waiting
    from releases r order by r.released_at, r.scope, r.scope_id`.execute(db);
  return rows;
}

/**
 * Places a hold: a stop. The exclusive lock waits for gates that are passing: after the commit none passes any more, and what passed before is read behind
 * the lock, in a later statement of the same transaction (payment rules §6). Placing it again changes the reason and answers with today's list; a release of
 * the same scope is over.
 */
export async function placeHold(
  db: Database,
  hold: HoldName & { readonly reason: string; readonly placedBy: string },
): Promise<HoldRow & InFlightList> {
  return db.transaction().execute(async (transaction) => {
    await lockScope(transaction, hold);
    const { rows } = await sql<HoldRow>`
      insert into holds (scope, scope_id, reason, placed_by)
        values (${hold.scope}, ${hold.scopeId}, ${hold.reason}, ${hold.placedBy})
      on conflict (scope, scope_id) do update set reason = excluded.reason, placed_by = excluded.placed_by
      returning scope, scope_id, reason, placed_by, placed_at`.execute(transaction);
    const [row] = rows;
    if (!row) throw new Error("the hold was not written");
    await endRelease(transaction, hold);
    await audit(transaction, hold, { actor: hold.placedBy, action: "hold.place", reason: hold.reason });
    return { ...row, ...(await readInFlight(transaction, hold)) };
  });
}

/**
 * Stops new charges at a gateway that does not accept us (payment rules §8.2) and calls a person. A hold that stands keeps its reason and its author; what
 * has happened since it was lifted places it again.
 */
export async function holdGateway(
  db: Database,
  about: { readonly gateway: string; readonly why: string },
): Promise<void> {
  const hold = { scope: "gateway", scopeId: about.gateway } as const;
  const reason = `the gateway does not accept us: ${about.why}`;
  const detail = JSON.stringify({ reason });
  await db.transaction().execute(async (transaction) => {
    await lockScope(transaction, hold);
    await endRelease(transaction, hold);
    await sql`
      with placed as (insert into holds (scope, scope_id, reason, placed_by) values ('gateway', ${about.gateway}, ${reason}, 'engine')
          on conflict do nothing returning 1),
        told as (insert into audit (actor, action, subject, detail) select 'engine', 'hold.place', ${subjectOf(hold)}, ${detail}::jsonb from placed)
      select open_case('gateway-refuses-us', ${about.gateway}, null, null, ${detail}::jsonb) from placed`.execute(
      transaction,
    );
  });
}

/** What became of a release. */
export type Released = {
  /** The hold that was lifted; null: there was none, the rate of an earlier release was changed. */
  readonly hold: HoldRow | null;
  readonly rate: ReleaseRate;
};

/**
 * Lifts a hold, or changes the rate at which an earlier release admits; undefined when there is neither. Payments that waited look again at their next
 * look, and never more of them go out in a minute than the rate says (gate check 1); each of them passes the whole gate, its notice too.
 */
export async function releaseHold(
  db: Database,
  hold: HoldName & { readonly releasedBy: string; readonly rate: ReleaseRate },
): Promise<Released | undefined> {
  const { rate, releasedBy } = hold;
  return db.transaction().execute(async (transaction) => {
    await lockScope(transaction, hold);
    const { rows } = await sql<HoldRow>`
      delete from holds where scope = ${hold.scope} and scope_id = ${hold.scopeId}
      returning scope, scope_id, reason, placed_by, placed_at`.execute(transaction);
    const lifted = rows[0] ?? null;
    const slower =
      rate === "unlimited"
        ? await endRelease(transaction, hold)
        : await setRate(transaction, hold, { rate, lifted });
    if (lifted === null && !slower) return undefined;
    await audit(transaction, hold, { actor: releasedBy, action: "hold.release", perMinute: rate });
    return { hold: lifted, rate };
  });
}

/** False: nothing was lifted and nothing was released before, so there is nothing whose rate could be set. */
async function setRate(
  transaction: Database,
  { scope, scopeId, releasedBy }: HoldName & { readonly releasedBy: string },
  { rate, lifted }: { readonly rate: number; readonly lifted: HoldRow | null },
): Promise<boolean> {
  const { rows } = await sql`
    update releases set per_minute = ${rate}, released_by = ${releasedBy} where scope = ${scope} and scope_id = ${scopeId} returning 1`.execute(
    transaction,
  );
  if (rows.length > 0) return true;
  if (lifted === null) return false;
  await sql`insert into releases (scope, scope_id, per_minute, released_by) values (${scope}, ${scopeId}, ${rate}, ${releasedBy})`.execute(
    transaction,
  );
  return true;
}

async function endRelease(transaction: Database, { scope, scopeId }: HoldName): Promise<boolean> {
  const { rows } =
    await sql`delete from releases where scope = ${scope} and scope_id = ${scopeId} returning 1`.execute(
      transaction,
    );
  return rows.length > 0;
}

async function readInFlight(transaction: Database, { scope, scopeId }: HoldName): Promise<InFlightList> {
  const { rows } = await sql<{ list: InFlightList }>`
    select in_flight_in(${scope}, ${scopeId}, ${MOST_IN_FLIGHT}) as list`.execute(transaction);
  const [row] = rows;
  if (!row) throw new Error("in_flight_in answered nothing");
  return row.list;
}

function subjectOf({ scope, scopeId }: HoldName): string {
  return `hold/${scope}/${scopeId}`;
}

/** The lock that every gate in the scope shares while it passes. */
async function lockScope(transaction: Database, hold: HoldName): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${subjectOf(hold)}, 0))`.execute(transaction);
}

async function audit(
  transaction: Database,
  hold: HoldName,
  {
    actor,
    action,
    ...detail
  }: { readonly actor: string; readonly action: string } & Readonly<Record<string, string | number>>,
): Promise<void> {
  await transaction
    .insertInto("audit")
    .values({ actor, action, subject: subjectOf(hold), detail: JSON.stringify(detail) })
    .execute();
}
