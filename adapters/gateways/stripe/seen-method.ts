import type { SeenMethod, Wallet } from "../port.ts";
import { methodToken } from "./method-token.ts";
import type { WireCard, WirePaymentMethod } from "./shapes.ts";
import { idIn } from "./shapes.ts";

/** The vendor writes brands in small letters. */
const BRANDS: Readonly<Record<string, string>> = {
  amex: "American Express",
  diners: "Diners Club",
  discover: "Discover",
  jcb: "JCB",
  mastercard: "Mastercard",
  unionpay: "UnionPay",
  visa: "Visa",
};

const WALLETS = { apple_pay: "Apple Pay", google_pay: "Google Pay" } as const satisfies Record<
  Wallet,
  string
>;

/** A saved method; `null` where nobody owns it, for then it cannot be charged again. */
export function savedMethod(method: WirePaymentMethod): SeenMethod | null {
  const customer = idIn(method.customer);
  if (customer === null) return null;
  return cardMethod({ customer, paymentMethod: method.id }, method.card ?? {}, true);
}

/** A card as the payer knows it. */
export function cardMethod(
  parts: { readonly customer: string; readonly paymentMethod: string },
  card: WireCard,
  saved: boolean,
): SeenMethod {
  const brand = brandOf(card);
  return {
    token: methodToken(parts),
    saved,
    kind: "bank_card",
    title: titleOf(card, brand),
    ...walletOf(card),
    ...(brand === null ? {} : { brand }),
    ...(typeof card.last4 === "string" ? { last4: card.last4 } : {}),
    ...(typeof card.exp_month === "number" ? { expiryMonth: card.exp_month } : {}),
    ...(typeof card.exp_year === "number" ? { expiryYear: card.exp_year } : {}),
    ...(typeof card.fingerprint === "string" ? { fingerprint: card.fingerprint } : {}),
  };
}

/** Also where it was chosen on the vendor's own page: its rules hold wherever it came from. */
function walletOf({ wallet }: WireCard): { readonly wallet?: Wallet } {
  const type = wallet?.type;
  return type === "apple_pay" || type === "google_pay" ? { wallet: type } : {};
}

function brandOf(card: WireCard): string | null {
  return typeof card.brand === "string" ? (BRANDS[card.brand] ?? card.brand) : null;
}

/** Brand, digits and the wallet that stands before the card: they read the same in all languages. */
function titleOf(card: WireCard, brand: string | null): string {
  const { wallet: road } = walletOf(card);
  const wallet = road && WALLETS[road];
  const digits = typeof card.last4 === "string" ? `*${card.last4}` : null;
  const parts = [brand, digits, wallet === undefined ? null : `(${wallet})`];
  return parts.filter((part) => part !== null).join(" ") || "bank_card";
}
