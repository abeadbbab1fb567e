import type { ChargeIntent, Expected, Gateway } from "../../../adapters/gateways/port.ts";
import { createStripe } from "../../../adapters/gateways/stripe/stripe.ts";
import type { PretendGateway } from "../yookassa/pretend-gateway.ts";

export const ACCOUNT = "acct_1KvitokExample";
export const SECRET_KEY = "sk_test_51OfTheExamples";
export const WEBHOOK_SECRET = "whsec_test_fixture_1";
export const OBJECT = "pi_3KvitokExample1";
export const TOKEN = "cus_Example1/pm_1Example1";

export const EXPECTED: Expected = {
  chargeId: "KV-7F3K-9Q2M-0001-1",
  paymentId: "KV-7F3K-9Q2M-0001",
  amount: { amountMinor: 153_050, currency: "EUR" },
  livemode: false,
  attemptBefore: null,
};

export const INTENT: ChargeIntent = {
  chargeId: EXPECTED.chargeId,
  paymentId: EXPECTED.paymentId,
  amount: EXPECTED.amount,
  description: "Utilities, 04.2026",
  initiatedBy: "mit",
  methodToken: TOKEN,
  payerReference: "payer-7f3c",
  returnUrl: "http://127.0.0.1:4600/return/1",
  locale: "en",
  preparedObjectId: OBJECT,
};

/** A charge object of the vendor: one attempt. */
export function attempt(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "ch_3Attempt1",
    object: "charge",
    status: "succeeded",
    created: 1_775_368_801,
    failure_code: null,
    outcome: { reason: null, type: "authorized", network_status: "approved_by_network" },
    payment_method_details: {
      type: "card",
      card: {
        brand: "visa",
        last4: "4242",
        exp_month: 12,
        exp_year: 2039,
        fingerprint: "Fp4242",
        wallet: null,
        capture_before: null,
      },
    },
    balance_transaction: { id: "txn_1", object: "balance_transaction", fee: 4_700, currency: "eur" },
    ...change,
  };
}

/** An intent of the vendor that agrees with {@link EXPECTED}. */
export function intent(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: OBJECT,
    object: "payment_intent",
    status: "succeeded",
    amount: 153_050,
    amount_received: 153_050,
    currency: "eur",
    livemode: false,
    created: 1_775_368_800,
    customer: "cus_Example1",
    client_secret: `${OBJECT}_secret_NobodySeesThis`,
    payment_method: "pm_1Example1",
    latest_charge: attempt(),
    last_payment_error: null,
    cancellation_reason: null,
    next_action: null,
    metadata: { payment_id: EXPECTED.paymentId, engine: "kvitok" },
    ...change,
  };
}

/** The intent before anybody confirmed it. */
export function unconfirmed(change: Record<string, unknown> = {}): Record<string, unknown> {
  return intent({
    status: "requires_payment_method",
    amount_received: 0,
    payment_method: null,
    latest_charge: null,
    ...change,
  });
}

/** An error of the vendor. */
export function errorOf(change: Record<string, unknown> = {}): { readonly error: Record<string, unknown> } {
  return {
    error: {
      type: "invalid_request_error",
      message: "Secret words about 4111 1111 1111 1111",
      doc_url: "https://docs.example/errors",
      ...change,
    },
  };
}

/** A decline with the intent that it speaks of. */
export function decline(
  change: Record<string, unknown> = {},
  of: Record<string, unknown> = declined(),
): { readonly error: Record<string, unknown> } {
  const failed = { type: "card_error", code: "card_declined", decline_code: "insufficient_funds" };
  return errorOf({ ...failed, charge: "ch_3Attempt1", ...change, payment_intent: of });
}

/** The intent after a decline. */
export function declined(change: Record<string, unknown> = {}): Record<string, unknown> {
  return unconfirmed({
    latest_charge: "ch_3Attempt1",
    last_payment_error: {
      type: "card_error",
      code: "card_declined",
      decline_code: "insufficient_funds",
      charge: "ch_3Attempt1",
    },
    ...change,
  });
}

export function adapterAt(port: number, timeouts = { connectMs: 2_000, answerMs: 5_000 }): Gateway {
  return adapterAtUrl(`http://127.0.0.1:${port}`, timeouts);
}

export function adapterAtUrl(url: string, timeouts = { connectMs: 2_000, answerMs: 5_000 }): Gateway {
  return createStripe({
    url,
    secretKey: SECRET_KEY,
    account: ACCOUNT,
    livemode: false,
    webhookSecrets: [WEBHOOK_SECRET],
    timeouts,
  });
}

/** Sends the example charge. */
export function send(
  gateway: Gateway,
  {
    expected = EXPECTED,
    mayStillSend = () => true,
  }: { expected?: Expected; mayStillSend?: () => boolean } = {},
) {
  const { body } = gateway.buildCharge(INTENT);
  return gateway.sendCharge({ key: INTENT.chargeId, body, expected, mayStillSend });
}

/** A part that an adapter must have. */
export function must<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error("the adapter lacks a part");
  return part;
}

/** The form of one arrived request, name by name. */
export function formOf(server: PretendGateway, index = -1): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(server.arrived.at(index)?.body ?? ""));
}
