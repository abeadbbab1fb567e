import { z } from "zod";

/** The operations that a fault can be tied to. `notification` is a delivery, `confirm` the payer's last click. */
export const operations = [
  "create_payment",
  "get_payment",
  "list_payments",
  "capture",
  "cancel",
  "create_refund",
  "get_refund",
  "list_refunds",
  "create_payment_method",
  "get_payment_method",
  "me",
  "confirm",
  "notification",
  "stripe_customer",
  "stripe_payment_method",
  "stripe_create_intent",
  "stripe_retrieve",
  "stripe_list_intents",
  "stripe_update",
  "stripe_confirm",
  "stripe_cancel",
  "stripe_capture",
  "stripe_charge",
  "stripe_refund",
  "stripe_retrieve_refund",
  "stripe_list_refunds",
  "stripe_setup",
  "stripe_session",
  "stripe_other",
] as const;

export type Operation = (typeof operations)[number];

const milliseconds = z.number().int().min(0).max(86_400_000);
const longestDelayMs = 30 * 86_400_000;

const fault = z.discriminatedUnion("kind", [
  // How the operation ends.
  z.object({
    kind: z.literal("decline"),
    reason: z.string().min(1),
    party: z.string().default("payment_network"),
    /** Stripe's `advice_code` and what the network adds; `party` is YooKassa's. */
    advice: z.string().optional(),
    networkAdviceCode: z.string().optional(),
    networkDeclineCode: z.string().optional(),
  }),
  z.object({ kind: z.literal("hold") }),
  z.object({ kind: z.literal("double-debit") }),
  z.object({ kind: z.literal("wrong-amount"), amountMinor: z.number().int().positive().optional() }),
  // What the caller gets to see, after the operation was executed.
  z.object({ kind: z.literal("commit-then-drop") }),
  z.object({ kind: z.literal("commit-then-500") }),
  z.object({ kind: z.literal("bad-json") }),
  z.object({ kind: z.literal("202"), retryAfterMs: milliseconds.default(1800) }),
  z.object({
    kind: z.literal("delay"),
    ms: milliseconds,
    when: z.enum(["before", "after"]).default("after"),
  }),
  // The operation is not executed.
  z.object({ kind: z.literal("drop-before") }),
  z.object({ kind: z.literal("error-500") }),
  z.object({ kind: z.literal("429") }),
  z.object({
    kind: z.literal("status"),
    status: z.number().int().min(400).max(599),
    code: z.string().min(1),
    parameter: z.string().optional(),
  }),
  // What becomes of a notification.
  z.object({
    kind: z.literal("notification"),
    mode: z.enum(["duplicate", "late", "lost"]),
    delayMs: z.number().int().min(0).max(longestDelayMs).default(1000),
    /** Which clock a late one waits by: the machine's, or the bank's (which can be moved). */
    clock: z.enum(["real", "bank"]).default("real"),
  }),
]);

/**
 * Strikes a share of what matches, for as long as it is armed: `times` and `skip` do not count. The roll of a charge is a function of the seed alone, so
 * a repeated run strikes the same charges; orders with one seed and bands that do not overlap never strike together.
 */
const chance = z.strictObject({
  seed: z.number().int(),
  /** Rolls from `fromPercent` on, `percent` wide, of 0 … 100. */
  fromPercent: z.number().min(0).max(100).default(0),
  percent: z.number().min(0).max(100),
  /** A new roll for every request about a charge, or one that holds for all of them. */
  per: z.enum(["request", "charge"]).default("request"),
});

/** The body of `POST /control/faults`. */
export const faultOrder = z.strictObject({
  match: z
    .strictObject({
      operation: z.enum(operations).optional(),
      chargeId: z.string().optional(),
      paymentId: z.string().optional(),
      paymentMethodId: z.string().optional(),
      metadata: z.record(z.string(), z.string()).optional(),
      amountMinor: z.number().int().positive().optional(),
      event: z.string().optional(),
    })
    .default({}),
  times: z.number().int().min(1).default(1),
  skip: z.number().int().min(0).default(0),
  chance: chance.optional(),
  fault,
});

export type FaultOrder = z.infer<typeof faultOrder>;
export type Chance = z.infer<typeof chance>;
export type Fault = z.infer<typeof fault>;
export type FaultKind = Fault["kind"];

export interface ArmedFault extends FaultOrder {
  readonly id: string;
  /** How many requests have matched, the skipped ones included. */
  readonly met: number;
  readonly fired: number;
}

/** What is known of a request when faults are looked for. */
export interface FaultSubject {
  readonly operation: Operation;
  readonly chargeId?: string;
  readonly paymentId?: string;
  readonly paymentMethodId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly amountMinor?: number;
  readonly event?: string;
}

/** Kinds of one group exclude each other: a request meets at most one armed fault of each group. */
export const faultGroups = {
  outcome: ["decline", "hold", "double-debit", "wrong-amount"],
  transport: [
    "commit-then-drop",
    "commit-then-500",
    "bad-json",
    "202",
    "drop-before",
    "error-500",
    "429",
    "status",
  ],
  delay: ["delay"],
  notification: ["notification"],
} as const satisfies Record<string, readonly FaultKind[]>;

export type FaultGroup = keyof typeof faultGroups;
export type FaultOf<G extends FaultGroup> = Extract<Fault, { kind: (typeof faultGroups)[G][number] }>;
