import { sql } from "kysely";
import type { ChargeState } from "../../domain/charge.ts";
import type { Currency } from "../../domain/money.ts";
import type { AfterNotCharged } from "../../domain/retry-policy.ts";
import type { Database } from "../database.ts";

/** A charge as operators see it; instants are business time, `lookInSeconds` real time. */
export type OperatorCharge = {
  readonly id: string;
  readonly paymentId: string;
  readonly gateway: string;
  readonly merchantAccount: string;
  readonly state: ChargeState;
  readonly how: string | null;
  readonly reason: string | null;
  readonly initiatedBy: "mit" | "cit";
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly objectId: string | null;
  readonly firstSentAt: string;
  readonly lastSentAt: string;
  readonly ageSeconds: number;
  readonly transmissions: number;
  readonly unanswered: number;
  readonly looks: number;
  readonly nextLookAt: string | null;
  readonly dueOn: string;
  readonly byHand: boolean;
  /** How many charges of its payment ended without money: what the plan after a "no" by hand counts from. */
  readonly triesWithoutMoney: number;
};

const chargeColumns = sql`c.id, c.payment_id as "paymentId", c.gateway, c.merchant_account as "merchantAccount", c.state, c.how, c.reason,
  c.initiated_by as "initiatedBy", c.amount_minor as "amountMinor", c.currency, c.object_id as "objectId",
  c.first_sent_at as "firstSentAt", c.last_sent_at as "lastSentAt",
  greatest(0, floor(extract(epoch from business_now() - c.first_sent_at)))::bigint as "ageSeconds", c.transmissions, c.unanswered, c.looks,
  case when c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') then y.next_look_at end as "nextLookAt",
  b.due_on as "dueOn", is_charged_by_hand(c) or c.how is not distinct from 'by-hand' as "byHand",
  (select count(*)::int from charges o where o.payment_id = c.payment_id and o.state = 'not-charged') as "triesWithoutMoney"`;

const chargeTables = sql`charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id`;

/** Charges that may still take money, oldest first. */
export async function listUndecidedCharges(
  db: Database,
  query: {
    readonly gateway?: string | undefined;
    readonly after?: { readonly firstSentAt: string; readonly id: string } | undefined;
    readonly limit: number;
  },
): Promise<readonly OperatorCharge[]> {
  const placed = sql`(date_trunc('milliseconds', c.first_sent_at), c.id)`;
  const after =
    query.after === undefined
      ? sql``
      : sql`and ${placed} > (${query.after.firstSentAt}::timestamptz, ${query.after.id})`;
  const gateway = query.gateway === undefined ? sql`` : sql`and c.gateway = ${query.gateway}`;
  const { rows } = await sql<OperatorCharge>`
    select ${chargeColumns} from ${chargeTables}
     where c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') ${gateway} ${after}
     order by date_trunc('milliseconds', c.first_sent_at), c.id limit ${query.limit}`.execute(db);
  return rows;
}

/** One charge, whatever its state. */
export async function findCharge(db: Database, chargeId: string): Promise<OperatorCharge | undefined> {
  const { rows } = await sql<OperatorCharge>`
    select ${chargeColumns} from ${chargeTables} where c.id = ${chargeId}`.execute(db);
  return rows[0];
}

export type ResolutionRow = {
  readonly id: string;
  readonly chargeId: string;
  readonly verdict: "charged" | "not-charged";
  readonly amountMinor: number | null;
  readonly currency: Currency;
  readonly state: "open" | "confirmed" | "withdrawn" | "expired";
  readonly reverses: boolean;
  readonly sha256: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly expiresAt: string;
  readonly closedBy: string | null;
  readonly closedAt: string | null;
};

const resolutionColumns = sql`r.id, r.charge_id as "chargeId", r.verdict, r.amount_minor as "amountMinor", c.currency,
  case when r.state = 'open' and r.expires_at <= business_now() then 'expired' else r.state end as state, r.reverses, d.sha256,
  d.media_type as "mediaType", d.size_bytes as "sizeBytes", r.proposed_by as "proposedBy", r.proposed_at as "proposedAt",
  r.expires_at as "expiresAt", r.closed_by as "closedBy", r.closed_at as "closedAt"`;

const resolutionTables = sql`resolutions r join charges c on c.id = r.charge_id join resolution_documents d on d.id = r.document_id`;

