import type { Expected, Gateway, Transmission } from "../adapters/gateways/port.ts";
import {
  noteEmptyScan,
  openCase,
  passGate,
  readUnwatchedCharge,
  readUndecidedCharge,
  type UndecidedCharge,
  type UnwatchedCharge,
} from "../db/queries/charging.ts";
import { readScanWindow } from "../db/queries/charge-objects.ts";
import { gateCapabilities } from "../domain/capability-matrix.ts";
import { type ChargeResult, type ChargingDependencies, gatewayOf, storeSeen } from "./seen-store.ts";
import { endObject, endStrayObject } from "./ending-objects.ts";
import {
  evidenceOfLookUp,
  evidenceOfSighting,
  evidenceOfTransmission,
  namedByVoid,
  type Seen,
} from "./evidence.ts";
import { openSendWindow } from "./send-window.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Past this nothing that was sent with a key of 24 hours can still start by itself (§8.2). */
const ABSENCE_AFTER_MS = 25 * HOUR_MS;

/**
 * Finds out what became of an undecided charge, by the recovery of payment rules §8.2: an object that is known is read; else
 * the same bytes are sent again with the same key, through the gate; where the gate forbids that, the gateway's list is scanned. Only two
 * complete scans after the key's life prove absence. `null`: it was decided meanwhile.
 */
export async function lookUpCharge(
  dependencies: ChargingDependencies,
  { chargeId }: { readonly chargeId: string },
): Promise<ChargeResult | null> {
  const undecided = await readUndecidedCharge(dependencies.db, chargeId);
  if (!undecided) return null;
  // the rung after this look, not the one that led to it
  const charge = { ...undecided, looks: undecided.looks + 1 };
  const result = await recover(dependencies, charge);
  const lastsMs = Date.parse(charge.now) - Date.parse(charge.firstSentAt);
  if (lastsMs >= 24 * HOUR_MS && isStillUndecided(result)) {
    await openCase(dependencies.db, {
      kind: "undecided-for-a-day",
      subject: charge.id,
      detail: { state: charge.state },
    });
  }
  return result;
}

async function recover(dependencies: ChargingDependencies, charge: UndecidedCharge): Promise<ChargeResult> {
  const gateway = gatewayOf(dependencies.gateways, charge.gateway);
  if (charge.merchantAccount !== gateway.merchantAccount) return askOperator(dependencies, charge);
  if (charge.objectId !== null) {
    return readObject(dependencies, gateway, charge, charge.objectId);
  }
  return (await replay(dependencies, gateway, charge)) ?? (await scan(dependencies, gateway, charge));
}

/** Another merchant account knows neither the key nor the objects of this one: there the same bytes would be a second charge. */
async function askOperator(
  dependencies: ChargingDependencies,
  charge: UndecidedCharge,
): Promise<ChargeResult> {
  await raiseOtherAccount(dependencies, charge);
  return stillUnknown(dependencies, charge, "look-up");
}

function raiseOtherAccount(
  dependencies: ChargingDependencies,
  { id, merchantAccount }: Pick<UndecidedCharge, "id" | "merchantAccount">,
): Promise<void> {
  return raiseAlarm(
    dependencies,
    id,
    `only the merchant account ${merchantAccount} can tell what became of it`,
  );
}

/**
 * Looks at an object that a gateway named for a charge no workflow waits for. It had ended without money: what was canceled may succeed after all (C11),
 * what was absent may turn up unfinished. Or another try of its payment has paid, and its own money would go back. False: the gateway
 * could not be asked, or does not show the object of its own news yet: ask again later.
 */
