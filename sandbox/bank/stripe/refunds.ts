import { bookBalance } from "./balance.ts";
import type { Circumstances } from "./confirming.ts";
import { tell } from "./events.ts";
import { type Face, born, save } from "./face.ts";
import type { ChargeRecord, RefundRecord } from "./records.ts";
import type { CreateRefund } from "./request-shapes.ts";
import { StripeError, invalidRequest, missing } from "./stripe-error.ts";
import { laterFate } from "./test-cards.ts";

/** The refund with this id; throws 404. */
export function findRefund(face: Face, id: string): RefundRecord {
  const refund = face.shelf.find("refund", id);
  if (!refund) throw missing("refund", id, "refund");
  return refund;
}

/** `POST /v1/refunds`, full or partial: all refunds of a charge together never exceed what was captured. */
export function createRefund(face: Face, order: CreateRefund, with_: Circumstances): RefundRecord {
  const charge = refundable(face, order);
  const left = charge.amount - charge.amountRefunded;
  if (left === 0)
    throw stateError(`Charge ${charge.id} has already been refunded.`, "charge_already_refunded");
  const amount = order.amount ?? left;
  if (amount < 1) throw invalidRequest("Invalid positive integer", "amount", "parameter_invalid_integer");
  if (amount > left) {
    throw stateError(
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      undefined,
      "amount",
    );
  }
  if (order.currency !== undefined && order.currency !== charge.currency) {
    throw invalidRequest("The currency is not the charge's.", "currency");
  }
  const fault = with_.takeFault();
  const fate = laterFate(charge.card);
  const pending = fault?.kind === "hold" || fate === "refund-pending";
  const fails =
    fault?.kind === "decline"
      ? fault.reason
      : fate === "refund-fails"
        ? "expired_or_canceled_card"
        : undefined;
  const taken = fault?.kind === "wrong-amount" ? (fault.amountMinor ?? amount + 100) : amount;
  return startRefund(face, charge, order, { amount: taken, pending, fails, key: with_.key });
}

function refundable(face: Face, order: CreateRefund): ChargeRecord {
  if ((order.charge === undefined) === (order.payment_intent === undefined)) {
    throw invalidRequest(
      "One of the following params should be provided for this request: payment_intent or charge.",
    );
  }
  const charge =
    order.charge === undefined
      ? chargeOf(face, order.payment_intent ?? "")
      : face.shelf.find("charge", order.charge);
  if (!charge) throw missing("charge", order.charge ?? "", "charge", 400);
  if (charge.dispute !== undefined && face.shelf.get("dispute", charge.dispute).status !== "won") {
    throw stateError(`Charge ${charge.id} has been charged back; cannot issue a refund.`, "charge_disputed");
  }
  if (charge.status !== "succeeded" || !charge.captured) {
    throw stateError(`Charge ${charge.id} has no money to refund.`, "charge_not_refundable");
  }
  return charge;
}

function chargeOf(face: Face, id: string): ChargeRecord {
  const intent = face.shelf.find("payment_intent", id);
  if (!intent) throw missing("payment_intent", id, "payment_intent", 400);
  if (intent.status !== "succeeded" || intent.latestCharge === undefined) {
    throw stateError(
      "This PaymentIntent does not have a successful charge to refund.",
      undefined,
      "payment_intent",
    );
  }
  return face.shelf.get("charge", intent.latestCharge);
}

function stateError(message: string, code?: string, param?: string): StripeError {
  return new StripeError(400, "invalid_request_error", message, { code, param, kept: true });
}

interface Fate {
  readonly amount: number;
  readonly pending: boolean;
  readonly fails: string | undefined;
  readonly key: string | undefined;
}

function startRefund(face: Face, charge: ChargeRecord, order: CreateRefund, fate: Fate): RefundRecord {
  const base = born(face, "re");
  const entry = bookRefund(face, charge, base.id, -fate.amount, "refund");
  const refund = save(face, "created", {
    ...base,
    object: "refund",
    charge: charge.id,
    intent: charge.intent,
    amount: fate.amount,
    currency: charge.currency,
    status: "pending",
    reason: order.reason,
    metadata: order.metadata ?? {},
    balanceTransaction: entry,
  } satisfies RefundRecord);
  const given = save(face, "refunded", { ...charge, amountRefunded: charge.amountRefunded + fate.amount });
  // An ordinary refund is done when it is first heard of; the others tell so later.
  const done = fate.pending || fate.fails !== undefined ? refund : returnMoney(face, refund);
  tell(face, "refund.created", done, fate.key);
  tell(face, "charge.refunded", given, fate.key);
  return fate.fails === undefined || fate.pending ? done : failRefund(face, done, fate.fails);
}

function returnMoney(face: Face, refund: RefundRecord): RefundRecord {
  const { metadata } = face.shelf.get("payment_intent", refund.intent);
  face.bank.book.record({
    kind: "money-returned",
    face: "stripe",
    refundId: refund.id,
    paymentId: metadata.payment_id ?? refund.intent,
    objectId: refund.intent,
    amountMinor: refund.amount,
    currency: refund.currency,
  });
  return save(face, "succeeded", { ...refund, status: "succeeded" });
}

/** Decides a refund that is `pending`; throws 400 for any other. */
export function settleRefund(face: Face, refund: RefundRecord, failure?: string): RefundRecord {
  if (refund.status !== "pending") throw invalidRequest("The refund is decided already.");
  if (failure !== undefined) return failRefund(face, refund, failure);
  const done = returnMoney(face, refund);
  tell(face, "refund.updated", done);
  tell(face, "charge.refund.updated", done);
  return done;
}

/** The money could not be given back: it stands in the merchant's balance again. */
function failRefund(face: Face, refund: RefundRecord, failureReason: string): RefundRecord {
  const failed = save(face, "failed", { ...refund, status: "failed", failureReason });
  const charge = face.shelf.get("charge", refund.charge);
  save(face, "refund failed", { ...charge, amountRefunded: charge.amountRefunded - refund.amount });
  bookRefund(face, charge, refund.id, refund.amount, "refund_failure");
  tell(face, "refund.failed", failed);
  tell(face, "charge.refund.updated", failed);
  return failed;
}

function bookRefund(
  face: Face,
  charge: ChargeRecord,
  source: string,
  amount: number,
  type: "refund" | "refund_failure",
): string {
  return bookBalance(face, {
    type,
    amount,
    fee: 0,
    currency: charge.currency,
    source,
    description: charge.description,
  }).id;
}
