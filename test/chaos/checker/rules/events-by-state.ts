/** What an integrator must have been told by the state in which a thing ended, besides that it began. */
export const ENDED_AS: Readonly<Record<"payment" | "bill" | "mandate", Readonly<Record<string, string>>>> = {
  payment: {
    paid: "payment.succeeded",
    "needs-payer": "payment.needs-payer",
    returning: "payment.returning",
    // a closed payment is told by its outcome
    "gave-up": "payment.failed",
    returned: "payment.refunded",
  },
  bill: {
    paid: "bill.paid",
    "paid-elsewhere": "bill.paid-elsewhere",
    annulled: "bill.annulled",
    merged: "bill.merged",
  },
  mandate: { ended: "mandate.ended", paused: "mandate.paused" },
};

/** Whatever closed a payment otherwise stopped it. */
export const STOPPED = "payment.stopped";

/** Every type of a kind: whoever hears them all knows how a thing stands. */
export const ALL_TYPES: Readonly<Record<"payment" | "bill" | "mandate", readonly string[]>> = {
  payment: [
    "planned",
    "needs-payer",
    "changed",
    "declined",
    "succeeded",
    "returning",
    "refunded",
    "failed",
    "stopped",
  ].map((name) => `payment.${name}`),
  bill: ["arrived", "changed", "paid", "paid-elsewhere", "annulled", "merged", "reinstated"].map(
    (name) => `bill.${name}`,
  ),
  mandate: ["created", "changed", "paused", "resumed", "ended"].map((name) => `mandate.${name}`),
};

/** The first word about each. */
export const BEGUN_AS = {
  payment: "payment.planned",
  bill: "bill.arrived",
  mandate: "mandate.created",
} as const;

/** The state in which each begins. */
export const BEGINS_AS = { payment: "scheduled", bill: "owed", mandate: "active" } as const;

/** Members of `data` by which an event names what it is about. */
export const NAMED_BY = { payment: "paymentId", bill: "billId", mandate: "mandateId" } as const;

export type ToldKind = keyof typeof NAMED_BY;

export function kindOfType(type: string): ToldKind | undefined {
  const [kind = ""] = type.split(".");
  return kind in NAMED_BY ? (kind as ToldKind) : undefined;
}
