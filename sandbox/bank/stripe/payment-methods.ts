import { keyedHash } from "../bank.ts";
import { namedCustomer } from "./customers.ts";
import { tell } from "./events.ts";
import { type Face, born, save } from "./face.ts";
import type { CardRecord, Metadata, PaymentMethodRecord } from "./records.ts";
import type { CreatePaymentMethod } from "./request-shapes.ts";
import { cardError, invalidRequest, missing } from "./stripe-error.ts";
import { cardByName, declined, hasExpired, isTestCard, keepableCard, savingDeclineOf } from "./test-cards.ts";

/** `POST /v1/payment_methods`: from a test card's number, or from a token (of a wallet, too). */
export function createMethod(face: Face, order: CreatePaymentMethod): PaymentMethodRecord {
  return keepMethod(face, cardOf(face, order.card), order.metadata ?? {});
}

function cardOf(face: Face, typed: CreatePaymentMethod["card"]): CardRecord {
  if (typed.token !== undefined) {
    const card = typed.token.startsWith("tok_") ? cardByName(face, typed.token) : undefined;
    if (!card) throw missing("token", typed.token, "card[token]", 400);
    return card;
  }
  const { number, exp_month: expMonth, exp_year: expYear } = typed;
  if (number === undefined || expMonth === undefined || expYear === undefined) {
    throw invalidRequest("Missing required param: card[number].", "card[number]", "parameter_missing");
  }
  if (!isTestCard(number)) throw cardError(declined("incorrect_number"), {});
  if (expMonth < 1 || expMonth > 12) throw cardError(declined("invalid_expiry_month"), {});
  if (hasExpired({ expMonth, expYear }, face.bank.book.now())) {
    throw cardError(declined("invalid_expiry_year"), {});
  }
  return keepableCard(face, { number, expMonth, expYear });
}

/** A fresh method that belongs to nobody yet. */
export function keepMethod(face: Face, card: CardRecord, metadata: Metadata = {}): PaymentMethodRecord {
  return save(face, "created", {
    ...born(face, "pm"),
    object: "payment_method",
    card,
    metadata,
    setUp: false,
    detached: false,
    revoked: false,
  });
}

/**
 * A method named by a parameter. The vendor's `pm_card_…` are patterns: each use makes a method of its own. Throws 400
 * when there is none.
 */
export function namedMethod(face: Face, id: string): PaymentMethodRecord {
  const known = face.shelf.find("payment_method", id);
  if (known) return known;
  const card = id.startsWith("pm_card_") ? cardByName(face, id) : undefined;
  if (!card) throw missing("PaymentMethod", id, "payment_method", 400);
  return keepMethod(face, card);
}

/** `POST /v1/payment_methods/{id}/attach` */
export function attachMethod(face: Face, id: string, customerId: string, key?: string): PaymentMethodRecord {
  const customer = namedCustomer(face, customerId);
  const method = namedMethod(face, id);
  if (method.detached) throw notAgain();
  if (method.customer !== undefined && method.customer !== customer.id) {
    throw invalidRequest("The payment method you provided has already been attached to a customer.");
  }
  const failure = savingDeclineOf(method.card, face.bank.book.now());
  if (failure) throw cardError(failure, {});
  return method.customer === customer.id ? method : giveTo(face, method, customer.id, key);
}

/** Attaches a method to its customer and says so. */
export function giveTo(
  face: Face,
  method: PaymentMethodRecord,
  customer: string,
  key?: string,
): PaymentMethodRecord {
  const attached = save(face, "attached", { ...method, customer });
  tell(face, "payment_method.attached", attached, key);
  return attached;
}

/** `POST /v1/payment_methods/{id}/detach`: for good. */
export function detachMethod(face: Face, id: string, key?: string): PaymentMethodRecord {
  const method = face.shelf.find("payment_method", id);
  if (!method) throw missing("PaymentMethod", id, "payment_method");
  if (method.customer === undefined) {
    throw invalidRequest(
      "The payment method you provided is not attached to a customer so detachment is impossible.",
      "payment_method",
    );
  }
  const detached = save(face, "detached", { ...method, customer: undefined, detached: true });
  tell(face, "payment_method.detached", detached, key);
  return detached;
}

/** The issuer has replaced the card, and the networks' updater tells the vendor: the method stays, its card is another one. */
export function renewMethod(
  face: Face,
  id: string,
  renewed: { readonly last4: string; readonly expMonth: number; readonly expYear: number },
): PaymentMethodRecord {
  const method = face.shelf.find("payment_method", id);
  if (!method) throw missing("PaymentMethod", id, "payment_method");
  const fingerprint = keyedHash(face.bank, `${method.card.fingerprint}/${renewed.last4}`).slice(0, 16);
  const card = { ...method.card, ...renewed, fingerprint };
  const updated = save(face, "renewed", { ...method, card });
  tell(face, "payment_method.automatically_updated", updated);
  return updated;
}

/** Checks that a method may be used by this customer (or by nobody in particular); throws 400. */
export function checkUsable(method: PaymentMethodRecord, customer: string | undefined): void {
  if (method.detached) throw notAgain();
  if (method.customer === undefined || method.customer === customer) return;
  throw invalidRequest(
    customer === undefined
      ? "The provided PaymentMethod belongs to a customer. Please include the Customer in the `customer` parameter."
      : `The provided PaymentMethod cannot be attached. The customer ${customer} does not own it.`,
    "payment_method",
  );
}

function notAgain() {
  return invalidRequest(
    "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.",
    "payment_method",
  );
}
