import { debtKey } from "./sealed.ts";

/** A card as a gateway shows it, as far as its name is made of it. */
export type NamedCard = {
  readonly kind: string;
  readonly brand?: string;
  readonly last4?: string;
  readonly expiryMonth?: number;
  readonly expiryYear?: number;
  readonly fingerprint?: string;
};

/**
 * A name for the card: one budget of tries per card (payment rules §9.2). The gateway's own name of it where there is one, the same for
 * all payers; else brand, last four and expiry, within one payer. Null: it is no card, or nobody knows which.
 */
export function cardKey(
  claimKey: Uint8Array,
  of: { readonly residentId: string; readonly gateway: string; readonly method: NamedCard },
): string | null {
  const { kind, brand, last4, expiryMonth, expiryYear, fingerprint } = of.method;
  if (fingerprint !== undefined) return debtKey(claimKey, ["card-fingerprint", of.gateway, fingerprint]);
  if (last4 === undefined) return null;
  const parts = ["card", of.residentId, kind, brand ?? "", last4, String(expiryMonth), String(expiryYear)];
  return debtKey(claimKey, parts);
}
