/** The ways to pay that this shop takes, in the protocol's names. (The vendor's own test shop knows cards and wallets only.) */
export const methodKinds = [
  "bank_card",
  "sbp",
  "yoo_money",
  "sberbank",
  "tinkoff_bank",
  "mobile_balance",
] as const;

export type MethodKind = (typeof methodKinds)[number];

export type ConfirmationType = "redirect" | "qr" | "external";

interface Rules {
  /** How the payer may be asked. */
  readonly confirmations: readonly ConfirmationType[];
  /** Limits of one payment in kopecks; absent: none published. */
  readonly smallestMinor?: number;
  readonly largestMinor?: number;
  /** How long money can be held before its capture; absent: not at all. */
  readonly holdMs?: number;
  readonly partialCapture: boolean;
  /** The method can be kept for payments without the payer. */
  readonly savable: boolean;
  /** It can be bound without a payment. */
  readonly bindable: boolean;
  /** How long after the payment money can be given back; a card payment that is too old is refused by its network, not at once. */
  readonly refundMs?: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** No refund by the API is possible after three years. */
export const longestRefundMs = 3 * 365 * dayMs;
/** A card payment older than about 15 months cannot be refunded: `payment_expired`. */
export const cardRefundMs = 456 * dayMs;

const wallet: Rules = {
  confirmations: ["redirect"],
  smallestMinor: 100,
  holdMs: 7 * dayMs,
  partialCapture: true,
  savable: true,
  bindable: false,
};

/** The protocol's table of methods. */
export const rulesOf: Readonly<Record<MethodKind, Rules>> = {
  bank_card: { ...wallet, largestMinor: 35_000_000, bindable: true },
  sbp: {
    confirmations: ["redirect", "qr"],
    smallestMinor: 100,
    largestMinor: 70_000_000,
    partialCapture: false,
    savable: true,
    bindable: true,
  },
  yoo_money: wallet,
  sberbank: { ...wallet, refundMs: 365 * dayMs },
  tinkoff_bank: wallet,
  mobile_balance: {
    confirmations: ["external"],
    smallestMinor: 1_000,
    largestMinor: 1_500_000,
    holdMs: 6 * hourMs,
    partialCapture: false,
    savable: false,
    bindable: false,
  },
};

/** The kind of a kept method or of a payment's method; those of the first journals were all cards. */
export function kindOf(method: { readonly type?: MethodKind }): MethodKind {
  return method.type ?? "bank_card";
}
