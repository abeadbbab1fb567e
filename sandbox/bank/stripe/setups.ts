import type { FaultOf } from "../fault-order.ts";
import { newSecret } from "../identifiers.ts";
import { namedCustomer } from "./customers.ts";
import { plannedBy, type Circumstances } from "./confirming.ts";
import { tell } from "./events.ts";
import { type Face, born, newId, save } from "./face.ts";
import { giveMandate } from "./mandates.ts";
import { checkUsable, giveTo, namedMethod } from "./payment-methods.ts";
import type { Failure, PaymentMethodRecord, SetupIntentRecord } from "./records.ts";
import type { ConfirmSetup, CreateSetup, MandateData } from "./request-shapes.ts";
import { StripeError, cardError, invalidRequest, missing } from "./stripe-error.ts";
import { asksThreeDSecure, savingDeclineOf } from "./test-cards.ts";
import { setupWire } from "./wire-intents.ts";

/** `POST /v1/setup_intents`, without the confirmation that may come with it. */
export function createSetup(face: Face, order: CreateSetup, key?: string): SetupIntentRecord {
  const customer = order.customer === undefined ? undefined : namedCustomer(face, order.customer).id;
  const method = order.payment_method === undefined ? undefined : namedMethod(face, order.payment_method);
  if (method) checkUsable(method, customer);
  const base = born(face, "seti");
  const setup = save(face, "created", {
    ...base,
    object: "setup_intent",
    status: method ? "requires_confirmation" : "requires_payment_method",
    customer,
    paymentMethod: method?.id,
    paymentMethodTypes: order.allowed_payment_method_types ?? ["card"],
    automaticMethods:
      order.automatic_payment_methods?.enabled ?? order.allowed_payment_method_types === undefined,
    usage: order.usage ?? "off_session",
    description: order.description,
    metadata: order.metadata ?? {},
    clientSecret: `${base.id}_${newId("secret")}`,
  } satisfies SetupIntentRecord);
  tell(face, "setup_intent.created", setup, key);
  return setup;
}

/** The setup intent with this id; throws 404. */
export function findSetup(face: Face, id: string): SetupIntentRecord {
  const setup = face.shelf.find("setup_intent", id);
  if (!setup) throw missing("setupintent", id, "intent");
  return setup;
}

/** `POST /v1/setup_intents/{id}/confirm`; throws 402 when the card cannot be saved. */
export function confirmSetup(
  face: Face,
  id: string,
  order: ConfirmSetup,
  with_: Circumstances,
): SetupIntentRecord {
  const setup = findSetup(face, id);
  if (setup.status === "succeeded" || setup.status === "canceled" || setup.status === "processing") {
    throw setupUnexpected(
      face,
      setup,
      `You cannot confirm this SetupIntent because it has a status of ${setup.status}.`,
    );
  }
  const methodId = order.payment_method ?? setup.paymentMethod;
  if (methodId === undefined) {
    throw setupUnexpected(
      face,
      setup,
      "You cannot confirm this SetupIntent because it's missing a payment method.",
    );
  }
  if (setup.automaticMethods && order.return_url === undefined && order.use_stripe_sdk !== true) {
    throw invalidRequest(
      "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.",
      "return_url",
    );
  }
  const method = namedMethod(face, methodId);
  checkUsable(method, setup.customer);
  const after = setUp(face, setup, method, {
    returnUrl: order.return_url,
    mandateData: order.mandate_data,
    fault: with_.takeFault(),
    key: with_.key,
  });
  const { lastError } = after;
  if (after.status !== "requires_payment_method" || !lastError) return after;
  throw cardError(lastError, { setup_intent: setupWire(face, after) });
}

/** How a method is being saved. */
export interface SettingUp {
  readonly returnUrl?: string;
  readonly mandateData?: MandateData;
  readonly fault?: FaultOf<"outcome">;
  readonly key?: string;
}

