import { sql } from "kysely";
import type { Currency } from "../../domain/money.ts";
import type { VoidWhy } from "../../domain/object-wish.ts";
import type { AfterNotCharged } from "../../domain/retry-policy.ts";
import type { Database } from "../database.ts";

/** The object that the next charge of a payment will stand on, as written down before the gateway is asked for it. */
export type PreparationRow = {
  readonly round: number;
  /** Null: asked for before, and no answer was kept. */
  readonly objectId: string | null;
  readonly amountMinor: number;
  readonly currency: Currency;
  /** The newest charge on this very object. */
  readonly lastChargeId: string | null;
};

/**
 * Writes down which object is prepared; null when the payment wants no charge now, or when a hold, an open circuit, the payment's hours or an old instruction
 * keep it back: then it has been moved as its gate would move it.
 */
export async function beginPreparation(
  db: Database,
  about: {
    readonly paymentId: string;
    /** The charge that will confirm the object: while the gateway's circuit is open it may be the probe. */
    readonly chargeId: string;
    readonly initiatedBy: "mit" | "cit";
    readonly instructionId: string | null;
    readonly gateway: string;
    readonly merchantAccount: string;
  },
): Promise<PreparationRow | null> {
  const { rows } = await sql<{ answer: PreparationRow | null }>`
    select begin_preparation(${JSON.stringify(about)}::jsonb) as answer`.execute(db);
  return rows[0]?.answer ?? null;
}

type Round = { readonly paymentId: string; readonly round: number };

/** Keeps what the gateway answered; `closed`: the object carries no further charge, the next one needs another round. */
export async function notePrepared(
  db: Database,
  about: Round & {
    readonly objectId: string | null;
    readonly attemptBefore: string | null;
    readonly closed: boolean;
  },
): Promise<void> {
  await sql`select note_prepared(${about.paymentId}, ${about.round}, ${about.objectId}, ${about.attemptBefore}, ${about.closed})`.execute(
    db,
  );
}

/** Nothing could be prepared: the payment waits a little, or ends where a person is kept waiting. */
export async function putOffCharge(db: Database, about: Round & { readonly remark: string }): Promise<void> {
  await sql`select put_off_charge(${about.paymentId}, ${about.round}, ${about.remark})`.execute(db);
}

/** The gateway refused to prepare it: the payment ends, asks its payer, or waits behind the gateway's hold (db/migrations/0031-refused-preparations.sql). */
export async function refusePreparation(
  db: Database,
  refused: Round & {
    readonly chargeId: string;
    /** The gateway does not accept us at all: it is on hold already. */
    readonly refusesUs: boolean;
    readonly code: string;
    readonly detail: string;
    readonly plan: AfterNotCharged;
  },
): Promise<void> {
  await sql`select refuse_preparation(${JSON.stringify(refused)}::jsonb)`.execute(db);
}

export type ObjectGateAnswer =
  | { readonly verdict: "passed"; readonly transmission: number; readonly voidWhy: VoidWhy | null }
  | { readonly verdict: "unwanted" | "not-now" | "again"; readonly reason: string };

/** The gate of a capture or a void: one call, one transaction, one permission for one transmission (db/migrations/0011-prepared-charges.sql). */
export async function passObjectGate(
  db: Database,
  request: {
    readonly chargeId: string;
    readonly kind: "capture" | "void";
    readonly why: VoidWhy | null;
    readonly gateway: string;
    readonly merchantAccount: string;
  },
): Promise<ObjectGateAnswer> {
  const { rows } = await sql<{ answer: ObjectGateAnswer }>`
    select gate_object(${JSON.stringify(request)}::jsonb) as answer`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("gate_object answered nothing");
  return row.answer;
}

/** An object that nobody will use any more; it took no money. */
export type IdleObject = {
  readonly paymentId: string;
  readonly round: number;
  readonly gateway: string;
  readonly merchantAccount: string;
  readonly objectId: string;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly livemode: boolean;
  /** The last charge on it, if any. */
  readonly chargeId: string | null;
  readonly attemptBefore: string | null;
};

/** Takes idle objects of closed payments and of earlier amounts, each at most once a day. */
export async function takeIdleObjects(db: Database, limit: number): Promise<readonly IdleObject[]> {
  const { rows } = await sql<IdleObject>`
    select payment_id as "paymentId", round, gateway, merchant_account as "merchantAccount", object_id as "objectId",
      amount_minor as "amountMinor", currency, livemode, charge_id as "chargeId", attempt_before as "attemptBefore"
    from take_idle_objects(${limit})`.execute(db);
  return rows;
}

/** What a complete list must show, and the window in which it has to be read for that; ISO instants. */
export type ScanWindow = { readonly from: string; readonly to: string; readonly known: readonly string[] };

/**
 * The window of a scan: the one asked for, widened to the nearest object of ours of that merchant account where it holds none (payment rules §8.2): a list that
 * must show at least one object cannot be blind unnoticed. `known` is empty only when no object of the account is known at all.
 */
export async function readScanWindow(
  db: Database,
  asked: {
    readonly gateway: string;
    readonly merchantAccount: string;
    readonly from: string;
    readonly to: string;
  },
): Promise<ScanWindow> {
  const { rows } = await sql<ScanWindow>`
    with ours as (select object_id, first_sent_at, last_sent_at from charges where gateway = ${asked.gateway}
        and merchant_account = ${asked.merchantAccount} and object_id is not null and prepared_round is null),
    nearest as (select first_sent_at, last_sent_at from ours
      order by greatest(${asked.from}::timestamptz - first_sent_at, last_sent_at - ${asked.to}::timestamptz) limit 1),
    wide as (select least(${asked.from}::timestamptz, (select first_sent_at - interval '5 minutes' from nearest)) as "from",
      greatest(${asked.to}::timestamptz, (select last_sent_at + interval '5 minutes' from nearest)) as "to")
    select w."from", w."to", array(select object_id from ours where first_sent_at >= w."from" and last_sent_at <= w."to") as known
    from wide w`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("a window is always answered");
  return row;
}

/** Ghosts have no workflow: each is looked at once an hour until it is final (payment rules §2.1). */
export async function nudgeGhosts(db: Database): Promise<void> {
  await sql`
    insert into gateway_nudges (gateway, event, object_id, charge_id)
    select c.gateway, 'ghost', o.id, c.id from cases k join charges c on c.id = k.subject
    cross join jsonb_array_elements_text(coalesce(k.detail->'objects', jsonb_build_array(coalesce(c.object_id, '')))) o(id)
    where k.kind = 'ghost' and k.closed_at is null and not exists (select 1 from gateway_nudges g where g.charge_id = c.id
      and g.received_at > clock_timestamp() - interval '1 hour')`.execute(db);
}

/** Opens a case for every charge about which nobody knows for too long; answers how many are new. */
export async function raiseUndecidedAlarms(db: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`select raise_undecided_alarms() as n`.execute(db);
  return rows[0]?.n ?? 0;
}
