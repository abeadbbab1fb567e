import { sql } from "kysely";
import type { OrderSettings, ReceiptSettings } from "../../domain/biller-papers.ts";
import type { ChargeState, UndecidedChargeState } from "../../domain/charge.ts";
import type { MethodKind, MethodRoad, GateCapability } from "../../domain/capability-matrix.ts";
import type { Currency } from "../../domain/money.ts";
import type { VoidWhy } from "../../domain/object-wish.ts";
import type { PaymentOutcome, PaymentState } from "../../domain/payment.ts";
import type { AfterNotCharged } from "../../domain/retry-policy.ts";
import type { Database } from "../database.ts";
import type { StoredPayee } from "./bills.ts";
import type { BillReading } from "./rereading.ts";

/** What a charge of this payment would be made of now. `token` is sealed with the method's id. */
export type ChargeFacts = {
  readonly paymentId: string;
  readonly ordinal: number;
  readonly gateway: string;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly residentId: string;
  readonly locale: "ru" | "en";
  readonly purpose: string;
  /** The number by which the bill's sources are asked for it; null: it has none. */
  readonly billUin: string | null;
  readonly methodId: string | null;
  /** The kind of the saved method, else what the payer takes for this payment only: a bank card unless they said otherwise. */
  readonly methodKind: MethodKind;
  readonly token: Buffer | null;
  /** The number whose account pays, sealed with the payment's id. */
  readonly phone: Buffer | null;
  /** What may have to travel with the charge, and what it is made of. */
  readonly papers: PaperFacts;
  readonly noticeId: string | null;
  readonly instructionId: string | null;
  readonly instructionMethodId: string | null;
  /** The row that waits for the method to be saved, as its payer agreed; null: nothing is saved with this charge. */
  readonly savesMethodId: string | null;
  readonly livemode: boolean;
  readonly triesWithoutMoney: number;
};

/** What a utilities order and a receipt are made of: the bill's own words, what its biller wants, and the payer's mail where it is verified. */
export type PaperFacts = {
  readonly account: string;
  /** `2026-02` */
  readonly period: string;
  readonly documentNumber: string | null;
  readonly payee: StoredPayee;
  /** The biller's requisites on file: they say what a bill may leave out. */
  readonly onFile: StoredPayee;
  readonly paymentOrder: OrderSettings | null;
  readonly receipt: ReceiptSettings | null;
  readonly payerMail: string | null;
};

/** Reads what the next charge of a payment would say; decides nothing, the gate reads everything again under locks. */
export async function readChargeFacts(db: Database, paymentId: string): Promise<ChargeFacts | undefined> {
  const { rows } = await sql<ChargeFacts>`
    select y.id as "paymentId", y.gateway, y.amount_minor as "amountMinor", y.currency, y.resident_id as "residentId",
      r.locale, b.purpose, b.uin as "billUin", y.livemode, coalesce(i.method_id, case when i.id is null then y.method_id end) as "methodId",
      t.token, coalesce(t.kind, i.kind, 'bank_card') as "methodKind", i.phone, n.id as "noticeId", i.id as "instructionId", i.method_id as "instructionMethodId", i.saves_method_id as "savesMethodId",
      jsonb_build_object('account', b.account, 'period', b.period, 'documentNumber', b.external_id, 'payee', b.payee, 'onFile', x.payee, 'paymentOrder', x.payment_order,
        'receipt', x.receipt, 'payerMail', case when r.email_verified then r.email end) as papers,
      (select coalesce(max(c.ordinal), 0)::int + 1 from charges c where c.payment_id = y.id) as ordinal,
      (select count(*)::int from charges c where c.payment_id = y.id and c.state = 'not-charged') as "triesWithoutMoney"
    from payments y
    join bills b on b.id = y.bill_id
    join billers x on x.id = b.biller_id
    join residents r on r.id = y.resident_id
    left join lateral (select * from instructions i where i.payment_id = y.id and i.used_at is null
      order by i.given_at desc limit 1) i on true
    left join notices n on n.payment_id = y.id and n.state <> 'void'
    left join methods t on t.id = coalesce(i.method_id, case when i.id is null then y.method_id end)
    where y.id = ${paymentId}`.execute(db);
  return rows[0];
}

