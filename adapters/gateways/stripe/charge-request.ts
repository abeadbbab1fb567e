import type { Stripe } from "stripe";
import type { ChargeIntent, ChargeRequest } from "../port.ts";
import { partsOf } from "./method-token.ts";
import { type Fields, store } from "./stored-request.ts";

/** What every answer about an intent is asked to carry: the attempt itself, and the fee. */
export const EXPAND = ["latest_charge.balance_transaction"];

export const CONFIRM_PATH = /^\/v1\/payment_intents\/(pi_[0-9A-Za-z_]+)\/confirm$/;

const INTENT_ID = /^pi_[0-9A-Za-z_]+$/;
/** The vendor's limit for a key. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/** True when a text can be sent as an idempotency key. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/**
 * Builds the confirm of a prepared intent. Pure: equal intents give equal bytes. Amount, currency and owner stand in the intent already.
 * Throws `RangeError` for intents that cannot be sent, before any gate is passed.
 */
export function buildCharge(intent: ChargeIntent): ChargeRequest {
  const { preparedObjectId, methodToken = "", chargeId } = intent;
  if (!isKey(chargeId)) throw new RangeError("stripe: a charge's id must be usable as an idempotency key");
  if (intent.amount.amountMinor <= 0) throw new RangeError("stripe: a charge is above zero");
  if (preparedObjectId === undefined || !INTENT_ID.test(preparedObjectId)) {
    throw new RangeError("stripe: a charge confirms a prepared intent");
  }
  refuseWhatIsNotOffered(intent);
  const parts = partsOf(methodToken);
  if (parts === null) throw new RangeError("stripe: a charge needs a saved method");
  const fields = {
    payment_method: parts.paymentMethod,
    ...presence(intent),
    expand: EXPAND,
  };
  return { body: store(`/v1/payment_intents/${preparedObjectId}/confirm`, fields) };
}

/** What our capabilities do not name is never left out in silence: the caller would believe that it had been sent. */
function refuseWhatIsNotOffered({ methodKind = "bank_card", ...intent }: ChargeIntent): void {
  if (methodKind !== "bank_card") throw new RangeError(`stripe: ${methodKind} is not taken`);
  if (intent.saveMethod === true) throw new RangeError("stripe: a method is saved by a binding");
  for (const part of ["receipt", "paymentOrder", "phone"] as const) {
    if (intent[part] !== undefined) throw new RangeError(`stripe: a charge carries no ${part}`);
  }
}

/**
 * Without the payer, `off_session` makes a bank that insists on 3-D Secure end the attempt with 402 `authentication_required`, the intent payable
 * again. `error_on_requires_action` is not added: it turns *every* needed action into an error without telling the bank that nobody is there, and
 * so loses the exemptions for charges under a mandate. With the payer, 3-D Secure is asked for wherever the card knows it, as at the other gateways.
 */
function presence({ initiatedBy, returnUrl }: ChargeIntent): Fields {
  const unattended = { off_session: true } satisfies Stripe.PaymentIntentConfirmParams;
  const attended = {
    return_url: returnUrl,
    payment_method_options: { card: { request_three_d_secure: "any" } },
  } satisfies Stripe.PaymentIntentConfirmParams;
  return initiatedBy === "mit" ? unattended : attended;
}
