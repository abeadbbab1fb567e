import type { Card, Decline } from "./records.ts";

/** The vendor's published test cards: the only numbers that this bank takes, so that nobody types a real card here. */
interface TestCard {
  readonly number: string;
  readonly declines?: Decline;
  readonly asksThreeDSecure?: true;
}

const network = (reason: string): Decline => ({ party: "payment_network", reason });

export const testCards: readonly TestCard[] = [
  { number: "5555555555554477", asksThreeDSecure: true },
  { number: "5555555555554444" },
  { number: "4111111111111111" },
  { number: "2202474301322987" },
  { number: "5555555555554600", declines: network("insufficient_funds") },
  { number: "5555555555554592", declines: network("3d_secure_failed") },
  { number: "5555555555554543", declines: network("card_expired") },
  { number: "5555555555554568", declines: network("fraud_suspected") },
  { number: "5555555555554634", declines: { party: "yoo_money", reason: "fraud_suspected" } },
  { number: "5555555555554527", declines: network("general_decline") },
  { number: "5555555555554501", declines: network("issuer_unavailable") },
  { number: "5555555555554576", declines: network("payment_method_limit_exceeded") },
  { number: "5555555555554550", declines: network("payment_method_restricted") },
  { number: "5555555555554535", declines: network("call_issuer") },
  { number: "5555555555554626", declines: network("invalid_csc") },
  { number: "5555555555554618", declines: network("invalid_card_number") },
  { number: "5555555555554584", declines: network("country_forbidden") },
];

/** Declines that are about typing the card: such a card cannot even be bound. The others show when it is charged. */
const bindingDeclines = new Set(["invalid_card_number", "invalid_csc"]);

/** What is typed by a person or sent in a body: lives only as long as the request. */
export interface TypedCard {
  readonly number: string;
  readonly expiryMonth: string;
  readonly expiryYear: string;
}

/** True for one of the vendor's test numbers (digits only). */
export function isTestCard(number: string): boolean {
  return testCards.some((card) => card.number === number);
}

/** The part of a card that the bank may keep: never the number, never the code on its back. */
export function keepableCard(typed: TypedCard): Card {
  return {
    first6: typed.number.slice(0, 6),
    last4: typed.number.slice(-4),
    expiryMonth: typed.expiryMonth,
    expiryYear: typed.expiryYear,
    cardType: cardType(typed.number),
  };
}

/** Why a charge of this card is declined at `nowMs` (bank time), or nothing when it goes through. */
export function declineOf(card: Card, nowMs: number): Decline | undefined {
  const known = find(card);
  if (!known) return network("invalid_card_number");
  if (known.declines) return known.declines;
  return hasExpired(card, nowMs) ? network("card_expired") : undefined;
}

/** Why a card cannot be bound at `nowMs` (bank time): only what a check without money would notice. */
export function bindingDeclineOf(card: Card, nowMs: number): Decline | undefined {
  const decline = declineOf(card, nowMs);
  if (decline && (bindingDeclines.has(decline.reason) || hasExpired(card, nowMs))) return decline;
  return undefined;
}

/** True when the issuer of this card always asks its holder for a code. */
export function asksThreeDSecure(card: Card): boolean {
  return find(card)?.asksThreeDSecure === true;
}

/** A card is good to the last moment of the month printed on it (Moscow time differs by hours only: UTC is used). */
export function hasExpired(card: Pick<Card, "expiryMonth" | "expiryYear">, nowMs: number): boolean {
  return nowMs >= Date.UTC(Number(card.expiryYear), Number(card.expiryMonth), 1);
}

function find(card: Card): TestCard | undefined {
  return testCards.find(
    ({ number }) => number.startsWith(card.first6) && number.endsWith(card.last4) && number.length === 16,
  );
}

function cardType(number: string): string {
  if (/^220[0-4]/.test(number)) return "Mir";
  if (number.startsWith("4")) return "Visa";
  return /^(5[1-5]|2[2-7])/.test(number) ? "MasterCard" : "Unknown";
}
