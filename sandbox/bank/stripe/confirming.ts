import type { FaultOf } from "../fault-order.ts";
import { newSecret } from "../identifiers.ts";
import { type Attempt, captureHold, charge, decline } from "./charging.ts";
import { tell } from "./events.ts";
import { type Face, save } from "./face.ts";
import { endIntent, findIntent, unexpectedState } from "./intents.ts";
import { checkMandate } from "./mandates.ts";
import { checkUsable, giveTo, namedMethod } from "./payment-methods.ts";
import type {
  Challenge,
  Failure,
  IntentRecord,
  IntentStatus,
  PaymentMethodRecord,
  Planned,
} from "./records.ts";
import type { CaptureIntent, ConfirmIntent } from "./request-shapes.ts";
import { cardError, invalidRequest } from "./stripe-error.ts";
import { asksThreeDSecure, declined } from "./test-cards.ts";
import { intentWire } from "./wire-intents.ts";

/** After so many confirmations the vendor gives an intent up. */
const mostConfirmations = 20;

const confirmable: readonly IntentStatus[] = [
  "requires_payment_method",
  "requires_confirmation",
  "requires_action",
];

/** What comes with a request besides its parameters. */
export interface Circumstances {
  readonly key?: string;
  /** Takes the armed fault that decides the outcome, if there is one. */
  readonly takeFault: () => FaultOf<"outcome"> | undefined;
}

/**
 * `POST /v1/payment_intents/{id}/confirm`: the one way to money. Throws 402 when the card is declined; the intent then
 * stands in `requires_payment_method` and may be confirmed again.
 */
export function confirmIntent(
  face: Face,
  id: string,
  order: ConfirmIntent,
  with_: Circumstances,
): IntentRecord {
  const intent = findIntent(face, id);
  checkState(face, intent);
  const methodId = order.payment_method ?? intent.paymentMethod;
  if (methodId === undefined) {
    throw unexpectedState(
      face,
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    );
  }
  checkReturn(intent, order);
  const method = namedMethod(face, methodId);
  checkUsable(method, intent.customer);
  if (order.mandate !== undefined) checkMandate(face, order.mandate, method.id);
  const counted = countConfirmation(face, intent, order);
  return execute(face, order, {
    intent: counted,
    method,
    offSession: order.off_session === true,
    threeDSecure: false,
    planned: plannedBy(with_.takeFault(), intent.amount),
    key: with_.key,
  });
}

function checkState(face: Face, intent: IntentRecord): void {
  if (confirmable.includes(intent.status)) return;
  throw unexpectedState(
    face,
    intent,
    intent.status === "succeeded"
      ? "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: ${confirmable.join(", ")}.`,
  );
}

/** Methods that redirect need an address to come back to. */
function checkReturn(intent: IntentRecord, order: ConfirmIntent): void {
  if (!intent.automaticMethods || order.return_url !== undefined || order.off_session === true) return;
  if (order.use_stripe_sdk === true || order.error_on_requires_action === true) return;
  throw invalidRequest(
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.",
    "return_url",
  );
}

function countConfirmation(face: Face, intent: IntentRecord, order: ConfirmIntent): IntentRecord {
  if (intent.confirmations >= mostConfirmations) {
    const ended = endIntent(face, intent, "automatic");
    throw unexpectedState(
      face,
      ended,
      "This PaymentIntent was confirmed too many times and has been canceled.",
    );
  }
  return {
    ...intent,
    confirmations: intent.confirmations + 1,
    setupFutureUsage: order.setup_future_usage || intent.setupFutureUsage,
    receiptEmail: order.receipt_email ?? intent.receiptEmail,
  };
}

/** What an armed fault makes of the charge, whenever it is executed. */
export function plannedBy(fault: FaultOf<"outcome"> | undefined, amount: number): Planned {
  switch (fault?.kind) {
    case "hold":
      return { hold: true };
    case "wrong-amount":
      return { amount: fault.amountMinor ?? amount + 100 };
    case "double-debit":
      return { twin: true };
    case "decline":
      return { failure: declined(fault.reason, adviceOf(fault)) };
    default:
      return {};
  }
}

function adviceOf(fault: FaultOf<"outcome"> & { kind: "decline" }): Parameters<typeof declined>[1] {
  return {
    adviceCode: fault.advice,
    networkAdviceCode: fault.networkAdviceCode,
    networkDeclineCode: fault.networkDeclineCode,
  };
}

