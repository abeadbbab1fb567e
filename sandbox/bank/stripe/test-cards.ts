import { keyedHash } from "../bank.ts";
import type { Face } from "./face.ts";
import type { CardRecord, Failure } from "./records.ts";

/** When the issuer wants to see the card's holder. */
type Asks =
  /** At every charge with the payer and at the setup; charges without the payer pass once it is set up. */
  | "unless-set-up"
  /** Always, so a charge without the payer is refused. */
  | "always"
  /** Only when the shop asks for it. */
  | "when-asked";

export interface TestCard {
  /** As in the vendor's `pm_card_…` and `tok_…`. */
  readonly name: string;
  readonly number: string;
  readonly declines?: string;
  readonly asks?: Asks;
  /** What becomes of a charge later. */
  readonly later?: "dispute" | "refund-fails" | "refund-pending";
}

/**
 * The vendor's published test cards: the only numbers that this bank takes, so that nobody types a real card here.
 * One difference on purpose: at the vendor most declining numbers cannot be saved either; here they can, because a
 * saved card that declines is what there is to test.
 */
export const testCards: readonly TestCard[] = [
  { name: "visa", number: "4242424242424242" },
  { name: "visa_debit", number: "4000056655665556" },
  { name: "mastercard", number: "5555555555554444" },
  { name: "amex", number: "378282246310005" },
  { name: "visa_chargeDeclined", number: "4000000000000002", declines: "generic_decline" },
  {
    name: "visa_chargeDeclinedInsufficientFunds",
    number: "4000000000009995",
    declines: "insufficient_funds",
  },
  { name: "visa_chargeDeclinedLostCard", number: "4000000000009987", declines: "lost_card" },
  { name: "visa_chargeDeclinedStolenCard", number: "4000000000009979", declines: "stolen_card" },
  { name: "chargeDeclinedExpiredCard", number: "4000000000000069", declines: "expired_card" },
  { name: "chargeDeclinedIncorrectCvc", number: "4000000000000127", declines: "incorrect_cvc" },
  { name: "chargeDeclinedProcessingError", number: "4000000000000119", declines: "processing_error" },
  { name: "chargeDeclinedFraudulent", number: "4100000000000019", declines: "fraudulent" },
  {
    name: "visa_chargeDeclinedVelocityLimitExceeded",
    number: "4000000000006975",
    declines: "card_velocity_exceeded",
  },
  { name: "chargeCustomerFail", number: "4000000000000341", declines: "generic_decline" },
  { name: "authenticationRequiredOnSetup", number: "4000002500003155", asks: "unless-set-up" },
  { name: "authenticationRequired", number: "4000002760003184", asks: "always" },
  {
    name: "authenticationRequiredChargeDeclinedInsufficientFunds",
    number: "4000008260003178",
    asks: "always",
    declines: "insufficient_funds",
  },
  { name: "threeDSecure2Required", number: "4000000000003220", asks: "unless-set-up" },
  { name: "threeDSecureOptional", number: "4000000000003055", asks: "when-asked" },
  {
    name: "threeDSecureRequiredChargeDeclined",
    number: "4000008400001629",
    asks: "unless-set-up",
    declines: "generic_decline",
  },
  { name: "createDispute", number: "4000000000000259", later: "dispute" },
  { name: "refundFail", number: "4000000000005126", later: "refund-fails" },
  { name: "pendingRefund", number: "4000000000007726", later: "refund-pending" },
];

/** The vendor's other names of the same cards. */
const otherNames: Readonly<Record<string, string>> = {
  chargeDeclined: "visa_chargeDeclined",
  chargeDeclinedInsufficientFunds: "visa_chargeDeclinedInsufficientFunds",
  chargeDeclinedLostCard: "visa_chargeDeclinedLostCard",
  chargeDeclinedStolenCard: "visa_chargeDeclinedStolenCard",
  chargeDeclinedVelocityLimitExceeded: "visa_chargeDeclinedVelocityLimitExceeded",
  threeDSecureRequired: "threeDSecure2Required",
};

/** Declines that are about typing the card: such a card cannot even be saved. */
const savingDeclines = new Set(["incorrect_cvc"]);

const byName = new Map(testCards.map((card) => [card.name, card]));
const byNumber = new Map(testCards.map((card) => [card.number, card]));

/** What is typed by a person or stands for it: lives only as long as the request. */
export interface TypedCard {
  readonly number: string;
  readonly expMonth: number;
  readonly expYear: number;
}

export function isTestCard(number: string): boolean {
  return byNumber.has(number);
}

/** The part of a typed card that the bank may keep. The number must be a test card's. */
export function keepableCard(face: Face, typed: TypedCard, wallet?: CardRecord["wallet"]): CardRecord {
  const card = byNumber.get(typed.number);
  if (!card) throw new Error("not a test card");
  return {
    testCard: card.name,
    brand: brandOf(typed.number),
    last4: typed.number.slice(-4),
    expMonth: typed.expMonth,
    expYear: typed.expYear,
    fingerprint: keyedHash(face.bank, typed.number).slice(0, 16),
    wallet,
  };
}

