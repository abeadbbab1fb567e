import { invalidRequest } from "./api-error.ts";
import { checkReceipt } from "./fiscal-receipt.ts";
import { type MethodKind, kindOf, rulesOf } from "./method-kinds.ts";
import type { PaymentMethodOfPayment } from "./records.ts";
import type { CreatePayment, WireConfirmation } from "./request-shapes.ts";

/** What is refused whatever the payment is made with. */
export function checkOrder(order: CreatePayment): void {
  const sources = ["payment_token", "payment_method_id", "payment_method_data"] as const;
  const [first, second] = sources.filter((source) => order[source] !== undefined);
  if (second) throw invalidRequest(`${second} excludes every other source of the payment`, second);
  if (order.payment_token !== undefined) throw invalidRequest("Payment token is unknown", "payment_token");
  if (order.payment_order && order.payment_order.read.amount !== order.amount) {
    throw invalidRequest("Amount of the order must be equal to the payment's", "payment_order.amount");
  }
  checkReceipt(order.receipt, order.amount);
  if (!first && !order.confirmation)
    throw invalidRequest("Payment method is required", "payment_method_data");
}

/** What is refused because of the method: its limits, its ways to ask the payer, what cannot be done with it. */
export function checkForMethod(order: CreatePayment, method: PaymentMethodOfPayment): void {
  const kind = kindOf(method);
  const { smallestMinor = 1, largestMinor = Number.POSITIVE_INFINITY, holdMs, savable } = rulesOf[kind];
  if (order.amount < smallestMinor) throw invalidRequest("Amount is too small", "amount.value");
  if (order.amount > largestMinor)
    throw invalidRequest("Amount is above the limit of the method", "amount.value");
  if (!order.capture && holdMs === undefined)
    throw invalidRequest("Money cannot be held with this method", "capture");
  if (order.save_payment_method && !savable)
    throw invalidRequest("This method cannot be saved", "save_payment_method");
  if (kind !== "bank_card" && order.payment_method_data?.card)
    throw invalidRequest("This method has no card", "payment_method_data.card");
  if (kind === "mobile_balance" && method.phone === undefined)
    throw invalidRequest("Phone is required", "payment_method_data.phone");
  checkConfirmation(kind, order.confirmation);
}

/** Each method asks its payer in its own ways. */
export function checkConfirmation(kind: MethodKind, confirmation: WireConfirmation | undefined): void {
  if (confirmation && !rulesOf[kind].confirmations.includes(confirmation.type))
    throw invalidRequest("The method does not take this confirmation", "confirmation.type");
}

/** True when the shop asks for 3-D Secure whatever the card says. */
export function isEnforced(confirmation: WireConfirmation | undefined): boolean {
  return confirmation?.type === "redirect" && confirmation.enforce === true;
}
