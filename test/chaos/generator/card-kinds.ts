/** What becomes of a card's charges, and what its holder does about it. */
export const CARD_KINDS = [
  "approves",
  "soft-then-approves",
  "soft-forever",
  "hard",
  "3ds-passes",
  "3ds-fails",
  "3ds-abandoned",
  "3ds-late",
] as const;
export type CardKind = (typeof CARD_KINDS)[number];

/** Of a hundred payers. */
export const CARD_SHARES: readonly (readonly [CardKind, number])[] = [
  ["approves", 66],
  ["soft-then-approves", 10],
  ["soft-forever", 5],
  ["hard", 6],
  ["3ds-passes", 9],
  ["3ds-fails", 2],
  ["3ds-abandoned", 1],
  ["3ds-late", 1],
];

/** The vendor's test card at the YooKassa face whose charges go so. */
export const YOOKASSA_CARDS: Readonly<Record<CardKind, string>> = {
  approves: "5555555555554444",
  "soft-then-approves": "5555555555554444",
  "soft-forever": "5555555555554600",
  hard: "5555555555554543",
  "3ds-passes": "5555555555554592",
  "3ds-fails": "5555555555554592",
  "3ds-abandoned": "5555555555554592",
  "3ds-late": "5555555555554592",
};

/** The same at the Stripe face. */
export const STRIPE_CARDS: Readonly<Record<CardKind, string>> = {
  approves: "pm_card_visa",
  "soft-then-approves": "pm_card_mastercard",
  "soft-forever": "pm_card_visa_chargeDeclinedInsufficientFunds",
  hard: "pm_card_visa_chargeDeclinedLostCard",
  "3ds-passes": "pm_card_authenticationRequired",
  "3ds-fails": "pm_card_authenticationRequired",
  "3ds-abandoned": "pm_card_authenticationRequired",
  "3ds-late": "pm_card_authenticationRequired",
};

/** What is typed at the bank's page. */
export const TYPED_CARDS = {
  yookassa: { number: "5555 5555 5555 4477", expiry: "12/39", csc: "737" },
  stripe: { number: "4000002760003184", expiry: "12/39", csc: "737" },
} as const;
