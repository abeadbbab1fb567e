import { sql } from "kysely";
import type { Currency } from "../../domain/money.ts";
import type { RefundState } from "../../domain/refund.ts";
import type { Database } from "../database.ts";

/** A refund as its sender and its look-up need it; `request` is sealed with the refund's id. */
export type RefundFacts = {
  readonly id: string;
  /** The idempotency key of the current round. */
  readonly key: string;
  readonly paymentId: string;
  readonly gateway: string;
  readonly merchantAccount: string;
  /** Null where two operators decided that money was taken: the gateway never named it. */
  readonly chargeObjectId: string | null;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly livemode: boolean;
  /** The same sum once more would be more than was taken: the gateway refuses it, whatever we believe. */
  readonly secondIsTooMuch: boolean;
  readonly state: RefundState;
  readonly request: Buffer | null;
  readonly requestHash: string | null;
  readonly objectId: string | null;
  readonly looks: number;
  readonly firstSentAt: string | null;
  readonly lastSentAt: string | null;
  readonly firstEmptyScanAt: string | null;
  readonly now: string;
};

/** Undefined: there is no such refund. Decides nothing: the gate reads everything again under locks. */
export async function readRefundFacts(db: Database, refundId: string): Promise<RefundFacts | undefined> {
  const { rows } = await sql<RefundFacts>`
    select r.id, refund_key(r) as key, r.payment_id as "paymentId", c.gateway, c.merchant_account as "merchantAccount",
      c.object_id as "chargeObjectId", r.amount_minor as "amountMinor", r.currency, y.livemode, 2 * r.amount_minor > c.charged_minor as "secondIsTooMuch",
      r.state, r.request,
      r.request_hash as "requestHash", r.object_id as "objectId", r.looks, r.first_sent_at as "firstSentAt",
      r.last_sent_at as "lastSentAt", r.first_empty_scan_at as "firstEmptyScanAt", business_now() as now
    from refunds r join charges c on c.id = r.charge_id join payments y on y.id = r.payment_id
    where r.id = ${refundId}`.execute(db);
  return rows[0];
}

/** What the gate of refunds is asked (db/migrations/0015-refunds.sql). */
export type RefundGateRequest = {
  readonly refundId: string;
  readonly requestHash: string;
  readonly gateway: string;
  readonly merchantAccount: string;
  readonly keyLifeHours: number;
  readonly replay: boolean;
};

export type RefundGateAnswer =
  | { readonly verdict: "passed"; readonly key: string; readonly transmission: number }
  | { readonly verdict: "not-now" | "again" | "no-replay"; readonly reason: string };

/** One call, one transaction, one permission for one transmission of a refund. */
export async function passRefundGate(
  db: Database,
  request: RefundGateRequest,
  sealedBytes: Buffer | null,
): Promise<RefundGateAnswer> {
  const { rows } = await sql<{ answer: RefundGateAnswer }>`
    select refund_gate(${JSON.stringify(request)}::jsonb, ${sealedBytes}) as answer`.execute(db);
  return only(rows).answer;
}

/** Evidence about one refund; `askAgain`: final for the vendor, but worth a new refund (its time-out). */
export type RefundEvidence = {
  readonly source: "answer" | "look-up" | "list";
  readonly rank: 1 | 2 | 3;
  readonly hash: string;
  readonly outcome: "done" | "pending" | "refused" | "unknown" | "absent";
  readonly reason?: string;
  readonly objectId?: string;
  readonly askAgain?: boolean;
  /** The gateway did not accept us at all: the refund waits as `requested`. */
  readonly refusesUs?: boolean;
};

export type RefundAnswer = { readonly moved: boolean; readonly refund: RefundState; readonly waitMs: number };

/** The one way to move a refund. The same evidence twice changes nothing. */
export async function recordRefundEvidence(
  db: Database,
  record: {
    readonly refundId: string;
    readonly evidence: RefundEvidence;
    readonly nextLookSeconds: number;
    readonly raw?: Buffer;
  },
): Promise<RefundAnswer> {
  const { rows } = await sql<{ answer: RefundAnswer }>`
    select record_refund_evidence(${record.refundId}, ${JSON.stringify(record.evidence)}::jsonb, ${record.nextLookSeconds},
      ${record.raw ?? null}::bytea) as answer`.execute(db);
  return only(rows).answer;
}