/** Saves a method: refused, asked for the payer, or done. */
export function setUp(
  face: Face,
  setup: SetupIntentRecord,
  method: PaymentMethodRecord,
  how: SettingUp,
): SetupIntentRecord {
  const planned = plannedBy(how.fault, 0);
  const failure = planned.failure ?? savingDeclineOf(method.card, face.bank.book.now());
  if (failure) return failSetup(face, setup, method.id, failure, how.key);
  const asks = asksThreeDSecure(method.card, { offSession: false, setUp: false, wanted: false });
  if (!asks) return finishSetup(face, setup, method, how);
  const waiting = save(face, "authentication asked", {
    ...setup,
    status: "requires_action",
    paymentMethod: method.id,
    lastError: undefined,
    challenge: {
      page: newSecret(),
      formToken: newSecret(),
      returnUrl: how.returnUrl,
      key: how.key,
      paymentMethod: method.id,
      offSession: false,
      planned,
    },
  });
  tell(face, "setup_intent.requires_action", waiting, how.key);
  return waiting;
}

function finishSetup(
  face: Face,
  setup: SetupIntentRecord,
  method: PaymentMethodRecord,
  how: Pick<SettingUp, "mandateData" | "key">,
): SetupIntentRecord {
  const owned =
    setup.customer !== undefined && method.customer === undefined
      ? giveTo(face, method, setup.customer, how.key)
      : method;
  save(face, "set up", { ...owned, setUp: true });
  const mandate =
    setup.usage === "off_session" ? giveMandate(face, method.id, how.mandateData).id : undefined;
  const done = save(face, "succeeded", {
    ...setup,
    status: "succeeded",
    paymentMethod: method.id,
    mandate,
    lastError: undefined,
    challenge: undefined,
  });
  tell(face, "setup_intent.succeeded", done, how.key);
  return done;
}

function failSetup(
  face: Face,
  setup: SetupIntentRecord,
  paymentMethod: string,
  failure: Failure,
  key?: string,
): SetupIntentRecord {
  const failed = save(face, "failed", {
    ...setup,
    status: "requires_payment_method",
    paymentMethod: undefined,
    challenge: undefined,
    lastError: { ...failure, paymentMethod },
  });
  tell(face, "setup_intent.setup_failed", failed, key);
  return failed;
}

const notAuthenticated: Failure = {
  type: "invalid_request_error",
  code: "setup_intent_authentication_failure",
  message: "The latest attempt to set up the payment method has failed because authentication failed.",
};

/** The payer has answered the issuer about a setup. */
export function answerSetupChallenge(
  face: Face,
  setup: SetupIntentRecord,
  confirmed: boolean,
  fault: FaultOf<"outcome"> | undefined,
): SetupIntentRecord {
  const { challenge } = setup;
  if (setup.status !== "requires_action" || !challenge) throw new Error("nothing to confirm");
  const failure = confirmed ? plannedBy(fault, 0).failure : notAuthenticated;
  if (failure) return failSetup(face, setup, challenge.paymentMethod, failure, challenge.key);
  const method = face.shelf.get("payment_method", challenge.paymentMethod);
  return finishSetup(face, setup, method, { key: challenge.key });
}

/** `POST /v1/setup_intents/{id}/cancel` */
export function cancelSetup(
  face: Face,
  id: string,
  reason: string | undefined,
  key?: string,
): SetupIntentRecord {
  const setup = findSetup(face, id);
  if (setup.status === "succeeded" || setup.status === "canceled" || setup.status === "processing") {
    throw setupUnexpected(
      face,
      setup,
      `You cannot cancel this SetupIntent because it has a status of ${setup.status}.`,
    );
  }
  return endSetup(face, setup, reason, key);
}

/** Ends a setup without a saved method. */
export function endSetup(
  face: Face,
  setup: SetupIntentRecord,
  reason?: string,
  key?: string,
): SetupIntentRecord {
  const canceled = save(face, "canceled", {
    ...setup,
    status: "canceled",
    challenge: undefined,
    cancellationReason: reason,
  });
  tell(face, "setup_intent.canceled", canceled, key);
  return canceled;
}

function setupUnexpected(face: Face, setup: SetupIntentRecord, message: string): StripeError {
  return new StripeError(400, "invalid_request_error", message, {
    code: "setup_intent_unexpected_state",
    kept: true,
    more: { setup_intent: setupWire(face, setup) },
  });
}
