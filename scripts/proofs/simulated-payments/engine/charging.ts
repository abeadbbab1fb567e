import { isUndecided } from "../../../../domain/charge.ts";
import { nextStep } from "../../../../domain/next-step.ts";
import { type ObjectRights, wishForObject } from "../../../../domain/object-wish.ts";
import type { Said, Shown } from "../outside/bank.ts";
import { HOUR, isoOf } from "../outside/clock.ts";
import type { Crash } from "../outside/faults.ts";
import { shapeOf } from "../outside/story.ts";
import { passGate, passGateAgain } from "./gate.ts";
import { closePayment, isOpen, isStopped, undecidedOf } from "./moves.ts";
import { livingNotice } from "./notices.ts";
import type { ChargeRow, Engine, PaymentRow } from "./rows.ts";
import { type Evidence, evidenceOf, record } from "./settling.ts";
import { tell } from "./telling.ts";

/** Past this nothing that was sent with a key of a day can still start by itself (§8.2). */
const ABSENCE_AFTER = 25 * HOUR;
const RIGHTS = {
  keys: { captureHeld: false, voidHeld: false, voidPending: false, absenceBy: "list" },
  intent: { captureHeld: false, voidHeld: false, voidPending: true, absenceBy: "void" },
} as const satisfies Record<string, ObjectRights>;

/** Does the one thing that the rows order for a payment; false when they order to wait. */
export function work(engine: Engine, payment: PaymentRow, asked: boolean): boolean {
  expireLeases(engine, payment);
  const charge = undecidedOf(payment);
  if (charge !== undefined && !isOpen(payment)) {
    // another try of it has paid meanwhile: no workflow waits any more, what this one takes goes back
    lookUp(engine, charge);
    return true;
  }
  const step = nextStep({
    now: isoOf(engine.now),
    state: payment.state,
    outcome: payment.outcome,
    nextLookAt: isoOf(payment.nextLookAt),
    giveUpAt: isoOf(payment.giveUpAt),
    sourceSilent: false,
    stopped: isStopped(engine, payment),
    asked,
    charge:
      charge === undefined
        ? null
        : {
            id: charge.id,
            state: charge.state,
            leased: charge.state === "sending" && charge.leaseUntil > engine.now,
            objectKnown: charge.objectId !== null,
          },
  });
  if (step.do === "charge") sendCharge(engine, payment);
  else if (step.do === "look-up" && charge) lookUp(engine, charge);
  else if (step.do === "close") close(engine, payment, step.outcome);
  else return false;
  return true;
}

function close(engine: Engine, payment: PaymentRow, outcome: "stopped" | "gave-up"): void {
  const { bill, payer } = payment;
  const gone = bill.state === "annulled" || bill.state === "paid-elsewhere" ? bill.state : outcome;
  closePayment(engine, payment, {
    event: outcome === "gave-up" ? "deadline-passed" : "stopped",
    outcome: gone,
  });
  if (outcome === "gave-up")
    tell(engine, { key: `failed/${payment.id}`, payer, event: "failed", bill: bill.id });
}

/** C8: a transmission whose lease is over without an answer is unknown, whoever is alive. */
function expireLeases(engine: Engine, payment: PaymentRow): void {
  for (const charge of payment.charges)
    if (charge.state === "sending" && charge.leaseUntil <= engine.now)
      record(engine, charge, { event: "unanswered" });
}

function sendCharge(engine: Engine, payment: PaymentRow): void {
  const bank = engine.banks[shapeOf(payment.bill.account)];
  const rounds = payment.charges.filter(
    ({ how }) => how === "absent" || how === "voided" || how === "expired",
  ).length;
  const prepared =
    shapeOf(payment.bill.account) === "keys" ? null : bank.prepare(`${payment.id}-intent-${rounds}`);
  if (!passGate(engine, payment)) return;
  const charge: ChargeRow = {
    id: `${payment.id}-${payment.charges.length + 1}`,
    payment,
    initiatedBy: payment.instructed ? "cit" : "mit",
    methodId: payment.methodId,
    amountMinor: payment.amountMinor,
    firstSentAt: engine.now,
    attemptBefore: prepared?.attemptBefore ?? null,
    objectId: prepared?.objectId ?? null,
    state: "sending",
    how: null,
    transmissions: 0,
    unanswered: 0,
    looks: 0,
    lastSentAt: engine.now,
    leaseUntil: engine.now,
    firstEmptyScanAt: null,
    voidWhy: null,
    decidedAt: 0,
    kept: false,
  };
  payment.charges.push(charge);
  transmit(engine, charge);
}

/** From the commit of the gate to the evidence; the worker may die between any two of them. */
function transmit(engine: Engine, charge: ChargeRow): void {
  const { payment, methodId } = charge;
  charge.transmissions += 1;
  charge.lastSentAt = engine.now;
  charge.leaseUntil = engine.now + 1;
  payment.nextLookAt = engine.now + 1;
  const request = (engine.requests.get(payment.bill.id) ?? 0) + 1;
  engine.requests.set(payment.bill.id, request);
  const crash = engine.faults.crash(payment.bill.id, request);
  if (crash === "gate") return;
  wroteDown(engine, charge);
  const said = engine.banks[shapeOf(payment.bill.account)].charge({
    key: charge.id,
    chargeId: charge.id,
    objectId: charge.objectId,
    bill: payment.bill.id,
    amountMinor: charge.amountMinor,
    card: methodId,
  });
  if (crash !== "answer") hear(engine, charge, { said, crash });
}

