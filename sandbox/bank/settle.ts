import { invalidRequest } from "./api-error.ts";
import type { Bank } from "./bank.ts";
import { isKnown } from "./instruments.ts";
import { kindOf, rulesOf } from "./method-kinds.ts";
import { notifyShop } from "./notify.ts";
import { cancelPayment, execute, save } from "./payments.ts";
import type { Card, Decline, Instrument, PaymentRecord, RefundRecord } from "./records.ts";
import { cancelRefund, returnMoney } from "./refunds.ts";
import { accountsOf } from "./test-accounts.ts";

/** How an undecided object is to end. `party` and `reason` are read for `canceled` only. */
export interface SettleOrder extends Decline {
  readonly status: "succeeded" | "canceled" | "waiting_for_capture";
}

/** Used when a payment is settled before its payer has typed a card. */
const someCard: Card = {
  first6: "555555",
  last4: "4444",
  expiryMonth: "12",
  expiryYear: "2099",
  cardType: "MasterCard",
};

/**
 * Decides a payment that the shop sees as `pending`: a held one is shown as it was executed, or its money is given
 * back; one that waits for its payer is executed, or canceled. Throws 400 for any other.
 */
export function settlePayment(bank: Bank, payment: PaymentRecord, order: SettleOrder): PaymentRecord {
  return bank.book.transact(() => {
    const cancellation = { party: order.party, reason: order.reason };
    if (payment.held) return settleHeld(bank, { ...payment, held: false }, order.status, cancellation);
    if (payment.status !== "pending") throw invalidRequest("Payment is decided already", "status");
    if (order.status === "canceled") return cancelPayment(bank, payment, cancellation);
    if (order.status === "waiting_for_capture" && rulesOf[kindOf(payment.method)].holdMs === undefined)
      throw invalidRequest("Money cannot be held with this method", "status");
    const { plannedDecline: _planned, ...rest } = payment;
    const method = isKnown(payment.method) ? payment.method : { ...payment.method, ...somebody(payment) };
    return execute(bank, { ...rest, method, capture: order.status === "succeeded" }, { threeDSecure: true });
  });
}

/** Who pays when nobody has said so: the first that would succeed. */
function somebody({ method }: PaymentRecord): Instrument {
  const [account] = accountsOf(kindOf(method));
  return account ? { account: account.id } : { card: someCard };
}

function settleHeld(
  bank: Bank,
  payment: PaymentRecord,
  status: SettleOrder["status"],
  cancellation: Decline,
): PaymentRecord {
  if (status !== "canceled" || payment.status === "canceled") {
    const shown = save(bank, "shown", payment);
    notifyShop(bank, `payment.${shown.status}`, shown);
    return shown;
  }
  if (payment.status === "succeeded") {
    bank.book.record({ kind: "reversal", paymentId: payment.id, amountMinor: payment.amountMinor });
  }
  const { capturedAtMs: _captured, authorization: _authorization, ...rest } = payment;
  return cancelPayment(bank, rest, cancellation);
}

/** Decides a refund that is `pending`. Throws 400 for any other. */
export function settleRefund(bank: Bank, refund: RefundRecord, order: SettleOrder): RefundRecord {
  if (refund.status !== "pending") throw invalidRequest("Refund is decided already", "status");
  return bank.book.transact(() =>
    order.status === "succeeded"
      ? returnMoney(bank, refund)
      : cancelRefund(bank, refund, { party: order.party, reason: order.reason }),
  );
}