/** What operators proposed and decided about these charges, oldest first. */
export async function listResolutions(
  db: Database,
  chargeIds: readonly string[],
): Promise<readonly ResolutionRow[]> {
  const { rows } = await sql<ResolutionRow>`
    select ${resolutionColumns} from ${resolutionTables}
     where r.charge_id = any(${chargeIds}::text[]) order by r.proposed_at, r.id`.execute(db);
  return rows;
}

export async function findResolution(db: Database, id: string): Promise<ResolutionRow | undefined> {
  const { rows } = await sql<ResolutionRow>`
    select ${resolutionColumns} from ${resolutionTables} where r.id = ${id}`.execute(db);
  return rows[0];
}

/** Why a decision by hand was not taken. */
export type ResolutionRefusal =
  | "charge-not-found"
  | "forbidden"
  | "charge-not-undecided"
  | "two-operators-needed"
  | "resolution-conflict"
  | "amount-above-most"
  | "document-missing";

export type ResolutionAnswer =
  | { readonly refused: ResolutionRefusal }
  | { readonly state: "proposed"; readonly id: string }
  | { readonly state: "confirmed"; readonly id: string };

/** What one operator says about a charge. `document` is sealed with `documentId`; without it the hash names the document of the proposal. */
export type ResolutionCommand = {
  readonly chargeId: string;
  readonly operatorId: string;
  readonly verdict: "charged" | "not-charged";
  readonly amountMinor: number | null;
  readonly sha256: string;
  readonly document: {
    readonly documentId: string;
    readonly mediaType: string;
    readonly sizeBytes: number;
    readonly sealed: Buffer;
  } | null;
  /** What follows when the charge ends without money. */
  readonly plan: AfterNotCharged | null;
};

/** Raised by the rows when the gateway was quicker: its word has decided the charge meanwhile. */
const DECIDED_MEANWHILE = /not to be decided by hand/;

/**
 * The first operator proposes, another one who says the very same confirms: then the charge moves, in one transaction with its audit
 * (payment rules §2.1, C10 and C12).
 */
export async function resolveCharge(db: Database, command: ResolutionCommand): Promise<ResolutionAnswer> {
  const { document, ...said } = command;
  const q = {
    ...said,
    documentId: document?.documentId ?? null,
    mediaType: document?.mediaType ?? null,
    sizeBytes: document?.sizeBytes ?? null,
  };
  try {
    const { rows } = await sql<{ answer: ResolutionAnswer }>`
      select resolve_charge(${JSON.stringify(q)}::jsonb, ${document?.sealed ?? null}::bytea) as answer`.execute(
      db,
    );
    const [row] = rows;
    if (!row) throw new Error("the database answered no row where one was certain");
    return row.answer;
  } catch (cause) {
    if (cause instanceof Error && DECIDED_MEANWHILE.test(cause.message)) {
      return { refused: "charge-not-undecided" };
    }
    throw cause;
  }
}

/** Ends a proposal; false when it is not open any more. */
export async function withdrawResolution(
  db: Database,
  request: { readonly id: string; readonly operatorId: string },
): Promise<boolean> {
  const { rows } = await sql<{ done: boolean }>`
    select withdraw_resolution(${request.id}, ${request.operatorId}) as done`.execute(db);
  return rows[0]?.done ?? false;
}

/** The document of a proposal, sealed with its own id; that it was looked at is written down. */
export async function readResolutionDocument(
  db: Database,
  request: { readonly id: string; readonly operatorId: string },
): Promise<
  | {
      readonly documentId: string;
      readonly mediaType: string;
      readonly sealed: Buffer;
      readonly sha256: string;
    }
  | undefined
> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{
      documentId: string;
      mediaType: string;
      sealed: Buffer;
      sha256: string;
      chargeId: string;
    }>`
      select d.id as "documentId", d.media_type as "mediaType", d.content as sealed, d.sha256, r.charge_id as "chargeId"
      from resolutions r join resolution_documents d on d.id = r.document_id where r.id = ${request.id}`.execute(
      transaction,
    );
    const [row] = rows;
    if (!row) return undefined;
    await sql`insert into audit (actor, action, subject, detail) values (${request.operatorId}, 'resolution.document-viewed',
      ${row.chargeId}, jsonb_build_object('resolution', ${request.id}::text))`.execute(transaction);
    const { documentId, mediaType, sealed, sha256 } = row;
    return { documentId, mediaType, sealed, sha256 };
  });
}
