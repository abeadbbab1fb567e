import type { Face } from "./face.ts";
import type { Challenge, IntentRecord, RememberedFailure, SetupIntentRecord, Wire } from "./records.ts";
import { failureDetails } from "./stripe-error.ts";
import { cardWire } from "./wire-card.ts";

/** A payment intent as it is now. */
export function intentWire(face: Face, intent: IntentRecord): Wire {
  return {
    id: intent.id,
    object: "payment_intent",
    allowed_payment_method_types: intent.automaticMethods ? null : intent.paymentMethodTypes,
    amount: intent.amount,
    amount_capturable: capturable(face, intent),
    amount_details: { tip: {} },
    amount_received: intent.amountReceived,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: automatic(intent),
    canceled_at: intent.canceledAt ?? null,
    cancellation_reason: intent.cancellationReason ?? null,
    capture_method: intent.captureMethod,
    client_secret: intent.clientSecret,
    confirmation_method: "automatic",
    created: intent.created,
    currency: intent.currency,
    customer: intent.customer ?? null,
    customer_account: null,
    description: intent.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: errorWire(face, intent.lastError),
    latest_charge: intent.latestCharge ?? null,
    livemode: false,
    managed_payments: null,
    metadata: intent.metadata,
    next_action: intent.status === "requires_action" ? nextAction(face, intent.challenge) : null,
    on_behalf_of: null,
    payment_method: intent.paymentMethod ?? null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: "automatic",
      },
    },
    payment_method_types: intent.paymentMethodTypes,
    payment_record: null,
    processing: intent.status === "processing" ? { card: {}, type: "card" } : null,
    receipt_email: intent.receiptEmail ?? null,
    review: null,
    setup_future_usage: intent.setupFutureUsage ?? null,
    shipping: null,
    source: null,
    statement_descriptor: intent.statementDescriptor ?? null,
    statement_descriptor_suffix: intent.statementDescriptorSuffix ?? null,
    status: intent.status,
    transfer_data: null,
    transfer_group: null,
  };
}

/** A setup intent as it is now. */
export function setupWire(face: Face, setup: SetupIntentRecord): Wire {
  return {
    id: setup.id,
    object: "setup_intent",
    allowed_payment_method_types: setup.automaticMethods ? null : setup.paymentMethodTypes,
    application: null,
    automatic_payment_methods: automatic(setup),
    cancellation_reason: setup.cancellationReason ?? null,
    client_secret: setup.clientSecret,
    created: setup.created,
    customer: setup.customer ?? null,
    customer_account: null,
    description: setup.description ?? null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: errorWire(face, setup.lastError),
    latest_attempt: null,
    livemode: false,
    mandate: setup.mandate ?? null,
    metadata: setup.metadata,
    next_action: setup.status === "requires_action" ? nextAction(face, setup.challenge) : null,
    on_behalf_of: null,
    payment_method: setup.paymentMethod ?? null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { mandate_options: null, network: null, request_three_d_secure: "automatic" },
    },
    payment_method_types: setup.paymentMethodTypes,
    single_use_mandate: null,
    status: setup.status,
    usage: setup.usage,
  };
}

function capturable(face: Face, intent: IntentRecord): number {
  if (intent.status !== "requires_capture" || intent.latestCharge === undefined) return 0;
  return face.shelf.get("charge", intent.latestCharge).amount;
}

function automatic(intent: { readonly automaticMethods: boolean }): Wire | null {
  return intent.automaticMethods ? { allow_redirects: "always", enabled: true } : null;
}

function errorWire(face: Face, error: RememberedFailure | undefined): Wire | null {
  if (!error) return null;
  const method =
    error.paymentMethod === undefined ? undefined : face.shelf.find("payment_method", error.paymentMethod);
  return {
    ...(error.charge === undefined ? {} : { charge: error.charge }),
    code: error.code,
    ...failureDetails(error),
    doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll("_", "-")}`,
    message: error.message,
    ...(method ? { payment_method: cardWire(method) } : {}),
    type: error.type,
  };
}

/** Where the payer is to go on; without an address to return to, only the vendor's script could lead there. */
function nextAction(face: Face, challenge: Challenge | undefined): Wire | null {
  if (!challenge) return null;
  const url = `${face.bank.origin()}/stripe/authenticate/${challenge.page}`;
  return challenge.returnUrl === undefined
    ? { type: "use_stripe_sdk", use_stripe_sdk: { stripe_js: url, type: "three_d_secure_redirect" } }
    : { redirect_to_url: { return_url: challenge.returnUrl, url }, type: "redirect_to_url" };
}