function wroteDown(engine: Engine, charge: ChargeRow): void {
  const { payment, id, initiatedBy, amountMinor, methodId, transmissions } = charge;
  const notice = livingNotice(payment);
  engine.sendings.push({
    chargeId: id,
    bill: payment.bill.id,
    payer: payment.payer,
    account: payment.bill.account,
    initiatedBy,
    amountMinor,
    card: methodId,
    transmission: transmissions,
    noticeKey: notice === undefined ? null : notice.id,
    at: engine.clock.minutes,
  });
}

function hear(engine: Engine, charge: ChargeRow, { said, crash }: { said: Said; crash: Crash | null }): void {
  if (said.kind === "shown") charge.objectId ??= said.shown.objectId;
  const evidence = evidenceOfAnswer(engine, said);
  record(engine, charge, evidence);
  if (crash === "evidence") record(engine, charge, evidence);
}

function evidenceOfAnswer(engine: Engine, said: Said): Evidence {
  if (said.kind === "shown") return evidenceOf(said.shown, engine.clock.minutes);
  return said.kind === "unanswered"
    ? { event: "unanswered" }
    : { event: "refused", how: "refused", reason: said.class };
}

/** Finds out what became of an undecided charge: read its object; else the same bytes again; else the list (§8.2). */
function lookUp(engine: Engine, charge: ChargeRow): void {
  charge.looks += 1;
  if (charge.objectId !== null) return readObject(engine, charge, charge.objectId);
  if (!passGateAgain(engine, charge)) return scan(engine, charge);
  engine.written({ machine: "charge", id: charge.id, from: charge.state, event: "replayed", to: "sending" });
  charge.state = "sending";
  transmit(engine, charge);
}

function readObject(engine: Engine, charge: ChargeRow, objectId: string): void {
  const shape = shapeOf(charge.payment.bill.account);
  const bank = engine.banks[shape];
  const shown = bank.read(objectId, charge.attemptBefore);
  if (shown !== "not-run") record(engine, charge, evidenceOf(shown, engine.clock.minutes));
  if (!isUndecided(charge.state)) return;
  const shows = showsOf(shown);
  const wish = wishForObject(
    {
      shows,
      stopped: isStopped(engine, charge.payment),
      voidWhy: charge.voidWhy,
      confirmationOver: shown !== "not-run" && engine.clock.minutes >= shown.confirmBy,
      sinceLastSentMs: (engine.now - charge.lastSentAt) * 60_000,
      attemptSeen: charge.state === "pending" || charge.state === "challenged",
    },
    RIGHTS[shape],
  );
  if (wish === null || wish === "capture") return nothingNew(engine, charge);
  charge.voidWhy = wish;
  const after = bank.void(objectId);
  if (after !== "voided") record(engine, charge, evidenceOf(after, engine.clock.minutes));
  else if (wish === "not-run")
    record(engine, charge, { event: "absence-proved", how: "absent", reason: "absent" });
  else
    record(engine, charge, {
      event: "ended-without-money",
      how: wish === "challenge-over" ? "expired" : "voided",
      reason: wish,
    });
}

function showsOf(shown: Shown | "not-run"): "not-run" | "challenged" | "pending" {
  if (shown === "not-run") return "not-run";
  return shown.state === "challenge" ? "challenged" : "pending";
}

/** Absence is proved only by two empty scans an hour apart, long after the key's life. */
function scan(engine: Engine, charge: ChargeRow): void {
  const shown = engine.banks[shapeOf(charge.payment.bill.account)].find(charge.id);
  if (shown !== undefined) {
    charge.objectId = shown.objectId;
    return record(engine, charge, evidenceOf(shown, engine.clock.minutes));
  }
  if (engine.now < charge.lastSentAt + ABSENCE_AFTER) return nothingNew(engine, charge);
  if (charge.firstEmptyScanAt !== null && engine.now >= charge.firstEmptyScanAt + HOUR)
    return record(engine, charge, { event: "absence-proved", how: "absent", reason: "absent" });
  charge.firstEmptyScanAt ??= engine.now;
  nothingNew(engine, charge);
}

/** The next rung of the ladder; nothing is concluded from silence. */
function nothingNew(engine: Engine, charge: ChargeRow): void {
  const { state } = charge;
  // evidence that speaks of the state it has moves nothing but the next look
  if (isUndecided(state))
    record(engine, charge, {
      event: state === "challenged" ? "payer-asked" : state === "unknown" ? "unanswered" : "accepted",
    });
}

/** A notification is a reason to look, whatever it says. */
export function hearNews(
  engine: Engine,
  news: { readonly id: string; readonly chargeId: string; readonly genuine: boolean },
): void {
  if (!news.genuine || engine.newsSeen.has(news.id)) return;
  engine.newsSeen.add(news.id);
  for (const payment of engine.payments) {
    const charge = payment.charges.find(({ id }) => id === news.chargeId);
    if (charge === undefined) continue;
    if (isUndecided(charge.state) && isOpen(payment)) work(engine, payment, true);
    else lookAtUnwatched(engine, charge);
  }
}

/** A charge that no workflow waits for may have taken money after all (C11). At an intent, a later attempt is a later charge's. */
function lookAtUnwatched(engine: Engine, charge: ChargeRow): void {
  const shape = shapeOf(charge.payment.bill.account);
  if (isUndecided(charge.state)) return lookUp(engine, charge);
  if (charge.objectId === null || (shape === "intent" && charge.state === "not-charged")) return;
  const shown = engine.banks[shape].read(charge.objectId, charge.attemptBefore);
  if (shown !== "not-run") record(engine, charge, evidenceOf(shown, engine.clock.minutes));
}
