/** On which road a payment was asked for. */
export type PaymentRoute = "mandate" | "manual" | "batch" | "template" | "api";

/** Who waits for a gateway's turn: somebody in front of a page, a debit that is due today, or an item of a batch. */
export type Urgency = "payer-waits" | "due" | "batch";

/** Temporal's priority keys: 1 goes first, 3 is the usual one, 5 goes last. They order what queues for one gateway. */
export const PRIORITY_KEYS = { "payer-waits": 1, due: 3, batch: 5 } as const satisfies Record<
  Urgency,
  number
>;

/** An item of a batch waits behind everything, although its payer confirmed the whole batch. */
export function urgencyOf(payment: {
  readonly route: PaymentRoute;
  /** The payer has just told us to pay, and may still look at the page. */
  readonly payerWaits: boolean;
}): Urgency {
  if (payment.route === "batch") return "batch";
  return payment.payerWaits ? "payer-waits" : "due";
}
