import { isCurrency, type Money, money } from "../../../domain/money.ts";
import type { Expected, SeenMethod, Sighting } from "../port.ts";
import { hasRunSince } from "./attempt.ts";
import { cardMethod } from "./seen-method.ts";
import { idIn, instant, type WireError, type WireIntent } from "./shapes.ts";

/** The vendor's answers name no end of a challenge: the engine voids the intent when the hour is over (payment rules §8.3). */
export const CONFIRMATION_MINUTES = 60;

/** What an intent must agree with, beside the payment itself. */
export type Checks = {
  readonly expected: Expected;
  /** The intent that was asked for, where one was. */
  readonly objectId?: string;
  /** The object itself was read by its id, not the answer to a request or a row of a list. */
  readonly isLook?: boolean;
  /** The vendor's `Date` of the answer. */
  readonly answeredAt?: string;
};

export type Checked =
  | { readonly kind: "seen"; readonly sighting: Sighting }
  /** The intent shows no attempt after the one before ours. */
  | { readonly kind: "not-run"; readonly objectId: string }
  /** `objectId` where the intent is surely ours and only its sum is another: a look at it by its id tells what was taken. */
  | { readonly kind: "disagrees"; readonly about: string; readonly objectId?: string };

/**
 * Checks an intent against what we asked for and says what it shows of our charge; a disagreement is named by its field, never by its values.
 *
 * Another sum than ours is no answer to a request and no row of a list (payment rules §8.1). But the intent that we hold by its id, ours in all else
 * and `succeeded`, is the best evidence there is: money that was taken is told as it was taken, be it less or more than asked (§1.4, §2.1).
 */
export function checkedSighting(intent: WireIntent, raw: Uint8Array, checks: Checks): Checked {
  const about = disagreement(intent, checks);
  if (about !== null) return { kind: "disagrees", about };
  const sum = sumDisagreement(intent, checks);
  if (sum !== null) return { kind: "disagrees", about: sum, objectId: intent.id };
  const outcome = outcomeOf(intent, checks);
  if ("kind" in outcome) {
    const sighting = { objectId: intent.id, createdAt: createdAt(intent), outcome, ...methodOf(intent), raw };
    return { kind: "seen", sighting };
  }
  return outcome.unclear === "not-run"
    ? { kind: "not-run", objectId: intent.id }
    : { kind: "disagrees", about: outcome.unclear };
}

/** A refusal of the bank, as the vendor's error names it. */
export function declineOf(error: WireError): Extract<Sighting["outcome"], { kind: "not-charged" }> {
  const advice = {
    ...(error.advice_code ? { code: error.advice_code } : {}),
    ...(error.network_advice_code ? { networkAdviceCode: error.network_advice_code } : {}),
    ...(error.network_decline_code ? { networkDeclineCode: error.network_decline_code } : {}),
  };
  return {
    kind: "not-charged",
    how: error.code === "payment_intent_payment_attempt_expired" ? "expired" : "declined",
    // Without any code the reason is in nobody's list and so asks the payer.
    reason: error.decline_code ?? error.code ?? "",
    ...(Object.keys(advice).length === 0 ? {} : { advice }),
  };
}

/** The field in which an intent is not the one that we prepared for this payment, its sum aside; `null` when it is. */
export function disagreement(intent: WireIntent, { expected, objectId }: Checks): string | null {
  if (objectId !== undefined && intent.id !== objectId) return "id";
  if (intent.metadata?.["payment_id"] !== expected.paymentId) return "metadata.payment_id";
  if (currencyOf(intent.currency) !== expected.amount.currency) return "currency";
  if (intent.livemode !== expected.livemode) return "livemode";
  return null;
}

/** The sum in which an intent differs from what was asked for; `null` where it may be taken at its word. */
export function sumDisagreement(intent: WireIntent, { expected, isLook = false }: Checks): string | null {
  const asked = expected.amount.amountMinor;
  if (intent.status !== "succeeded") return intent.amount === asked ? null : "amount";
  if (intent.amount_received <= 0) return "amount_received";
  if (isLook) return null;
  if (intent.amount !== asked) return "amount";
  return intent.amount_received === asked ? null : "amount_received";
}

