import { createHash } from "node:crypto";
import type {
  Gateway,
  RefundExpected,
  Refunds,
  RefundSighting,
  RefundTransmission,
} from "../adapters/gateways/port.ts";
import { openCase } from "../db/queries/charging.ts";
import { holdGateway } from "../db/queries/holds.ts";
import {
  noteEmptyRefundScan,
  passRefundGate,
  readKnownRefunds,
  readRefundFacts,
  readRefundLook,
  recordRefundEvidence,
  type RefundEvidence,
  type RefundFacts,
  type RefundLook,
} from "../db/queries/refunding.ts";
import { secondsToNextLook } from "../domain/ladder.ts";
import { type ChargingDependencies, gatewayOf } from "./charging.ts";
import { isRefusalOfUs } from "./evidence.ts";
import { openSendWindow } from "./send-window.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Past this nothing that was sent with a key of 24 hours can still start by itself (§8.2). */
const ABSENCE_AFTER_MS = 25 * HOUR_MS;
/** Final for the vendor and worth a new refund with growing waits (payment rules §10). */
const ASK_AGAIN = ["rejected_by_timeout"];

/** What a refund's rows say comes next; `end`: nothing more. */
export type RefundOrders = {
  readonly step: "send" | "look-up" | "wait" | "end";
  readonly waitMs: number;
  readonly state: string;
  readonly card: string;
};

/** A wait is never shorter than this: a row that is due but leased must not make a workflow spin. */
const SHORTEST_WAIT_MS = 1_000;

/** Reads a refund's row and says what comes next. One statement, no effect. */
export async function lookAtRefund(
  db: ChargingDependencies["db"],
  request: { readonly refundId: string; readonly asked: boolean },
): Promise<RefundOrders> {
  const look = await readRefundLook(db, request.refundId);
  if (!look) throw new Error(`no refund ${request.refundId}`);
  return {
    step: stepOf(look, request.asked),
    waitMs: Math.max(look.waitMs, SHORTEST_WAIT_MS),
    state: look.state,
    card: `**${look.state}** · ${look.amountMinor} minor ${look.currency} of payment ${look.payment}`,
  };
}

function stepOf(look: RefundLook, asked: boolean): RefundOrders["step"] {
  switch (look.state) {
    case "done":
    case "refused":
    case "withdrawn":
      return "end";
    case "requested":
      return look.due ? "send" : "wait";
    case "sending":
    case "unknown":
    case "pending":
      return !look.leased && (look.due || asked) ? "look-up" : "wait";
  }
}

/**
 * Gives money back: gate transaction → request → evidence transaction, like a charge. Never retried by Temporal. False when the gate gave no
 * permission, or the refund had moved on.
 */
export async function sendRefund(
  dependencies: ChargingDependencies,
  { refundId }: { readonly refundId: string },
): Promise<boolean> {
  const facts = await mustRead(dependencies, refundId);
  const able = await ableGateway(dependencies, facts);
  if (!able) return false;
  const { body } = able.refunds.build({
    refundId: facts.key,
    paymentId: facts.paymentId,
    chargeObjectId: able.chargeObjectId,
    amount: { amountMinor: facts.amountMinor, currency: facts.currency },
    description: `Refund of payment ${facts.paymentId}`,
  });
  return transmit(dependencies, { ...able, facts, body, replay: false });
}

/**
 * Finds out what became of a refund: a known object is read; else the gateway's list is scanned, and where it shows nothing the same bytes are sent
 * again with the same key, through the gate. Only two complete scans after the key's life prove absence (§8.2); then a new key is used.
 */
export async function lookUpRefund(
  dependencies: ChargingDependencies,
  { refundId }: { readonly refundId: string },
): Promise<void> {
  const facts = await mustRead(dependencies, refundId);
  if (!["sending", "unknown", "pending"].includes(facts.state)) return;
  const able = await ableGateway(dependencies, facts);
  if (!able) return;
  if (facts.objectId !== null) return readObject(dependencies, able, facts, facts.objectId);
  return findRefund(dependencies, able, facts);
}

/**
 * Looks at a refund that has ended and that its gateway speaks of again: what went through may come back (R7), and no workflow waits for it any more.
 * Throws when the gateway could not be asked now.
 */
