import { bookBalance, feeOf } from "./balance.ts";
import { openDispute } from "./disputes.ts";
import { tell } from "./events.ts";
import { type Face, born, save, seconds } from "./face.ts";
import type { ChargeRecord, Failure, IntentRecord, PaymentMethodRecord, Planned } from "./records.ts";
import { declineOf, declined, laterFate } from "./test-cards.ts";

/** A hold on a card lives seven days. */
const holdSeconds = 7 * 86_400;

/** One attempt to take an intent's money. */
export interface Attempt {
  readonly intent: IntentRecord;
  readonly method: PaymentMethodRecord;
  readonly offSession: boolean;
  readonly threeDSecure: boolean;
  readonly planned: Planned;
  /** The idempotency key of the confirmation. */
  readonly key?: string;
}

/** Asks the issuer for the money: under way, declined, held for capture, or taken. */
export function charge(face: Face, attempt: Attempt): IntentRecord {
  const { planned } = attempt;
  if (planned.hold) return startProcessing(face, attempt);
  const failure =
    planned.failure ?? withdrawn(face, attempt) ?? declineOf(attempt.method.card, face.bank.book.now());
  if (failure) return decline(face, attempt, failure);
  if (attempt.intent.captureMethod === "manual") return holdMoney(face, attempt);
  if (planned.twin) takeMoney(face, attempt, newCharge(face, attempt));
  return takeMoney(face, attempt, newCharge(face, attempt));
}

/** The issuer refuses whoever charges after the payer withdrew the permission. */
function withdrawn(face: Face, { method, offSession }: Attempt): Failure | undefined {
  const revoked = face.shelf.get("payment_method", method.id).revoked;
  return offSession && revoked ? declined("revocation_of_authorization") : undefined;
}

function newCharge(face: Face, attempt: Attempt): ChargeRecord {
  const { intent, method, planned, threeDSecure, key } = attempt;
  return {
    ...born(face, "ch"),
    object: "charge",
    intent: intent.id,
    amount: planned.amount ?? intent.amount,
    amountCaptured: 0,
    amountRefunded: 0,
    currency: intent.currency,
    status: "pending",
    captured: false,
    customer: intent.customer,
    paymentMethod: method.id,
    card: method.card,
    threeDSecure,
    description: intent.description,
    metadata: intent.metadata,
    key,
  };
}

/** The intent after this attempt, without the traces of the one before. */
function attempted(intent: IntentRecord, made: ChargeRecord): IntentRecord {
  return {
    ...intent,
    paymentMethod: made.paymentMethod,
    latestCharge: made.id,
    lastError: undefined,
    challenge: undefined,
  };
}

function startProcessing(face: Face, attempt: Attempt): IntentRecord {
  const made = save(face, "under way", newCharge(face, attempt));
  const intent = save(face, "processing", { ...attempted(attempt.intent, made), status: "processing" });
  tell(face, "charge.pending", made, attempt.key);
  tell(face, "payment_intent.processing", intent, attempt.key);
  return intent;
}

/** Decides an intent that is `processing`. */
export function settleProcessing(face: Face, intent: IntentRecord, failure?: Failure): IntentRecord {
  const made = face.shelf.get("charge", intent.latestCharge ?? "");
  return failure ? failCharge(face, intent, made, failure) : succeed(face, intent, made);
}

/** The issuer said no, or wants its holder, who is not there: the intent wants another method and stays payable. */
export function decline(face: Face, attempt: Attempt, failure: Failure): IntentRecord {
  return failCharge(face, attempt.intent, newCharge(face, attempt), failure);
}

function failCharge(face: Face, intent: IntentRecord, made: ChargeRecord, failure: Failure): IntentRecord {
  const failed = save(face, "failed", { ...made, status: "failed", failure });
  const open = save(face, "declined", {
    ...attempted(intent, failed),
    status: "requires_payment_method",
    paymentMethod: undefined,
    lastError: { ...failure, charge: failed.id, paymentMethod: failed.paymentMethod },
  });
  tell(face, "charge.failed", failed, made.key);
  tell(face, "payment_intent.payment_failed", open, made.key);
  return open;
}

function holdMoney(face: Face, attempt: Attempt): IntentRecord {
  const made = save(face, "authorized", {
    ...newCharge(face, attempt),
    status: "succeeded",
    captureBefore: seconds(face) + holdSeconds,
  });
  const held = save(face, "held", { ...attempted(attempt.intent, made), status: "requires_capture" });
  tell(face, "charge.succeeded", made, attempt.key);
  tell(face, "payment_intent.amount_capturable_updated", held, attempt.key);
  return held;
}

/** Takes what a hold keeps, or a part of it; the rest goes back. */
export function captureHold(face: Face, intent: IntentRecord, amount: number, key?: string): IntentRecord {
  const hold = face.shelf.get("charge", intent.latestCharge ?? "");
  const captured = enterMoney(face, { ...hold, amountRefunded: hold.amount - amount }, amount);
  const done = save(face, "captured", { ...intent, status: "succeeded", amountReceived: amount });
  tell(face, "charge.captured", captured, key);
  tell(face, "payment_intent.succeeded", done, key);
  return done;
}

function takeMoney(face: Face, attempt: Attempt, made: ChargeRecord): IntentRecord {
  return succeed(face, attempt.intent, made);
}

function succeed(face: Face, intent: IntentRecord, made: ChargeRecord): IntentRecord {
  const taken = enterMoney(face, made, made.amount);
  const method = face.shelf.get("payment_method", made.paymentMethod);
  if (intent.setupFutureUsage !== undefined && intent.customer !== undefined && !method.setUp) {
    save(face, "set up by a payment", { ...method, customer: intent.customer, setUp: true });
  }
  const done = save(face, "succeeded", {
    ...attempted(intent, taken),
    status: "succeeded",
    amountReceived: taken.amount,
  });
  tell(face, "charge.succeeded", taken, made.key);
  tell(face, "payment_intent.succeeded", done, made.key);
  if (laterFate(made.card) === "dispute") openDispute(face, taken, { reason: "fraudulent" });
  return done;
}

/** Writes down that the money has left the card: the charge, the merchant's balance, the debit. */
function enterMoney(face: Face, made: ChargeRecord, amount: number): ChargeRecord {
  const entry = bookBalance(face, {
    type: "charge",
    amount,
    fee: feeOf(amount),
    currency: made.currency,
    source: made.id,
    description: made.description,
  });
  face.bank.book.record({
    kind: "debit",
    face: "stripe",
    paymentId: made.metadata.payment_id ?? made.intent,
    objectId: made.intent,
    amountMinor: amount,
    currency: made.currency,
    chargeId: made.key,
    atMs: face.bank.book.now(),
    last4: made.card.last4,
  });
  return save(face, "money taken", {
    ...made,
    status: "succeeded",
    captured: true,
    amountCaptured: amount,
    balanceTransaction: entry.id,
  });
}