export async function lookAtUnwatchedCharge(
  dependencies: ChargingDependencies,
  { chargeId, objectId }: { readonly chargeId: string; readonly objectId: string },
): Promise<boolean> {
  const charge = await readUnwatchedCharge(dependencies.db, chargeId, objectId);
  if (!charge) return true;
  const gateway = gatewayOf(dependencies.gateways, charge.gateway);
  if (charge.merchantAccount !== gateway.merchantAccount) {
    await raiseOtherAccount(dependencies, charge);
    return true;
  }
  const named = objectId === "" ? charge.objectId : objectId;
  if (named === null) {
    // nobody ever named its object: the gateway's list is all that can tell
    await lookUpCharge(dependencies, { chargeId });
    return true;
  }
  const answer = await gateway.lookUpCharge({ objectId: named, expected: expectedOf(charge) });
  if (answer.kind === "unanswered") {
    await raiseAlarm(dependencies, chargeId, answer.alarm);
    return answer.alarm !== undefined;
  }
  if (answer.kind === "missing" || answer.kind === "not-run") {
    // its own object: nobody waits for it, what has not run is ended; of another one, or of what is decided, there is nothing to learn
    const isWaitedFor = charge.undecided && !charge.beside;
    if (isWaitedFor) await lookUpCharge(dependencies, { chargeId });
    // news of an object that the gateway's own view does not show yet: its money may be there a moment later, and nobody else would look
    return isWaitedFor || objectId === "" || answer.kind === "not-run";
  }
  const seen = namedByVoid(evidenceOfSighting(answer.sighting, "look-up", 1), charge.voidWhy);
  const stored = { ...charge, looks: 0, triesWithoutMoney: 0 };
  const result = await storeSeen(dependencies, charge.gateway, stored, seen);
  // the end of this one would be read as the end of the charge's own object
  if (charge.beside && result.charge !== "not-charged") return true;
  // what nobody waits for is ended where the gateway can end it; a charge that ended without money and turns up again is a ghost
  const stray = { ...charge, objectId: named, expected: expectedOf(charge) };
  const ended = await endStrayObject(dependencies, gateway, stray, {
    shows: answer.sighting.outcome.kind,
    ghost: result.charge === "not-charged",
  });
  if (ended !== undefined) await storeSeen(dependencies, charge.gateway, stored, ended);
  return true;
}

function isStillUndecided({ charge }: ChargeResult): boolean {
  return charge !== "charged" && charge !== "not-charged";
}

/** Reads the object; what is not final after that is taken, ended, or waited for. */
async function readObject(
  dependencies: ChargingDependencies,
  gateway: Gateway,
  charge: UndecidedCharge,
  objectId: string,
): Promise<ChargeResult> {
  const expected = expectedOf(charge);
  const look = await gateway.lookUpCharge({ objectId, expected });
  const seen = evidenceOfLookUp(look);
  if ("nothing" in seen) await raiseAlarm(dependencies, charge.id, seen.alarm);
  const result =
    "nothing" in seen
      ? await stillUnknown(dependencies, charge, "look-up")
      : await store(dependencies, charge, namedByVoid(seen, charge.voidWhy));
  const ended = await endObject(dependencies, gateway, { ...charge, objectId, expected }, look);
  if (ended === undefined) return result;
  await raiseAlarm(dependencies, charge.id, ended.alarm);
  return ended.seen === undefined ? result : store(dependencies, charge, ended.seen);
}

async function raiseAlarm(
  { db }: Pick<ChargingDependencies, "db">,
  chargeId: string,
  alarm: string | undefined,
): Promise<void> {
  if (alarm !== undefined)
    await openCase(db, { kind: "gateway-alarm", subject: chargeId, detail: { alarm } });
}

/**
 * Sends the stored bytes once more, when the gate permits it; undefined when it does not, or when the gateway refused this very transmission:
 * that says nothing about the first one, the list has to.
 */
async function replay(
  dependencies: ChargingDependencies,
  gateway: Gateway,
  charge: UndecidedCharge,
): Promise<ChargeResult | undefined> {
  const { db, sealer } = dependencies;
  if (charge.state !== "unknown" || charge.request === null) return undefined;
  const mayStillSend = openSendWindow();
  const answer = await passGate(db, replayRequest(gateway, charge), null);
  if (answer.verdict !== "passed") return undefined;
  const ended = await gateway.sendCharge({
    key: charge.id,
    body: sealer.open(charge.request, charge.id),
    expected: expectedOf(charge),
    mayStillSend,
  });
  const result = await store(dependencies, charge, evidenceOfTransmission(ended, answer.transmission));
  // A 400 on the key says that the first one exists: never a reason to think that it does not (§8.2, column "replay").
  if (isRefusedByGateway(ended)) return undefined;
  if (ended.kind !== "seen" || ended.sighting.outcome.kind === "challenged") return result;
  // The answer to a replay may be the stored first one: read the object as it is now.
  const now = evidenceOfLookUp(
    await gateway.lookUpCharge({ objectId: ended.sighting.objectId, expected: expectedOf(charge) }),
  );
  return "nothing" in now ? result : store(dependencies, charge, now);
}