/** What the workflow of a refund reads when it wakes. */
export type RefundLook = {
  readonly state: RefundState;
  readonly due: boolean;
  readonly leased: boolean;
  readonly waitMs: number;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly payment: string;
};

export async function readRefundLook(db: Database, refundId: string): Promise<RefundLook | undefined> {
  const { rows } = await sql<{
    look: RefundLook | null;
  }>`select read_refund_look(${refundId}) as look`.execute(db);
  return rows[0]?.look ?? undefined;
}

/** Notes one complete scan that found nothing; absence needs two, an hour apart. */
export async function noteEmptyRefundScan(db: Database, refundId: string): Promise<void> {
  await sql`update refunds set scans_empty = scans_empty + 1,
    first_empty_scan_at = coalesce(first_empty_scan_at, business_now()) where id = ${refundId}`.execute(db);
}

/**
 * Refunds of this merchant account that a complete list around the window must show, and the window widened until it holds one (§8.2);
 * undefined: the account has no other refund, so no list can prove that it is not blind.
 */
export async function readKnownRefunds(
  db: Database,
  window: {
    readonly gateway: string;
    readonly merchantAccount: string;
    readonly from: string;
    readonly to: string;
  },
): Promise<
  { readonly from: string; readonly to: string; readonly objectIds: readonly string[] } | undefined
> {
  const { rows } = await sql<{ objectId: string; sentAt: string; inside: boolean }>`
    with known as (
      select r.object_id, r.first_sent_at, r.first_sent_at >= ${window.from} and r.last_sent_at <= ${window.to} as inside
      from refunds r join charges c on c.id = r.charge_id
      where r.object_id is not null and c.gateway = ${window.gateway} and c.merchant_account = ${window.merchantAccount})
    select object_id as "objectId", first_sent_at as "sentAt", inside from known where inside
    union all
    (select object_id, first_sent_at, false from known where not exists (select 1 from known where inside)
      order by abs(extract(epoch from first_sent_at - ${window.from}::timestamptz)) limit 1)`.execute(db);
  const [first] = rows;
  if (first === undefined) return undefined;
  const sent = Date.parse(first.sentAt);
  const hour = 3_600_000;
  return {
    from: new Date(Math.min(Date.parse(window.from), sent - hour)).toISOString(),
    to: new Date(Math.max(Date.parse(window.to), sent + hour)).toISOString(),
    objectIds: rows.map(({ objectId }) => objectId),
  };
}

/** The refund of ours that a gateway knows by this id, or by our own id in its place; undefined: it is none of ours. */
export async function findRefundByObject(
  db: Database,
  about: { readonly gateway: string; readonly objectId: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select r.id from refunds r join charges c on c.id = r.charge_id
    where c.gateway = ${about.gateway} and r.object_id = ${about.objectId}`.execute(db);
  return rows[0]?.id;
}

/** Refunds whose next look is past by more than `graceMs`: their workflow sleeps too long, or is gone. */
export async function readOverdueRefunds(
  db: Database,
  request: { readonly graceMs: number; readonly limit: number },
): Promise<readonly { readonly id: string; readonly gateway: string }[]> {
  const { rows } = await sql<{ id: string; gateway: string }>`
    with edge as (select business_now() - (business_after_real(make_interval(secs => ${request.graceMs} / 1000.0)) - business_now()) as at)
    select r.id, c.gateway from refunds r join charges c on c.id = r.charge_id, edge
    where r.state in ('requested', 'sending', 'unknown', 'pending') and r.next_look_at < edge.at
    order by r.next_look_at limit ${request.limit}`.execute(db);
  return rows;
}

/**
 * What time alone does to refunds, even if no workflow lives: those without an answer past their lease become unknown, and who waits too long for an
 * end is a case for a person.
 */
export async function expireRefundLeases(db: Database): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ n: number }>`select expire_refund_leases() as n`.execute(db);
    if ((rows[0]?.n ?? 0) === 0) break;
  }
  await sql`select raise_refund_alarms()`.execute(db);
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("the database answered no row where one was certain");
  return row;
}
