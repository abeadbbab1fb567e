import { createHash } from "node:crypto";
import type { ChargeIntent, Gateway } from "../adapters/gateways/port.ts";
import type { Database } from "../db/database.ts";
import {
  type ChargeFacts,
  type GateAnswer,
  type GateRequest,
  passGate,
  readChargeFacts,
} from "../db/queries/charging.ts";
import type { Sealer } from "../db/sealed.ts";
import { gateCapabilities } from "../domain/capability-matrix.ts";
import { papersOf } from "./charge-papers.ts";
import { evidenceOfTransmission } from "./evidence.ts";
import { prepareCharge, type PreparedCharge } from "./preparing.ts";
import { openSendWindow } from "./send-window.ts";
import { rereadBill, type RereadingParts } from "./rereading.ts";
import { type ChargeResult, type ChargingDependencies, gatewayOf, storeSeen } from "./seen-store.ts";

export { type ChargeResult, type ChargingDependencies, gatewayOf, storeSeen } from "./seen-store.ts";

/** What the charge activity stands on: the bill's sources, too. */
export type ChargeDependencies = ChargingDependencies & Pick<RereadingParts, "billSources">;

/**
 * The charge activity: the bill read again at its source → gate transaction → request → evidence transaction. Never retried by Temporal: whatever ends it,
 * the next step reads the rows. `null` when the gate gave no permission, or the bill's source none of its word; the payment has moved accordingly.
 */
export async function chargePayment(
  dependencies: ChargeDependencies,
  { paymentId }: { readonly paymentId: string },
): Promise<ChargeResult | null> {
  const { db, sealer, gateways } = dependencies;
  const before = await factsOf(db, paymentId);
  const reread = await rereadBill(dependencies, before);
  if (!reread.goOn) return null;
  const { reading } = reread;
  const facts = reread.asked ? await factsOf(db, paymentId) : before;
  const gateway = gatewayOf(gateways, facts.gateway);
  const chargeId = `${facts.paymentId}-${facts.ordinal}`;
  const made = await makeRequest(dependencies, { facts, gateway, chargeId });
  if (made === null) return null;
  const { body, prepared, lacks } = made;

  const mayStillSend = openSendWindow();
  const answer = await askGate({ db, sealer, gateway, facts, chargeId, body, prepared, lacks, reading });
  if (answer.verdict !== "passed") return null;

  const ended = await gateway.sendCharge({
    key: chargeId,
    body,
    expected: {
      chargeId,
      paymentId: facts.paymentId,
      amount: { amountMinor: facts.amountMinor, currency: facts.currency },
      livemode: facts.livemode,
      ...(prepared === null ? {} : { attemptBefore: prepared.attemptBefore }),
    },
    mayStillSend,
  });
  return storeSeen(
    dependencies,
    facts.gateway,
    {
      id: chargeId,
      looks: 0,
      initiatedBy: initiatorOf(facts),
      triesWithoutMoney: facts.triesWithoutMoney,
      objectKnown: prepared !== null,
      savesMethodId: facts.savesMethodId,
    },
    evidenceOfTransmission(ended, answer.transmission),
  );
}

async function factsOf(db: Database, paymentId: string): Promise<ChargeFacts> {
  const facts = await readChargeFacts(db, paymentId);
  if (!facts) throw new Error(`no payment ${paymentId}`);
  return facts;
}

type Made = {
  readonly body: Uint8Array;
  readonly prepared: PreparedCharge | null;
  /** What the request would have to say and cannot: the gate, asked all the same, permits nothing and calls a person. */
  readonly lacks: readonly string[];
};

const nothing = { body: new Uint8Array(), prepared: null, lacks: [] } as const;

/**
 * The exact bytes, and the object they confirm where the gateway has one. Without a token there is nothing to prepare with: the gate, asked all the same,
 * says what is missing. Null: the payment waits or ends, a gate would permit nothing.
 */
