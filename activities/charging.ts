import { createHash } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Gateway } from "../adapters/gateways/port.ts";
import type { Database } from "../db/database.ts";
import {
  type ChargeFacts,
  type EvidenceAnswer,
  type GateAnswer,
  openCase,
  passGate,
  readChargeFacts,
  recordEvidence,
} from "../db/queries/charging.ts";
import type { Sealer } from "../db/sealed.ts";
import { secondsToNextLook } from "../domain/ladder.ts";
import { afterNotCharged } from "../domain/retry-policy.ts";
import { isUndecided } from "../domain/charge.ts";
import { evidenceOfTransmission, type Seen } from "./evidence.ts";

/** What the charge and look-up activities stand on. */
export type ChargingDependencies = {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly publicUrl: string;
};

/** What a charge led to, as far as the workflow needs to know; the rows hold the rest. */
export type ChargeResult = Pick<EvidenceAnswer, "payment" | "waitMs"> & { readonly charge: string | null };

/** The first byte leaves within this time of the gate's commit, by our own monotonic clock, or not at all (§5). */
const SEND_WITHIN_MS = 5_000;

/**
 * The charge activity: gate transaction → request → evidence transaction. Never retried by Temporal: whatever ends it,
 * the next step reads the rows. `null` when the gate gave no permission; the payment has moved accordingly.
 */
export async function chargePayment(
  { db, sealer, gateways, publicUrl }: ChargingDependencies,
  { paymentId }: { readonly paymentId: string },
): Promise<ChargeResult | null> {
  const facts = await readChargeFacts(db, paymentId);
  if (!facts) throw new Error(`no payment ${paymentId}`);
  const gateway = gatewayOf(gateways, facts.gateway);
  const chargeId = `${facts.paymentId}-${facts.ordinal}`;
  const body = buildRequest({ facts, gateway, chargeId, sealer, publicUrl });

  // counted from before the gate: a process frozen between the commit and its next line must not send late
  const askedAt = performance.now();
  const answer = await askGate({ db, sealer, gateway, facts, chargeId, body });
  if (answer.verdict !== "passed") return null;

  const ended = await gateway.sendCharge({
    key: chargeId,
    body,
    expected: {
      chargeId,
      amount: { amountMinor: facts.amountMinor, currency: facts.currency },
      livemode: facts.livemode,
    },
    mayStillSend: () => performance.now() - askedAt < SEND_WITHIN_MS,
  });
  return storeSeen(
    { db, sealer },
    facts.gateway,
    {
      id: chargeId,
      looks: 0,
      initiatedBy: initiatorOf(facts),
      triesWithoutMoney: facts.triesWithoutMoney,
    },
    evidenceOfTransmission(ended, answer.transmission),
  );
}

function buildRequest(parts: {
  readonly facts: ChargeFacts;
  readonly gateway: Gateway;
  readonly chargeId: string;
  readonly sealer: Sealer;
  readonly publicUrl: string;
}): Uint8Array {
  const { facts, gateway, chargeId, sealer, publicUrl } = parts;
  const token =
    facts.token && facts.methodId ? sealer.open(facts.token, facts.methodId).toString("utf8") : undefined;
  const { body } = gateway.buildCharge({
    chargeId,
    paymentId: facts.paymentId,
    amount: { amountMinor: facts.amountMinor, currency: facts.currency },
    description: facts.purpose.slice(0, 128),
    initiatedBy: initiatorOf(facts),
    ...(token === undefined ? {} : { methodToken: token }),
    payerReference: facts.residentId,
    returnUrl: `${publicUrl}/payments/${facts.paymentId}/return`,
    locale: facts.locale,
  });
  return body;
}

async function askGate(parts: {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly gateway: Gateway;
  readonly facts: ChargeFacts;
  readonly chargeId: string;
  readonly body: Uint8Array;
}): Promise<GateAnswer> {
  const { db, sealer, gateway, facts, chargeId, body } = parts;
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
  };
  return passGate(db, request, sealer.seal(body, chargeId));
}

/** Records what was seen of a charge, seals what must not lie open, and opens a case for every alarm. */
export async function storeSeen(
  { db, sealer }: Pick<ChargingDependencies, "db" | "sealer">,
  gateway: string,
  charge: {
    readonly id: string;
    readonly looks: number;
    readonly initiatedBy: "mit" | "cit";
    readonly triesWithoutMoney: number;
  },
  seen: Seen,
): Promise<ChargeResult> {
  const { evidence } = seen;
  const plan =
    evidence.outcome === "not-charged"
      ? afterNotCharged({
          gateway,
          how: (evidence.how ?? "declined") as "declined",
          reason: evidence.reason ?? "unlisted",
          initiatedBy: charge.initiatedBy,
          attempt: charge.triesWithoutMoney + 1,
        })
      : null;
  const answer = await recordEvidence(db, {
    chargeId: charge.id,
    evidence,
    plan,
    nextLookSeconds: isUndecided(evidence.outcome)
      ? secondsToNextLook({
          state: evidence.outcome,
          looks: charge.looks,
          objectKnown: evidence.objectId !== undefined,
        })
      : 0,
    ...(seen.raw === undefined ? {} : { raw: sealer.seal(seen.raw, charge.id) }),
    ...(seen.confirmationUrl === undefined
      ? {}
      : { confirmation: sealer.seal(seen.confirmationUrl, charge.id) }),
  });
  if (seen.alarm !== undefined) {
    await openCase(db, { kind: "gateway-alarm", subject: charge.id, detail: { alarm: seen.alarm } });
  }
  return { payment: answer.payment, charge: answer.charge, waitMs: answer.waitMs };
}

/** A payer who is present has recorded an instruction; without one only the mandate's notice permits a charge. */
function initiatorOf(facts: ChargeFacts): "mit" | "cit" {
  return facts.instructionId === null ? "mit" : "cit";
}

export function gatewayOf(gateways: ReadonlyMap<string, Gateway>, name: string): Gateway {
  const gateway = gateways.get(name);
  if (!gateway) throw new Error(`no adapter for the gateway ${JSON.stringify(name)}`);
  return gateway;
}
