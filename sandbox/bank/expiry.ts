import type { Bank } from "./bank.ts";
import { endBinding } from "./payment-methods.ts";
import { cancelPayment } from "./payments.ts";
import type { PaymentRecord } from "./records.ts";

const byBank = (reason: string) => ({ party: "yoo_money", reason });

/**
 * Ends what the bank's clock has overtaken: confirmations after an hour, holds after seven days. Called before every
 * request and by a timer, so nothing is ever seen alive after its end.
 */
export function expireOverdue(bank: Bank): void {
  const { book } = bank;
  const now = book.now();
  book.transact(() => {
    for (const id of book.unfinished) {
      const payment = book.payments.get(id);
      if (payment) expirePayment(bank, payment, now);
      const method = book.methods.get(id);
      if (method?.status === "pending" && isOver(method.confirmation?.expiresAtMs, now)) {
        endBinding(bank, method, byBank("expired_on_confirmation"));
      }
    }
  });
}

function expirePayment(bank: Bank, payment: PaymentRecord, now: number): void {
  if (payment.held) return;
  if (payment.status === "pending" && isOver(payment.confirmation?.expiresAtMs, now)) {
    cancelPayment(bank, payment, byBank("expired_on_confirmation"));
  } else if (payment.status === "waiting_for_capture" && isOver(payment.holdUntilMs, now)) {
    cancelPayment(bank, payment, byBank("expired_on_capture"));
  }
}

function isOver(endMs: number | undefined, now: number): boolean {
  return endMs !== undefined && now >= endMs;
}