/**
 * The card that `pm_card_…` or `tok_…` stands for, good until the end of the third year from now. `tok_apple_pay` and
 * `tok_google_pay` are a good card in that wallet; a test card's name may follow: `tok_apple_pay_chargeDeclined`.
 */
export function cardByName(face: Face, text: string): CardRecord | undefined {
  const [, wallet, rest] = /^(?:pm_card|tok)_(?:(apple_pay|google_pay)(?:_|$))?(.*)$/.exec(text) ?? [];
  const name = rest === "" && wallet !== undefined ? "visa" : rest;
  const card = byName.get(otherNames[name ?? ""] ?? name ?? "");
  if (!card) return undefined;
  const expYear = new Date(face.bank.book.now()).getUTCFullYear() + 3;
  const typed = { number: card.number, expMonth: 12, expYear };
  return keepableCard(face, typed, wallet === "apple_pay" || wallet === "google_pay" ? wallet : undefined);
}

/** Why a charge of this card is declined at `nowMs` (bank time), or nothing when it goes through. */
export function declineOf(card: CardRecord, nowMs: number): Failure | undefined {
  const declines = byName.get(card.testCard)?.declines;
  if (declines !== undefined) return declined(declines);
  return hasExpired(card, nowMs) ? declined("expired_card") : undefined;
}

/** Why a card cannot be saved at `nowMs` (bank time): only what a check without money would notice. */
export function savingDeclineOf(card: CardRecord, nowMs: number): Failure | undefined {
  const declines = byName.get(card.testCard)?.declines;
  if (declines !== undefined && savingDeclines.has(declines)) return declined(declines);
  return hasExpired(card, nowMs) ? declined("expired_card") : undefined;
}

/** True when the issuer wants its holder to confirm this charge or setup. */
export function asksThreeDSecure(
  card: CardRecord,
  how: { readonly offSession: boolean; readonly setUp: boolean; readonly wanted: boolean },
): boolean {
  switch (byName.get(card.testCard)?.asks) {
    case "always":
      return true;
    case "unless-set-up":
      return !(how.offSession && how.setUp);
    case "when-asked":
      return how.wanted && !how.offSession;
    default:
      return false;
  }
}

export function laterFate(card: CardRecord): TestCard["later"] {
  return byName.get(card.testCard)?.later;
}

/** A card is good to the last moment of the month printed on it. */
export function hasExpired(card: Pick<CardRecord, "expMonth" | "expYear">, nowMs: number): boolean {
  return nowMs >= Date.UTC(card.expYear, card.expMonth, 1);
}

function brandOf(number: string): string {
  if (number.startsWith("4")) return "visa";
  return number.startsWith("3") ? "amex" : "mastercard";
}

/** Decline codes that are error codes of their own; every other one comes under `card_declined`. */
const ownCodes = new Set([
  "authentication_required",
  "expired_card",
  "incorrect_cvc",
  "incorrect_number",
  "incorrect_zip",
  "incorrect_address",
  "invalid_cvc",
  "invalid_expiry_month",
  "invalid_expiry_year",
  "invalid_number",
  "processing_error",
]);

const messages: Readonly<Record<string, string>> = {
  authentication_required: "Your card was declined. This transaction requires authentication.",
  expired_card: "Your card has expired.",
  incorrect_cvc: "Your card's security code is incorrect.",
  incorrect_number: "Your card number is incorrect.",
  insufficient_funds: "Your card has insufficient funds.",
  processing_error: "An error occurred while processing your card. Try again in a little bit.",
};

/** What the issuer and the network add to a decline of a test card. */
const additions: Readonly<Record<string, { readonly advice?: string; readonly network?: string }>> = {
  generic_decline: { advice: "try_again_later", network: "01" },
  insufficient_funds: { advice: "try_again_later", network: "51" },
  card_velocity_exceeded: { advice: "try_again_later", network: "61" },
  processing_error: { advice: "try_again_later", network: "96" },
  lost_card: { advice: "do_not_try_again", network: "41" },
  stolen_card: { advice: "do_not_try_again", network: "43" },
  fraudulent: { advice: "do_not_try_again", network: "59" },
  revocation_of_authorization: { advice: "do_not_try_again", network: "R1" },
  expired_card: { advice: "confirm_card_data", network: "54" },
  incorrect_cvc: { advice: "confirm_card_data", network: "82" },
  incorrect_number: { advice: "confirm_card_data", network: "14" },
  authentication_required: { network: "1A" },
};

/** The failure of a decline code, with what the issuer adds unless `advice` says otherwise. */
export function declined(
  declineCode: string,
  advice: Pick<Failure, "adviceCode" | "networkAdviceCode" | "networkDeclineCode"> = {},
): Failure {
  const added = additions[declineCode] ?? {};
  return {
    type: "card_error",
    code: ownCodes.has(declineCode) ? declineCode : "card_declined",
    declineCode,
    adviceCode: advice.adviceCode ?? added.advice,
    networkAdviceCode: advice.networkAdviceCode,
    networkDeclineCode: advice.networkDeclineCode ?? added.network,
    message: messages[declineCode] ?? "Your card was declined.",
  };
}