export async function lookAtEndedRefund(
  dependencies: ChargingDependencies,
  { refundId }: { readonly refundId: string },
): Promise<void> {
  const facts = await mustRead(dependencies, refundId);
  const { objectId, chargeObjectId } = facts;
  if (!["done", "refused"].includes(facts.state) || objectId === null || chargeObjectId === null) return;
  const { refunds, merchantAccount } = gatewayOf(dependencies.gateways, facts.gateway);
  if (refunds === undefined || merchantAccount !== facts.merchantAccount) return;
  const answer = await refunds.lookUp({ objectId, expected: expectedOf(facts, chargeObjectId) });
  if (answer.kind === "seen") return storeSighting(dependencies, facts, answer.sighting, "look-up", 1);
  const told = answer.kind === "missing" ? "the gateway no longer knows a refund that ended" : answer.alarm;
  if (told === undefined) throw new Error(`the gateway could not be asked about ${refundId}`);
  return alarm(dependencies, facts, told);
}

type Able = { readonly gateway: Gateway; readonly refunds: Refunds; readonly chargeObjectId: string };

/**
 * The gateway that took the money, if it named it, can give it back and speaks for the same merchant account; else a person has to.
 */
async function ableGateway(
  dependencies: ChargingDependencies,
  facts: RefundFacts,
): Promise<Able | undefined> {
  const gateway = gatewayOf(dependencies.gateways, facts.gateway);
  const { refunds, merchantAccount } = gateway;
  const { chargeObjectId } = facts;
  if (refunds !== undefined && merchantAccount === facts.merchantAccount && chargeObjectId !== null)
    return { gateway, refunds, chargeObjectId };
  await openCase(dependencies.db, {
    kind: "refund-by-hand",
    subject: facts.id,
    detail: { alarm: `only the merchant account ${facts.merchantAccount} of ${facts.gateway} can return it` },
  });
  await store(dependencies, facts, { source: "look-up", rank: 1, hash: "", outcome: "unknown" });
  return undefined;
}

async function transmit(
  dependencies: ChargingDependencies,
  sending: Able & { readonly facts: RefundFacts; readonly body: Uint8Array; readonly replay: boolean },
): Promise<boolean> {
  const { db, sealer } = dependencies;
  const { gateway, refunds, facts, body, replay } = sending;
  const mayStillSend = openSendWindow();
  const answer = await passRefundGate(
    db,
    {
      refundId: facts.id,
      requestHash: createHash("sha256").update(body).digest("hex"),
      gateway: gateway.name,
      merchantAccount: gateway.merchantAccount,
      keyLifeHours: gateway.can.keyLifeHours,
      replay,
    },
    replay ? null : sealer.seal(body, facts.id),
  );
  if (answer.verdict !== "passed") return false;
  const ended = await refunds.send({
    key: answer.key,
    body,
    expected: expectedOf(facts, sending.chargeObjectId),
    mayStillSend,
  });
  await storeTransmission(dependencies, facts, ended, { transmission: answer.transmission, replay });
  return true;
}

async function storeTransmission(
  dependencies: ChargingDependencies,
  facts: RefundFacts,
  ended: RefundTransmission,
  { transmission, replay }: { readonly transmission: number; readonly replay: boolean },
): Promise<void> {
  if (ended.kind === "seen") return storeSighting(dependencies, facts, ended.sighting, "answer", 2);
  if (ended.kind === "refused" && ended.class === "ours") {
    const refusesUs = !replay && isRefusalOfUs(ended.status);
    // before the refund may be sent again: after it no gate of this gateway passes
    if (refusesUs)
      await holdGateway(dependencies.db, {
        gateway: facts.gateway,
        why: `${ended.status} ${ended.code}`,
      });
    await alarm(
      dependencies,
      facts,
      `${ended.status} ${ended.code} ${ended.parameter ?? ""}: ${ended.detail}`,
    );
    return store(dependencies, facts, {
      source: "answer",
      rank: 2,
      hash: `refused/${transmission}/${ended.status}/${ended.code}`,
      outcome: "refused",
      reason: ended.code,
      refusesUs,
    });
  }
  if (ended.kind === "unanswered" && ended.alarm !== undefined) await alarm(dependencies, facts, ended.alarm);
  // not sent, not now, or lost: the same key again later is safe, and the list tells whether it was needed
  return store(dependencies, facts, {
    source: "answer",
    rank: 2,
    hash: `unanswered/${transmission}`,
    outcome: "unknown",
  });
}

