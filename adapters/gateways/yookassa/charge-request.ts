import { toDecimal } from "../../../domain/money.ts";
import type { ChargeIntent, ChargeRequest, MethodKind } from "../port.ts";
import { cut, demand, demandText } from "./field-limits.ts";
import { wirePaymentOrder } from "./payment-order.ts";
import { internationalPhone, wireReceipt } from "./receipt.ts";

/** The vendor's limit for a key: 64 characters of this alphabet. */
const KEY = /^[0-9a-zA-Z+\-_.]{1,64}$/;
const LONGEST_DESCRIPTION = 128;
const LONGEST_PAYER_REFERENCE = 200;
export const LONGEST_RETURN_URL = 2048;
export const LOCALES = { ru: "ru_RU", en: "en_US" } as const satisfies Record<ChargeIntent["locale"], string>;

/** Kinds that the vendor keeps for charges without the payer (protocol facts §1.11). */
export const SAVABLE = [
  "bank_card",
  "sbp",
  "yoo_money",
  "sberbank",
  "tinkoff_bank",
] as const satisfies readonly MethodKind[];

/** What a shop may oblige every charge to carry. */
export type ShopDuties = {
  /** A shop of the utilities kind: `payment_order` in every payment. */
  readonly paymentOrder: boolean;
};

/** True when an id of ours can be sent as an idempotency key. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/**
 * Builds the body of `POST /payments`. Pure: equal intents give equal bytes. `capture` is always true, else the money would only be held.
 * Throws `RangeError` naming the field for intents that cannot be sent, before any gate is passed.
 */
export function buildCharge(
  intent: ChargeIntent,
  duties: ShopDuties = { paymentOrder: false },
): ChargeRequest {
  demand(isKey(intent.chargeId), "a charge's id", "must be usable as an idempotency key");
  demand(intent.amount.amountMinor > 0, "amount.value", "is above zero");
  const { amount, paymentOrder, receipt } = intent;
  demand(!duties.paymentOrder || paymentOrder !== undefined, "payment_order", "is a duty of this shop");
  const body = {
    amount: { value: toDecimal(amount), currency: amount.currency },
    capture: true,
    description: cut(intent.description, LONGEST_DESCRIPTION),
    ...source(intent),
    metadata: { charge_id: intent.chargeId, payment_id: intent.paymentId, engine: "kvitok" },
    ...(paymentOrder === undefined ? {} : { payment_order: wirePaymentOrder(paymentOrder, amount) }),
    ...(receipt === undefined ? {} : { receipt: wireReceipt(receipt, amount) }),
  };
  return { body: new TextEncoder().encode(JSON.stringify(body)) };
}

/** Where the money comes from, and whether the payer is asked for it. */
function source(intent: ChargeIntent): Record<string, unknown> {
  const { methodToken, methodKind = "bank_card" } = intent;
  if (methodToken !== undefined) return savedMethod(intent, methodToken);
  demand(intent.initiatedBy === "cit", "payment_method_id", "is needed for a charge without the payer");
  return methodKind === "mobile_balance" ? phoneAccount(intent) : chosenMethod(intent, methodKind);
}

function savedMethod(intent: ChargeIntent, token: string): Record<string, unknown> {
  const { methodKind = "bank_card" } = intent;
  demand(isSavable(methodKind), "payment_method_id", `cannot be of the kind ${methodKind}`);
  // A saved method is charged without any question, also with the payer there; only a card can be made to ask, by enforced 3-D Secure.
  if (intent.initiatedBy === "mit" || methodKind !== "bank_card") return { payment_method_id: token };
  return { payment_method_id: token, confirmation: { ...redirect(intent), enforce: true } };
}

/** Everything that the payer enters or confirms on a page of the gateway or of their bank. */
function chosenMethod(intent: ChargeIntent, kind: MethodKind): Record<string, unknown> {
  return {
    payment_method_data: { type: kind },
    confirmation: redirect(intent),
    ...(intent.saveMethod === true ? { save_payment_method: true } : {}),
    merchant_customer_id: demandText(intent.payerReference, "merchant_customer_id", LONGEST_PAYER_REFERENCE),
  };
}

/** The operator asks the payer by SMS; there is no page. */
function phoneAccount(intent: ChargeIntent): Record<string, unknown> {
  demand(intent.saveMethod !== true, "save_payment_method", "is not possible for mobile_balance");
  const phone = internationalPhone(intent.phone ?? "", "payment_method_data.phone");
  return { payment_method_data: { type: "mobile_balance", phone }, confirmation: { type: "external" } };
}

function redirect(intent: ChargeIntent): Record<string, unknown> {
  const return_url = demandText(intent.returnUrl, "confirmation.return_url", LONGEST_RETURN_URL);
  return { type: "redirect", return_url, locale: LOCALES[intent.locale] };
}

function isSavable(kind: MethodKind): boolean {
  return SAVABLE.some((savable) => savable === kind);
}
