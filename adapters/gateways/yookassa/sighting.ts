import { equal, isCurrency, isPositive, type Money, parseDecimal, subtract } from "../../../domain/money.ts";
import type { Expected, SeenMethod, Sighting } from "../port.ts";
import type { WireMethod, WirePayment } from "./shapes.ts";

/** Minutes that the payer has to confirm, by method; the vendor names them in its manual, not in its answers. */
const CONFIRMATION_MINUTES: Readonly<Record<string, number>> = { b2b_sberbank: 480 };
export const USUAL_CONFIRMATION_MINUTES = 60;

/** What a payment object must agree with, beside the charge itself. */
export type Checks = {
  readonly expected: Expected;
  readonly shopId: string;
  /** The id that was asked for, where one was: then the object itself is looked at. */
  readonly objectId?: string;
};

export type Checked =
  | { readonly kind: "seen"; readonly sighting: Sighting }
  /** `objectId` where the object is surely ours and only its sum is another: a look at it by its id tells what was taken. */
  | { readonly kind: "disagrees"; readonly about: string; readonly objectId?: string };

/**
 * Checks an object against what we asked for and says what it shows; a disagreement is named by its field, never by its values.
 *
 * Another sum than ours is no answer to a request and no row of a list (payment rules §8.1). But the object that we hold by its id, ours in all else
 * and `succeeded`, is the best evidence there is: money that was taken is told as it was taken, be it less or more than asked (§1.4, §2.1).
 */
export function checkedSighting(payment: WirePayment, raw: Uint8Array, checks: Checks): Checked {
  const about = disagreement(payment, checks);
  if (about !== null) return { kind: "disagrees", about };
  const amount = trustedAmount(payment, checks);
  if (amount === null) return { kind: "disagrees", about: "amount.value", objectId: payment.id };
  const method = payment.payment_method === undefined ? {} : { method: seenMethod(payment.payment_method) };
  const outcome = outcomeOf(payment, amount);
  return {
    kind: "seen",
    sighting: { objectId: payment.id, createdAt: payment.created_at, outcome, ...method, raw },
  };
}

function disagreement(payment: WirePayment, checks: Checks): string | null {
  const { expected, shopId, objectId } = checks;
  if (objectId !== undefined && payment.id !== objectId) return "id";
  if (payment.metadata?.charge_id !== expected.chargeId) return "metadata.charge_id";
  if (payment.amount.currency !== expected.amount.currency) return "amount.currency";
  if (payment.recipient.account_id !== shopId) return "recipient.account_id";
  if (payment.test === expected.livemode) return "test";
  if (payment.status === "succeeded" && !payment.paid) return "paid";
  return null;
}

/** The sum that the object may be taken at its word for; null where it is not ours. */
function trustedAmount(payment: WirePayment, { expected, objectId }: Checks): Money | null {
  const amount = moneyOf(payment.amount);
  if (amount === null || equal(amount, expected.amount)) return amount;
  return objectId !== undefined && payment.status === "succeeded" && isPositive(amount) ? amount : null;
}

function outcomeOf(payment: WirePayment, amount: Money): Sighting["outcome"] {
  switch (payment.status) {
    case "succeeded":
      return { kind: "charged", amount, ...feeOf(payment, amount) };
    case "waiting_for_capture":
      return {
        kind: "held",
        amount,
        ...(payment.expires_at === undefined ? {} : { expiresAt: payment.expires_at }),
      };
    case "pending":
      return waiting(payment);
    case "canceled":
      return notCharged(payment);
  }
}

/** The payer is needed only where there is a link for them, or a message outside of any page; else nobody can hurry the payment. */
function waiting(payment: WirePayment): Sighting["outcome"] {
  const confirmationUrl = payment.confirmation?.confirmation_url;
  if (confirmationUrl === undefined && payment.confirmation?.type !== "external") return { kind: "pending" };
  const minutes = CONFIRMATION_MINUTES[payment.payment_method?.type ?? ""] ?? USUAL_CONFIRMATION_MINUTES;
  return {
    kind: "challenged",
    ...(confirmationUrl === undefined ? {} : { confirmationUrl }),
    confirmBy:
      payment.expires_at ?? new Date(Date.parse(payment.created_at) + minutes * 60_000).toISOString(),
  };
}

function notCharged(payment: WirePayment): Sighting["outcome"] {
  const details = payment.cancellation_details;
  // The vendor may leave the details out; the empty reason is in nobody's list and so asks the payer.
  const reason = details?.reason ?? "";
  return {
    kind: "not-charged",
    how: howOf(reason),
    reason,
    ...(details === undefined ? {} : { party: details.party }),
  };
}

function howOf(reason: string): "declined" | "expired" | "voided" {
  if (reason === "expired_on_confirmation" || reason === "expired_on_capture") return "expired";
  return reason === "canceled_by_merchant" ? "voided" : "declined";
}

/** The vendor's fee is what it does not pass on; absent or nonsensical income names no fee. */
function feeOf(payment: WirePayment, amount: Money): { readonly fee?: Money } {
  const income = payment.income_amount === undefined ? null : moneyOf(payment.income_amount);
  if (income === null || income.currency !== amount.currency) return {};
  const fee = subtract(amount, income);
  return fee.amountMinor >= 0 ? { fee } : {};
}

/** An amount of the vendor; null when it is none that we can hold. */
export function moneyOf(amount: WirePayment["amount"]): Money | null {
  return isCurrency(amount.currency) ? parseDecimal(amount.value, amount.currency) : null;
}

/** A method as the payer knows it. It counts as saved only when the vendor says saved **and** active. */
export function seenMethod(method: WireMethod): SeenMethod {
  const { card } = method;
  return {
    token: method.id,
    saved: method.saved && method.status === "active",
    kind: method.type,
    // The vendor's own title is in one language; brand and digits read the same in all.
    title:
      card === undefined ? (method.title ?? method.type) : `${card.card_type ?? ""} *${card.last4}`.trim(),
    ...(card === undefined ? {} : { last4: card.last4 }),
    ...(card?.card_type === undefined ? {} : { brand: card.card_type }),
    ...(card?.expiry_month === undefined ? {} : { expiryMonth: Number(card.expiry_month) }),
    ...(card?.expiry_year === undefined ? {} : { expiryYear: Number(card.expiry_year) }),
  };
}