/** Everything but a lost answer and "not now" (429), after which the same bytes are simply sent again later. */
function isRefusedByGateway(ended: Transmission): boolean {
  return ended.kind === "refused"
    ? ended.class === "ours"
    : ended.kind === "unanswered" && ended.alarm !== undefined;
}

/** Reads the gateway's list around the charge and matches our charge id. */
async function scan(
  dependencies: ChargingDependencies,
  gateway: Gateway,
  charge: UndecidedCharge,
): Promise<ChargeResult> {
  const { from, to, known } = await readScanWindow(dependencies.db, {
    gateway: charge.gateway,
    merchantAccount: charge.merchantAccount,
    from: instant(charge.firstSentAt, -5 * MINUTE_MS),
    to: instant(charge.lastSentAt, ABSENCE_AFTER_MS),
  });
  const found = await gateway.findCharge({
    chargeId: charge.id,
    createdFrom: from,
    createdTo: to,
    expected: expectedOf(charge),
  });
  if (found.kind === "found")
    return store(dependencies, charge, evidenceOfSighting(found.sighting, "list", 3));
  if (found.kind === "unanswered") return stillUnknown(dependencies, charge, "list");
  const complete = known.length > 0 && known.every((id) => found.seenObjectIds.includes(id));
  const old = Date.parse(charge.now) >= Date.parse(charge.lastSentAt) + ABSENCE_AFTER_MS;
  if (!complete || !old) return stillUnknown(dependencies, charge, "list");
  if (
    charge.firstEmptyScanAt !== null &&
    Date.parse(charge.now) - Date.parse(charge.firstEmptyScanAt) >= HOUR_MS
  ) {
    return store(dependencies, charge, absent());
  }
  await noteEmptyScan(dependencies.db, charge.id);
  return stillUnknown(dependencies, charge, "list");
}

function absent(): Seen {
  return {
    evidence: {
      source: "list",
      rank: 3,
      hash: "absent",
      outcome: "not-charged",
      how: "absent",
      reason: "absent",
    },
  };
}

/** Nothing new is known: the next rung of the ladder is set. */
function stillUnknown(
  dependencies: ChargingDependencies,
  charge: UndecidedCharge,
  source: "look-up" | "list",
): Promise<ChargeResult> {
  return storeSeen(dependencies, charge.gateway, withObject(charge), {
    evidence: {
      source,
      rank: source === "list" ? 3 : 1,
      hash: `nothing/${charge.looks}`,
      outcome: "unknown",
    },
  });
}

function store(
  dependencies: ChargingDependencies,
  charge: UndecidedCharge,
  seen: Seen,
): Promise<ChargeResult> {
  return storeSeen(dependencies, charge.gateway, withObject(charge), seen);
}

/** The ladder of a charge depends on whether its object is known, not on whether this answer names it. */
function withObject(charge: UndecidedCharge) {
  return { ...charge, objectKnown: charge.objectId !== null };
}

function replayRequest(gateway: Gateway, charge: UndecidedCharge) {
  return {
    paymentId: charge.paymentId,
    chargeId: charge.id,
    ordinal: charge.ordinal,
    initiatedBy: charge.initiatedBy,
    methodId: charge.methodId,
    noticeId: charge.noticeId,
    instructionId: charge.instructionId,
    amountMinor: charge.amountMinor,
    currency: charge.currency,
    gateway: gateway.name,
    merchantAccount: gateway.merchantAccount,
    requestHash: charge.requestHash,
    replayOf: charge.id,
    keyLifeHours: gateway.can.keyLifeHours,
    capabilities: gateCapabilities(gateway.name),
  };
}

function expectedOf(charge: UndecidedCharge | UnwatchedCharge): Expected {
  return {
    chargeId: charge.id,
    paymentId: charge.paymentId,
    amount: { amountMinor: charge.amountMinor, currency: charge.currency },
    livemode: charge.livemode,
    ...(charge.preparedRound === null ? {} : { attemptBefore: charge.attemptBefore }),
  };
}

function instant(from: string, addMs: number): string {
  return new Date(Date.parse(from) + addMs).toISOString();
}
