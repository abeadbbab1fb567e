import { invalidRequest, notFound } from "./api-error.ts";
import type { Bank } from "./bank.ts";
import { checkReceipt } from "./fiscal-receipt.ts";
import { newObjectId } from "./identifiers.ts";
import { refundAfter } from "./instruments.ts";
import { notifyShop } from "./notify.ts";
import type { TakeOutcomeFault } from "./payments.ts";
import type { Decline, RefundRecord } from "./records.ts";
import type { CreateRefund } from "./request-shapes.ts";

/** The refund with this id; throws 404. */
export function findRefund(bank: Bank, id: string): RefundRecord {
  const refund = bank.book.refunds.get(id);
  if (!refund) throw notFound("Refund");
  return refund;
}

/** `POST /v3/refunds`, full or partial: all refunds of a payment together never exceed what was captured. */
export function createRefund(bank: Bank, order: CreateRefund, takeFault: TakeOutcomeFault): RefundRecord {
  const payment = bank.book.payments.get(order.payment_id);
  if (!payment) throw invalidRequest("Payment doesn't exist", "payment_id");
  if (payment.status !== "succeeded" || payment.held)
    throw invalidRequest("Payment is not succeeded", "payment_id");
  if (order.amount > payment.amountMinor - returnedMinor(bank, payment.id)) {
    throw invalidRequest("Refund is above what is left of the payment", "amount.value");
  }
  checkReceipt(order.receipt, order.amount);
  const now = bank.book.now();
  const after = refundAfter(payment.method, now - (payment.capturedAtMs ?? payment.createdAtMs));
  if (after === "too-late") throw invalidRequest("The payment is too old to be refunded", "payment_id");
  const fault = takeFault();
  const created = saveRefund(bank, "created", {
    kind: "refund",
    id: newObjectId(now),
    serial: bank.book.nextSerial(),
    paymentId: payment.id,
    status: "pending",
    amountMinor: order.amount,
    createdAtMs: now,
    metadata: order.metadata,
    ...(order.description === undefined ? {} : { description: order.description }),
    ...(order.receipt === undefined ? {} : { receipt: order.receipt.sent }),
  });
  if (fault?.kind === "decline")
    return cancelRefund(bank, created, { party: fault.party, reason: fault.reason });
  if (after === "declined")
    return cancelRefund(bank, created, { party: "payment_network", reason: "payment_expired" });
  return fault?.kind === "hold" ? created : returnMoney(bank, created);
}

/** Money already given back or on its way. */
function returnedMinor(bank: Bank, paymentId: string): number {
  return [...bank.book.refunds.values()]
    .filter((refund) => refund.paymentId === paymentId && refund.status !== "canceled")
    .reduce((sum, refund) => sum + refund.amountMinor, 0);
}

/** Ends a pending refund with the money on the payer's card. */
export function returnMoney(bank: Bank, refund: RefundRecord): RefundRecord {
  const payment = bank.book.payments.get(refund.paymentId);
  if (!payment) throw new Error("a refund without its payment");
  const { id: refundId, paymentId, amountMinor } = refund;
  bank.book.record({
    kind: "payment",
    change: "refunded",
    record: { ...payment, refundedMinor: payment.refundedMinor + amountMinor },
  });
  bank.book.record({ kind: "money-returned", refundId, paymentId, amountMinor });
  const succeeded = saveRefund(bank, "succeeded", { ...refund, status: "succeeded" });
  notifyShop(bank, "refund.succeeded", succeeded);
  return succeeded;
}

/** Ends a pending refund without money. */
export function cancelRefund(bank: Bank, refund: RefundRecord, cancellation: Decline): RefundRecord {
  return saveRefund(bank, "canceled", { ...refund, status: "canceled", cancellation });
}

function saveRefund(bank: Bank, change: string, record: RefundRecord): RefundRecord {
  bank.book.record({ kind: "refund", change, record });
  return record;
}