async function readObject(
  dependencies: ChargingDependencies,
  { refunds, chargeObjectId }: Able,
  facts: RefundFacts,
  objectId: string,
): Promise<void> {
  const answer = await refunds.lookUp({ objectId, expected: expectedOf(facts, chargeObjectId) });
  if (answer.kind === "seen") return storeSighting(dependencies, facts, answer.sighting, "look-up", 1);
  if (answer.kind === "missing")
    await alarm(dependencies, facts, `the gateway no longer knows a refund that it named: ${answer.detail}`);
  if (answer.kind === "unanswered" && answer.alarm !== undefined)
    await alarm(dependencies, facts, answer.alarm);
  return store(dependencies, facts, { source: "look-up", rank: 1, hash: "", outcome: "unknown" });
}

async function findRefund(dependencies: ChargingDependencies, able: Able, facts: RefundFacts): Promise<void> {
  const from = instant(facts.firstSentAt, -5 * MINUTE_MS);
  const to = instant(facts.lastSentAt, ABSENCE_AFTER_MS);
  const account = { gateway: facts.gateway, merchantAccount: facts.merchantAccount };
  const known = await readKnownRefunds(dependencies.db, { ...account, from, to });
  const found = await able.refunds.find({
    expected: expectedOf(facts, able.chargeObjectId),
    createdFrom: known?.from ?? from,
    createdTo: known?.to ?? to,
  });
  if (found.kind === "found") return storeSighting(dependencies, facts, found.sighting, "list", 3);
  if (facts.state === "unknown" && facts.request !== null) {
    const body = dependencies.sealer.open(facts.request, facts.id);
    if (await transmit(dependencies, { ...able, facts, body, replay: true })) return;
  }
  const nothing = { source: "list", rank: 3, hash: "", outcome: "unknown" } as const;
  // no other refund to be seen: absence may only be believed where the gateway itself would refuse a second one (docs/decisions/0053)
  const witnessed = (seen: readonly string[]) =>
    known === undefined ? facts.secondIsTooMuch : known.objectIds.every((id) => seen.includes(id));
  const sees = found.kind === "nothing" && witnessed(found.seenObjectIds);
  const old = Date.parse(facts.now) >= Date.parse(to);
  if (!sees || !old || facts.state !== "unknown") return store(dependencies, facts, nothing);
  if (
    facts.firstEmptyScanAt !== null &&
    Date.parse(facts.now) - Date.parse(facts.firstEmptyScanAt) >= HOUR_MS
  )
    return store(dependencies, facts, { ...nothing, hash: `absent/${facts.key}`, outcome: "absent" });
  await noteEmptyRefundScan(dependencies.db, facts.id);
  return store(dependencies, facts, nothing);
}

function storeSighting(
  dependencies: ChargingDependencies,
  facts: RefundFacts,
  { objectId, outcome, raw }: RefundSighting,
  source: RefundEvidence["source"],
  rank: RefundEvidence["rank"],
): Promise<void> {
  const reason = outcome.kind === "refused" ? outcome.reason : undefined;
  const hash = createHash("sha256")
    .update(JSON.stringify([objectId, outcome]))
    .digest("hex");
  const told = reason === undefined ? {} : { reason, askAgain: ASK_AGAIN.includes(reason) };
  return store(dependencies, facts, { source, rank, hash, outcome: outcome.kind, objectId, ...told }, raw);
}

async function store(
  { db, sealer }: ChargingDependencies,
  facts: RefundFacts,
  evidence: RefundEvidence,
  raw?: Uint8Array,
): Promise<void> {
  await recordRefundEvidence(db, {
    refundId: facts.id,
    evidence,
    nextLookSeconds: secondsToNextLook({
      state: evidence.outcome === "pending" ? "pending" : "unknown",
      looks: facts.looks,
      objectKnown: facts.objectId !== null || evidence.objectId !== undefined,
    }),
    ...(raw === undefined ? {} : { raw: sealer.seal(raw, facts.id) }),
  });
}

function alarm({ db }: ChargingDependencies, facts: RefundFacts, text: string): Promise<void> {
  return openCase(db, { kind: "gateway-alarm", subject: facts.id, detail: { alarm: text } });
}

async function mustRead({ db }: ChargingDependencies, refundId: string): Promise<RefundFacts> {
  const facts = await readRefundFacts(db, refundId);
  if (!facts) throw new Error(`no refund ${refundId}`);
  return facts;
}

function expectedOf(facts: RefundFacts, chargeObjectId: string): RefundExpected {
  return {
    refundId: facts.key,
    chargeObjectId,
    amount: { amountMinor: facts.amountMinor, currency: facts.currency },
    livemode: facts.livemode,
  };
}

function instant(from: string | null, addMs: number): string {
  if (from === null) throw new Error("a refund that was never sent cannot be looked up");
  return new Date(Date.parse(from) + addMs).toISOString();
}