/** What the gate is asked (db/migrations/0008-gate.sql). */
export type GateRequest = {
  readonly paymentId: string;
  readonly chargeId: string;
  readonly ordinal: number;
  readonly initiatedBy: "mit" | "cit";
  readonly methodId: string | null;
  readonly noticeId: string | null;
  readonly instructionId: string | null;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly gateway: string;
  readonly merchantAccount: string;
  readonly requestHash: string;
  readonly replayOf: string | null;
  readonly keyLifeHours: number;
  /** What the capability matrix says of the gateway; the gate holds it against the method's row (db/migrations/0013-methods.sql). */
  readonly capabilities?: Readonly<Partial<Record<MethodRoad, GateCapability>>>;
  /** What was known of the bill at its sources; absent where none of them can be asked. It is kept with the permission. */
  readonly reading?: readonly BillReading[] | null;
  /** What the request lacks that the biller wants in it, by field: then nothing is sent, and a person hears of it. */
  readonly lacks?: readonly string[];
  /** One object stands for all charges of a payment there: without a prepared one the gate permits nothing. */
  readonly prepares?: boolean;
  readonly preparedRound?: number | null;
  readonly objectId?: string | null;
  readonly attemptBefore?: string | null;
  /** The gateway can end the object while it waits for its payer. */
  readonly canVoid?: boolean;
  /** Then: how long the payer has to confirm. */
  readonly confirmMinutes?: number;
};

export type GateAnswer =
  | { readonly verdict: "passed"; readonly chargeId: string; readonly transmission: number }
  | { readonly verdict: "not-now" | "again" | "no-replay"; readonly check?: string; readonly reason: string }
  | { readonly verdict: "asked"; readonly check: string; readonly need: string }
  | { readonly verdict: "ended"; readonly check: string; readonly outcome: string };

/**
 * The gate: one call, one transaction, one permission for one transmission (payment rules §5). When it answers
 * `passed`, key and exact bytes are committed.
 */
export async function passGate(
  db: Database,
  request: GateRequest,
  sealedBytes: Buffer | null,
): Promise<GateAnswer> {
  const { rows } = await sql<{ answer: GateAnswer }>`
    select gate(${JSON.stringify(request)}::jsonb, ${sealedBytes}) as answer`.execute(db);
  return only(rows).answer;
}

/** Evidence about one charge (payment rules §2.3); `rank` 1 is best. */
export type Evidence = {
  readonly source: "answer" | "look-up" | "list" | "registry" | "operators" | "lease" | "scan" | "void";
  readonly rank: 1 | 2 | 3 | 4 | 5;
  readonly hash: string;
  readonly outcome: Exclude<ChargeState, "sending">;
  readonly how?: string;
  readonly reason?: string;
  readonly objectId?: string;
  readonly amountMinor?: number;
  readonly feeMinor?: number;
  readonly confirmBy?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
};

export type EvidenceAnswer = {
  readonly moved: boolean;
  readonly charge: ChargeState;
  readonly how: string | null;
  readonly reason: string | null;
  readonly payment: PaymentState;
  readonly outcome: PaymentOutcome | null;
  readonly need: string | null;
  /** Real milliseconds until the payment's next look. */
  readonly waitMs: number;
};

/**
 * The one way to move a charge: stores evidence, moves charge, payment, claim, limits, ledger and outbox in one
 * transaction. The same evidence twice changes nothing.
 */
export async function recordEvidence(
  db: Database,
  record: {
    readonly chargeId: string;
    readonly evidence: Evidence;
    readonly plan: AfterNotCharged | null;
    readonly nextLookSeconds: number;
    readonly raw?: Buffer;
    readonly confirmation?: Buffer;
  },
): Promise<EvidenceAnswer> {
  const { rows } = await sql<{ answer: EvidenceAnswer }>`
    select record_evidence(${record.chargeId}, ${JSON.stringify(record.evidence)}::jsonb,
      ${JSON.stringify(record.plan)}::jsonb, ${record.nextLookSeconds}, ${record.raw ?? null}::bytea,
      ${record.confirmation ?? null}::bytea) as answer`.execute(db);
  return only(rows).answer;
}

/** An undecided charge as the look-up needs it; `request` is sealed with the charge's id. */
export type UndecidedCharge = {
  readonly id: string;
  readonly paymentId: string;
  readonly ordinal: number;
  readonly gateway: string;
  readonly merchantAccount: string;
  readonly initiatedBy: "mit" | "cit";
  readonly methodId: string | null;
  readonly noticeId: string | null;
  readonly instructionId: string | null;
  /** The row that waits for the gateway to say that it has saved what was charged; null: nothing is saved. */
  readonly savesMethodId: string | null;
  readonly amountMinor: number;
  readonly currency: Currency;
  readonly request: Buffer | null;
  readonly requestHash: string;
  readonly objectId: string | null;
  readonly state: UndecidedChargeState;
  readonly looks: number;
  readonly triesWithoutMoney: number;
  readonly livemode: boolean;
  readonly firstSentAt: string;
  readonly lastSentAt: string;
  readonly now: string;
  readonly scansEmpty: number;
  readonly firstEmptyScanAt: string | null;
  /** When the payer's time to confirm is over, or would be; null where only the gateway ends it and has not said when. */
  readonly confirmBy: string | null;
  readonly preparedRound: number | null;
  readonly attemptBefore: string | null;
  readonly voidWhy: VoidWhy | null;
  /** Permission was withdrawn, or the debt is gone: nothing is waited for that can be ended. */
  readonly stopped: boolean;
};

