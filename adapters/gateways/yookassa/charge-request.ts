import { toDecimal } from "../../../domain/money.ts";
import type { ChargeIntent, ChargeRequest } from "../port.ts";

/** The vendor's limit for a key: 64 characters of this alphabet. */
const KEY = /^[0-9a-zA-Z+\-_.]{1,64}$/;
const LONGEST_DESCRIPTION = 128;
const LONGEST_PAYER_REFERENCE = 200;
export const LOCALES = { ru: "ru_RU", en: "en_US" } as const satisfies Record<ChargeIntent["locale"], string>;

/** True when a charge's id can be sent as an idempotency key. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/**
 * Builds the body of `POST /payments`. Pure: equal intents give equal bytes. `capture` is always true, else the money would only be held.
 * Throws `RangeError` for intents that cannot be sent, before any gate is passed.
 */
export function buildCharge(intent: ChargeIntent): ChargeRequest {
  if (!isKey(intent.chargeId))
    throw new RangeError("yookassa: a charge's id must be usable as an idempotency key");
  if (intent.amount.amountMinor <= 0) throw new RangeError("yookassa: a charge is above zero");
  const body = {
    amount: { value: toDecimal(intent.amount), currency: intent.amount.currency },
    capture: true,
    description: Array.from(intent.description).slice(0, LONGEST_DESCRIPTION).join(""),
    ...source(intent),
    metadata: { charge_id: intent.chargeId, payment_id: intent.paymentId, engine: "kvitok" },
  };
  return { body: new TextEncoder().encode(JSON.stringify(body)) };
}

/** Where the money comes from, and whether the payer is sent to the bank for it. */
function source(intent: ChargeIntent): Record<string, unknown> {
  const { methodToken } = intent;
  if (intent.initiatedBy === "mit") {
    if (methodToken === undefined)
      throw new RangeError("yookassa: a charge without the payer needs a saved method");
    return { payment_method_id: methodToken };
  }
  const confirmation = { type: "redirect", return_url: intent.returnUrl, locale: LOCALES[intent.locale] };
  // A saved method is charged without any question unless 3-D Secure is enforced.
  if (methodToken !== undefined) {
    return { payment_method_id: methodToken, confirmation: { ...confirmation, enforce: true } };
  }
  if (intent.payerReference.length > LONGEST_PAYER_REFERENCE) {
    throw new RangeError("yookassa: the payer's reference has at most 200 characters");
  }
  return {
    payment_method_data: { type: "bank_card" },
    confirmation,
    merchant_customer_id: intent.payerReference,
  };
}
