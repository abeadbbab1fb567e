import { namedCustomer } from "./customers.ts";
import { tell } from "./events.ts";
import { type Face, born, newId, save, seconds } from "./face.ts";
import { checkUsable, namedMethod } from "./payment-methods.ts";
import type { IntentRecord, IntentStatus } from "./records.ts";
import type { CancelIntent, CreateIntent, UpdateIntent } from "./request-shapes.ts";
import { StripeError, invalidRequest, missing } from "./stripe-error.ts";
import { intentWire } from "./wire-intents.ts";

const largest = 99_999_999;
/** What about half a dollar is; other currencies: one unit. */
const smallest: Readonly<Record<string, number>> = { usd: 50, eur: 50, gbp: 30, rub: 100 };

/** `POST /v1/payment_intents`, without the confirmation that may come with it. */
export function createIntent(face: Face, order: CreateIntent, key?: string): IntentRecord {
  checkAmount(order);
  const customer = order.customer === undefined ? undefined : namedCustomer(face, order.customer).id;
  const method = order.payment_method === undefined ? undefined : namedMethod(face, order.payment_method);
  if (method) checkUsable(method, customer);
  const base = born(face, "pi");
  const intent = save(face, "created", {
    ...base,
    object: "payment_intent",
    amount: order.amount,
    currency: order.currency,
    status: method ? "requires_confirmation" : "requires_payment_method",
    customer,
    paymentMethod: method?.id,
    paymentMethodTypes: order.allowed_payment_method_types ?? ["card"],
    automaticMethods: usesAutomaticMethods(order),
    captureMethod: order.capture_method ?? "automatic_async",
    setupFutureUsage: order.setup_future_usage || undefined,
    description: order.description,
    receiptEmail: order.receipt_email,
    statementDescriptor: order.statement_descriptor,
    statementDescriptorSuffix: order.statement_descriptor_suffix,
    metadata: order.metadata ?? {},
    clientSecret: `${base.id}_${newId("secret")}`,
    confirmations: 0,
    amountReceived: 0,
  } satisfies IntentRecord);
  tell(face, "payment_intent.created", intent, key);
  return intent;
}

function checkAmount({ amount, currency }: CreateIntent): void {
  if (amount < 1) {
    throw invalidRequest(
      "This value must be greater than or equal to 1.",
      "amount",
      "parameter_invalid_integer",
    );
  }
  if (amount < (smallest[currency] ?? 1)) {
    throw invalidRequest(
      "Amount must be no less than the minimum of the currency.",
      "amount",
      "amount_too_small",
    );
  }
  if (amount > largest) {
    throw invalidRequest("Amount must be no more than 99999999.", "amount", "amount_too_large");
  }
}

function usesAutomaticMethods(order: CreateIntent): boolean {
  return order.automatic_payment_methods?.enabled ?? order.allowed_payment_method_types === undefined;
}

/** The intent with this id; throws 404. */
export function findIntent(face: Face, id: string): IntentRecord {
  const intent = face.shelf.find("payment_intent", id);
  if (!intent) throw missing("payment_intent", id, "intent");
  return intent;
}

/** 400 `payment_intent_unexpected_state`: the operation has no place in the intent's life; the key keeps this answer. */
export function unexpectedState(face: Face, intent: IntentRecord, message: string): StripeError {
  return new StripeError(400, "invalid_request_error", message, {
    code: "payment_intent_unexpected_state",
    kept: true,
    more: { payment_intent: intentWire(face, intent) },
  });
}

const changeable: readonly IntentStatus[] = ["requires_payment_method", "requires_confirmation"];

/** `POST /v1/payment_intents/{id}`: before a confirmation; any change clears the last error. */
export function updateIntent(face: Face, id: string, order: UpdateIntent): IntentRecord {
  const intent = findIntent(face, id);
  if (!changeable.includes(intent.status)) {
    throw unexpectedState(
      face,
      intent,
      `This PaymentIntent could not be updated because it has a status of ${intent.status}.`,
    );
  }
  const customer = order.customer === undefined ? intent.customer : namedCustomer(face, order.customer).id;
  return save(face, "updated", {
    ...intent,
    customer,
    description: order.description ?? intent.description,
    metadata: { ...intent.metadata, ...order.metadata },
    lastError: undefined,
  });
}

const cancelable: readonly IntentStatus[] = [
  "requires_payment_method",
  "requires_capture",
  "requires_confirmation",
  "requires_action",
];

/** `POST /v1/payment_intents/{id}/cancel`: afterwards nothing more is charged, a hold is given back. */
export function cancelIntent(face: Face, id: string, order: CancelIntent, key?: string): IntentRecord {
  const intent = findIntent(face, id);
  if (!cancelable.includes(intent.status)) {
    throw unexpectedState(
      face,
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${cancelable.join(", ")}.`,
    );
  }
  return endIntent(face, intent, order.cancellation_reason, key);
}

/** Ends an intent without money; a hold of it is given back in full. */
export function endIntent(face: Face, intent: IntentRecord, reason?: string, key?: string): IntentRecord {
  const held = intent.status === "requires_capture" ? intent.latestCharge : undefined;
  const canceled = save(face, "canceled", {
    ...intent,
    status: "canceled",
    challenge: undefined,
    canceledAt: seconds(face),
    cancellationReason: reason,
  });
  if (held !== undefined) {
    const charge = face.shelf.get("charge", held);
    const returned = save(face, "hold returned", { ...charge, amountRefunded: charge.amount });
    tell(face, reason === "automatic" ? "charge.expired" : "charge.refunded", returned, key);
  }
  tell(face, "payment_intent.canceled", canceled, key);
  return canceled;
}
