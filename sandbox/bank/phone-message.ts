import { invalidRequest } from "./api-error.ts";
import type { Bank } from "./bank.ts";
import { answerAgreement, isOpen } from "./checkout/visit.ts";
import { expireOverdue } from "./expiry.ts";
import { findPayment } from "./payments.ts";
import type { PaymentRecord } from "./records.ts";

/** The payer answers the operator's message about a payment; throws 400 when nothing waits for an answer any more. */
export function answerMessage(
  bank: Bank,
  payment: PaymentRecord,
  answer: "confirm" | "refuse",
): PaymentRecord {
  expireOverdue(bank);
  const now = findPayment(bank, payment.id);
  if (now.confirmation?.step !== "message" || !isOpen(now))
    throw invalidRequest("No message waits for an answer", "id");
  answerAgreement(bank, now, answer === "refuse" ? "refuse" : {});
  return findPayment(bank, payment.id);
}