export async function readUndecidedCharge(
  db: Database,
  chargeId: string,
): Promise<UndecidedCharge | undefined> {
  const { rows } = await sql<UndecidedCharge>`
    select c.id, c.payment_id as "paymentId", c.ordinal, c.gateway, c.merchant_account as "merchantAccount",
      c.initiated_by as "initiatedBy", c.method_id as "methodId", c.notice_id as "noticeId",
      c.instruction_id as "instructionId", (select i.saves_method_id from instructions i where i.id = c.instruction_id) as "savesMethodId", c.amount_minor as "amountMinor", c.currency, c.request,
      c.request_hash as "requestHash", c.object_id as "objectId", c.state, c.looks, y.livemode,
      c.first_sent_at as "firstSentAt", c.last_sent_at as "lastSentAt", business_now() as now,
      c.scans_empty as "scansEmpty", c.first_empty_scan_at as "firstEmptyScanAt",
      coalesce(c.confirm_by, c.last_sent_at + make_interval(mins => c.confirm_minutes)) as "confirmBy", c.prepared_round as "preparedRound", c.attempt_before as "attemptBefore", c.void_why as "voidWhy",
      permission_is_gone(c, y) or b.state <> 'owed' or y.state <> 'charging' as stopped,
      (select count(*)::int from charges o where o.payment_id = y.id and o.state = 'not-charged') as "triesWithoutMoney"
    from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id
    where c.id = ${chargeId} and c.state in ('sending', 'challenged', 'pending', 'held', 'unknown')`.execute(
    db,
  );
  return rows[0];
}

/** A charge that no workflow waits for, as a look at it needs it: it ended without money, or its payment was paid by another one. */
export type UnwatchedCharge = Pick<
  UndecidedCharge,
  | "id"
  | "paymentId"
  | "gateway"
  | "merchantAccount"
  | "initiatedBy"
  | "amountMinor"
  | "currency"
  | "livemode"
  | "objectId"
  | "preparedRound"
  | "attemptBefore"
  | "voidWhy"
> & {
  /** Its own object is not what is asked about: another one of its name is only looked at, never ended in its stead. */
  readonly beside: boolean;
  readonly undecided: boolean;
};

/**
 * Undefined: there is no such charge, its payment waits for it, its money is known, or a newer charge stands on the same object, whose story what the
 * object shows now is. Another object than its own is news of every charge.
 */
export async function readUnwatchedCharge(
  db: Database,
  chargeId: string,
  objectId = "",
): Promise<UnwatchedCharge | undefined> {
  const { rows } = await sql<UnwatchedCharge>`
    select c.id, c.payment_id as "paymentId", c.gateway, c.merchant_account as "merchantAccount", c.initiated_by as "initiatedBy",
      c.amount_minor as "amountMinor", c.currency, y.livemode, c.object_id as "objectId", c.prepared_round as "preparedRound",
      c.attempt_before as "attemptBefore", c.void_why as "voidWhy", o.named as beside,
      c.state in ('sending', 'challenged', 'pending', 'held', 'unknown') as undecided
    from charges c join payments y on y.id = c.payment_id
      cross join lateral (select ${objectId} <> '' and c.object_id is not null and ${objectId} <> c.object_id as named) o
    where c.id = ${chargeId}
      and not exists (select 1 from charges o where o.payment_id = c.payment_id and o.prepared_round = c.prepared_round and o.ordinal > c.ordinal)
      and (o.named or c.state = 'not-charged' or (c.state <> 'charged' and y.state <> 'charging') or is_charged_by_hand(c))`.execute(
    db,
  );
  return rows[0];
}

/** Notes one complete scan that found nothing; absence needs two, an hour apart. */
export async function noteEmptyScan(db: Database, chargeId: string): Promise<void> {
  await sql`update charges set scans_empty = scans_empty + 1,
    first_empty_scan_at = coalesce(first_empty_scan_at, business_now()) where id = ${chargeId}`.execute(db);
}

/** Opens a task for a person; the same (kind, subject) twice is one case. */
export async function openCase(
  db: Database,
  fact: {
    readonly kind: string;
    readonly subject: string;
    readonly detail: Readonly<Record<string, string>>;
  },
): Promise<void> {
  await sql`select open_case(${fact.kind}, ${fact.subject}, null, null, ${JSON.stringify(fact.detail)}::jsonb)`.execute(
    db,
  );
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("the database answered no row where one was certain");
  return row;
}