async function makeRequest(
  dependencies: ChargingDependencies,
  parts: { readonly facts: ChargeFacts; readonly gateway: Gateway; readonly chargeId: string },
): Promise<Made | null> {
  const { facts, gateway } = parts;
  const papers = papersOf(facts, gateway.can);
  if ("lacks" in papers) return { ...nothing, lacks: papers.lacks };
  const methodToken =
    facts.token && facts.methodId
      ? dependencies.sealer.open(facts.token, facts.methodId).toString("utf8")
      : undefined;
  if (gateway.preparation === undefined) {
    return buildRequest(dependencies, { ...parts, papers: papers.ready, methodToken, prepared: null });
  }
  if (methodToken === undefined) return nothing;
  const { preparation } = gateway;
  const { chargeId } = parts;
  const initiatedBy = initiatorOf(facts);
  const wish = { gateway, preparation, facts, chargeId, initiatedBy, methodToken };
  const prepared = await prepareCharge(dependencies, wish);
  return prepared && buildRequest(dependencies, { ...parts, papers: papers.ready, methodToken, prepared });
}

function buildRequest(
  { publicUrl, sealer }: Pick<ChargingDependencies, "publicUrl" | "sealer">,
  parts: {
    readonly facts: ChargeFacts;
    readonly gateway: Gateway;
    readonly chargeId: string;
    readonly papers: Pick<ChargeIntent, "paymentOrder" | "receipt">;
    readonly methodToken: string | undefined;
    readonly prepared: PreparedCharge | null;
  },
): Made {
  const { facts, gateway, chargeId, papers, methodToken, prepared } = parts;
  const phone = facts.phone && sealer.open(facts.phone, facts.paymentId).toString("utf8");
  const intent: ChargeIntent = {
    chargeId,
    paymentId: facts.paymentId,
    amount: { amountMinor: facts.amountMinor, currency: facts.currency },
    description: facts.purpose.slice(0, 128),
    initiatedBy: initiatorOf(facts),
    ...(methodToken === undefined ? {} : { methodToken }),
    payerReference: facts.residentId,
    returnUrl: `${publicUrl}/payments/${facts.paymentId}/return`,
    locale: facts.locale,
    methodKind: facts.methodKind,
    ...(savesWithCharge(facts, gateway) ? { saveMethod: true } : {}),
    ...(phone === null ? {} : { phone }),
    ...(prepared === null ? {} : { preparedObjectId: prepared.objectId }),
    ...papers,
  };
  try {
    return { body: gateway.buildCharge(intent).body, prepared, lacks: [] };
  } catch (cause) {
    // a field that the vendor would not take: its name is in the message, never its value
    if (!(cause instanceof RangeError)) throw cause;
    return { ...nothing, lacks: [cause.message] };
  }
}

/** The payer agreed to it, and the gateway can. */
function savesWithCharge(
  { savesMethodId, methodKind }: Pick<ChargeFacts, "savesMethodId" | "methodKind">,
  { can }: Pick<Gateway, "can">,
): boolean {
  return savesMethodId !== null && (can.saveWithCharge ?? []).includes(methodKind);
}

async function askGate(parts: {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly gateway: Gateway;
  readonly facts: ChargeFacts;
  readonly chargeId: string;
  readonly body: Uint8Array;
  readonly prepared: PreparedCharge | null;
  readonly lacks: readonly string[];
  readonly reading: GateRequest["reading"];
}): Promise<GateAnswer> {
  const { db, sealer, gateway, facts, chargeId, body, prepared, lacks, reading } = parts;
  const cit = initiatorOf(facts) === "cit";
  const request = {
    paymentId: facts.paymentId,
    chargeId,
    ordinal: facts.ordinal,
    initiatedBy: initiatorOf(facts),
    methodId: facts.methodId,
    noticeId: cit ? null : facts.noticeId,
    instructionId: cit ? facts.instructionId : null,
    amountMinor: facts.amountMinor,
    currency: facts.currency,
    gateway: gateway.name,
    merchantAccount: gateway.merchantAccount,
    requestHash: createHash("sha256").update(body).digest("hex"),
    replayOf: null,
    keyLifeHours: gateway.can.keyLifeHours,
    capabilities: gateCapabilities(gateway.name),
    lacks,
    reading: reading ?? null,
    prepares: gateway.can.preparesPayment,
    preparedRound: prepared?.round ?? null,
    objectId: prepared?.objectId ?? null,
    attemptBefore: prepared?.attemptBefore ?? null,
    canVoid: gateway.can.voidPending,
    confirmMinutes: gateway.can.confirmationMinutes,
  };
  return passGate(db, request, sealer.seal(body, chargeId));
}

/** A payer who is present has recorded an instruction; without one only the mandate's notice permits a charge. */
function initiatorOf(facts: ChargeFacts): "mit" | "cit" {
  return facts.instructionId === null ? "mit" : "cit";
}
