import { invalidRequest, notFound } from "./api-error.ts";
import type { Bank } from "./bank.ts";
import { startConfirmation } from "./confirmation.ts";
import type { TakeOutcomeFault } from "./payments.ts";
import { newObjectId } from "./identifiers.ts";
import { canBeKept } from "./instruments.ts";
import { rulesOf } from "./method-kinds.ts";
import { notifyShop } from "./notify.ts";
import { checkConfirmation, isEnforced } from "./order-checks.ts";
import type { Card, Decline, Instrument, MethodRecord } from "./records.ts";
import type { CreatePaymentMethod } from "./request-shapes.ts";
import { asksThreeDSecure, bindingDeclineOf, isTestCard, keepableCard } from "./test-cards.ts";

/** The payment method with this id; throws 404. */
export function findMethod(bank: Bank, id: string): MethodRecord {
  const method = bank.book.methods.get(id);
  if (!method) throw notFound("Payment method");
  return method;
}

/** `POST /v3/payment_methods`: binds a card or an SBP account without a payment, on the bank's page or by the card in the body. */
export function createMethod(
  bank: Bank,
  order: CreatePaymentMethod,
  takeFault: TakeOutcomeFault,
): MethodRecord {
  const now = bank.book.now();
  if (!rulesOf[order.type].bindable) throw invalidRequest("This method is saved only by a payment", "type");
  checkConfirmation(order.type, order.confirmation);
  const card = typedCard(order);
  const payerNeeded = !card || isEnforced(order.confirmation) || asksThreeDSecure(card);
  if (payerNeeded && !order.confirmation) {
    throw invalidRequest("The payer must confirm the binding: confirmation is required", "confirmation");
  }
  const fault = takeFault();
  const created = saveMethod(bank, "created", {
    kind: "payment_method",
    type: order.type,
    id: newObjectId(now),
    serial: bank.book.nextSerial(),
    status: "pending",
    createdAtMs: now,
    revoked: false,
    metadata: order.metadata,
    gatewayId: order.holder?.gateway_id ?? "100700",
    ...(card === undefined ? {} : { card }),
    ...(fault?.kind === "decline" ? { plannedDecline: { party: fault.party, reason: fault.reason } } : {}),
    ...(order.confirmation === undefined
      ? {}
      : {
          confirmation: startConfirmation(
            order.confirmation,
            { type: order.type, ...(card && { card }) },
            now,
          ),
        }),
  });
  return payerNeeded || !card ? created : bind(bank, created, { card });
}

function typedCard(order: CreatePaymentMethod): Card | undefined {
  if (!order.card) return undefined;
  if (order.type !== "bank_card") throw invalidRequest("This method has no card", "card");
  if (!isTestCard(order.card.number))
    throw invalidRequest("A test shop takes test cards only", "card.number");
  const { number, expiry_month: expiryMonth, expiry_year: expiryYear } = order.card;
  return keepableCard({ number, expiryMonth, expiryYear });
}

/** The payer's bank can pay, but keeps no permission for payments without them. */
const cannotBind: Decline = { party: "payment_network", reason: "payment_method_restricted" };

/** Ends a binding: `active`, or `inactive` when the card or account cannot be bound. */
export function bind(bank: Bank, method: MethodRecord, instrument: Instrument): MethodRecord {
  const known: MethodRecord = { ...method, ...instrument };
  const declined = known.plannedDecline ?? bindingDecline(known, bank.book.now());
  if (declined) return endBinding(bank, known, declined);
  const active = saveMethod(bank, "active", { ...known, status: "active" });
  notifyShop(bank, "payment_method.active", active);
  return active;
}

function bindingDecline(method: MethodRecord, nowMs: number): Decline | undefined {
  if (method.card) return bindingDeclineOf(method.card, nowMs);
  return canBeKept(method) ? undefined : cannotBind;
}

/** Gives a binding up; the protocol has no event for it, the shop sees `inactive`. */
export function endBinding(bank: Bank, method: MethodRecord, cancellation: Decline): MethodRecord {
  return saveMethod(bank, "not bound", { ...method, status: "inactive", cancellation });
}

/** The payer withdraws the permission at the bank: the method is `inactive`, charges decline with `permission_revoked`. */
export function revokeMethod(bank: Bank, id: string): MethodRecord {
  return saveMethod(bank, "revoked", { ...findMethod(bank, id), status: "inactive", revoked: true });
}

/** The issuer has sent its holder a card with a new expiry; the protocol has no event for it. */
export function renewMethod(
  bank: Bank,
  id: string,
  renewed: Pick<Card, "expiryMonth" | "expiryYear">,
): MethodRecord {
  const method = findMethod(bank, id);
  if (!method.card) throw invalidRequest("This method has no card", "id");
  return saveMethod(bank, "renewed", { ...method, card: { ...method.card, ...renewed } });
}

/** Stores a payment method as it is now. */
export function saveMethod(bank: Bank, change: string, record: MethodRecord): MethodRecord {
  bank.book.record({ kind: "method", change, record });
  return record;
}