type Unclear = { readonly unclear: string };

function outcomeOf(intent: WireIntent, checks: Checks): Sighting["outcome"] | Unclear {
  switch (intent.status) {
    case "succeeded":
      return charged(intent, checks.expected.amount);
    case "processing":
      return { kind: "pending" };
    case "requires_capture":
      return held(intent, checks.expected.amount);
    case "requires_action":
      return challenged(intent, checks);
    case "canceled":
      return { kind: "not-charged", how: "voided", reason: intent.cancellation_reason ?? "canceled" };
    case "requires_payment_method":
    case "requires_confirmation":
      return payable(intent, checks.expected.attemptBefore ?? null);
  }
}

function charged(intent: WireIntent, { currency }: Money): Sighting["outcome"] {
  const amount = money(intent.amount_received, currency);
  return { kind: "charged", amount, ...feeOf(intent, amount) };
}

function held(intent: WireIntent, amount: Money): Sighting["outcome"] {
  const before = chargeOf(intent)?.payment_method_details?.card?.capture_before;
  return { kind: "held", amount, ...(typeof before === "number" ? { expiresAt: instant(before) } : {}) };
}

/** Only a redirect can be done from our pages; any other action would wait for nobody. */
function challenged(intent: WireIntent, { answeredAt }: Checks): Sighting["outcome"] | Unclear {
  const confirmationUrl = intent.next_action?.redirect_to_url?.url;
  if (typeof confirmationUrl !== "string") return { unclear: "next_action" };
  return { kind: "challenged", confirmationUrl, confirmBy: confirmBy(answeredAt) };
}

/** An hour from an answer's own date, or from now where it has none. */
export function confirmBy(answeredAt: string | undefined): string {
  const dated = Date.parse(answeredAt ?? "");
  const from = Number.isNaN(dated) ? Date.now() : dated;
  return new Date(from + CONFIRMATION_MINUTES * 60_000).toISOString();
}

/** An intent that can be paid (again): declined where an attempt has run since ours began, else untouched. */
function payable(intent: WireIntent, attemptBefore: string | null): Sighting["outcome"] | Unclear {
  if (!hasRunSince(intent, attemptBefore)) return { unclear: "not-run" };
  const charge = chargeOf(intent);
  if (charge !== null && charge.status !== "failed") return { unclear: "latest_charge.status" };
  const error = intent.last_payment_error;
  if (error !== null && error !== undefined) return declineOf(error);
  return declineOf({
    ...charge?.outcome,
    type: "card_error",
    decline_code: charge?.outcome?.reason,
    code: charge?.failure_code,
  });
}

function feeOf(intent: WireIntent, asked: Money): { readonly fee?: Money } {
  const transaction = chargeOf(intent)?.balance_transaction;
  if (transaction === null || transaction === undefined || typeof transaction === "string") return {};
  // The fee is in the currency of the balance; another one cannot be set against this charge.
  if (currencyOf(transaction.currency) !== asked.currency || transaction.fee < 0) return {};
  return { fee: money(transaction.fee, asked.currency) };
}

function methodOf(intent: WireIntent): { readonly method?: SeenMethod } {
  const customer = idIn(intent.customer);
  const paymentMethod = idIn(intent.payment_method);
  const card = chargeOf(intent)?.payment_method_details?.card;
  if (customer === null || paymentMethod === null || card === null || card === undefined) return {};
  return { method: cardMethod({ customer, paymentMethod }, card, true) };
}

function createdAt(intent: WireIntent): string {
  return instant(chargeOf(intent)?.created ?? intent.created);
}

function chargeOf(intent: WireIntent): Exclude<WireIntent["latest_charge"], string | undefined> {
  const charge = intent.latest_charge;
  return charge === undefined || typeof charge === "string" ? null : charge;
}

/** The vendor writes currencies in small letters. */
export function currencyOf(wire: string): Money["currency"] | null {
  const code = wire.toUpperCase();
  return isCurrency(code) ? code : null;
}