function execute(face: Face, order: ConfirmIntent, attempt: Attempt): IntentRecord {
  const wanted = order.payment_method_options?.card?.request_three_d_secure;
  const { offSession, planned } = attempt;
  const method = ownedMethod(face, attempt);
  const asks = asksThreeDSecure(method.card, {
    offSession,
    setUp: method.setUp,
    wanted: wanted === "any" || wanted === "challenge",
  });
  if (!asks || planned.failure) return orThrow(face, charge(face, { ...attempt, method }));
  if (offSession || order.error_on_requires_action === true) {
    const code = offSession ? "authentication_required" : "authentication_not_handled";
    return orThrow(face, decline(face, { ...attempt, method }, declined(code)));
  }
  return askPayer(face, attempt, order.return_url);
}

/** A method that is to be kept belongs to the customer from its first use on. */
function ownedMethod(face: Face, { intent, method, key }: Attempt): PaymentMethodRecord {
  const keeps = intent.setupFutureUsage !== undefined && intent.customer !== undefined;
  return keeps && intent.customer !== undefined && method.customer === undefined
    ? giveTo(face, method, intent.customer, key)
    : method;
}

/** A declined confirmation is answered by 402. */
function orThrow(face: Face, intent: IntentRecord): IntentRecord {
  if (intent.status !== "requires_payment_method" || !intent.lastError) return intent;
  const { lastError } = intent;
  throw cardError(lastError, {
    ...(lastError.charge === undefined ? {} : { charge: lastError.charge }),
    payment_intent: intentWire(face, intent),
  });
}

function askPayer(face: Face, attempt: Attempt, returnUrl: string | undefined): IntentRecord {
  const { method, planned, key, offSession } = attempt;
  const challenge: Challenge = {
    page: newSecret(),
    formToken: newSecret(),
    returnUrl,
    key,
    paymentMethod: method.id,
    offSession,
    planned,
  };
  const waiting = save(face, "authentication asked", {
    ...attempt.intent,
    status: "requires_action",
    paymentMethod: method.id,
    lastError: undefined,
    challenge,
  });
  tell(face, "payment_intent.requires_action", waiting, key);
  return waiting;
}

const notAuthenticated: Failure = {
  type: "invalid_request_error",
  code: "payment_intent_authentication_failure",
  message:
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
};

/**
 * The payer has answered the issuer. Confirmed: the charge is executed, and may still be declined. Refused: the intent
 * wants another method; as at the vendor no charge comes of it, so `latest_charge` stays what it was.
 */
export function answerChallenge(
  face: Face,
  intent: IntentRecord,
  confirmed: boolean,
  fault: FaultOf<"outcome"> | undefined,
): IntentRecord {
  const { challenge } = intent;
  if (intent.status !== "requires_action" || !challenge) throw new Error("nothing to confirm");
  if (confirmed) {
    const planned = { ...challenge.planned, ...plannedBy(fault, intent.amount) };
    const method = face.shelf.get("payment_method", challenge.paymentMethod);
    const { offSession, key } = challenge;
    return charge(face, { intent, method, offSession, threeDSecure: true, planned, key });
  }
  const refused = save(face, "authentication failed", {
    ...intent,
    status: "requires_payment_method",
    paymentMethod: undefined,
    challenge: undefined,
    lastError: { ...notAuthenticated, paymentMethod: challenge.paymentMethod },
  });
  tell(face, "payment_intent.payment_failed", refused, challenge.key);
  return refused;
}

/** `POST /v1/payment_intents/{id}/capture`, in full or in part; what is not captured goes back to the payer. */
export function captureIntent(face: Face, id: string, order: CaptureIntent, key?: string): IntentRecord {
  const intent = findIntent(face, id);
  if (intent.status !== "requires_capture") {
    throw unexpectedState(
      face,
      intent,
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
    );
  }
  const amount = order.amount_to_capture ?? intent.amount;
  if (amount < 1 || amount > intent.amount) {
    throw invalidRequest(
      "The amount to capture is greater than the amount held.",
      "amount_to_capture",
      "amount_too_large",
    );
  }
  const metadata = { ...intent.metadata, ...order.metadata };
  return captureHold(face, { ...intent, metadata }, amount, key);
}
