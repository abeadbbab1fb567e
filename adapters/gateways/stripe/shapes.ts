import { z } from "zod";

/** What we read of the vendor's objects (API v1). Fields that we do not name are let through; a field of another shape makes the answer unreadable. */

/** What only decorates (a card's print, a wallet's name) never makes money's answer unreadable: when odd it counts as absent. */
const decoration = <Shape extends z.ZodType>(shape: Shape) => shape.nullish().catch(undefined);

const idOf = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9A-Za-z_]{1,250}$`));
const code = decoration(z.string().max(200));
const minor = z.number().int();
const seconds = z.number().int().positive();
const metadata = z.record(z.string(), z.string()).nullish();
/** Either an id or, where asked for, the object itself. */
const reference = <Shape extends z.ZodType>(id: z.ZodString, shape: Shape) => z.union([id, shape]).nullish();

const customer = reference(idOf("cus"), z.object({ id: idOf("cus") }));

const card = z.object({
  brand: decoration(z.string()),
  last4: decoration(z.string().regex(/^\d{4}$/)),
  exp_month: decoration(z.number().int().min(1).max(12)),
  exp_year: decoration(z.number().int().min(2000).max(2200)),
  fingerprint: decoration(z.string().min(1)),
  wallet: decoration(z.object({ type: z.string() })),
  /** Only in a charge: until when a reservation lives. */
  capture_before: decoration(seconds),
});

export const paymentMethodShape = z.object({
  id: idOf("pm"),
  object: z.literal("payment_method"),
  type: z.string(),
  livemode: z.boolean(),
  customer,
  card: decoration(card),
});

const chargeShape = z.object({
  id: idOf("(ch|py)"),
  object: z.literal("charge"),
  status: z.enum(["succeeded", "pending", "failed"]),
  created: seconds,
  failure_code: code,
  outcome: decoration(
    z.object({ reason: code, advice_code: code, network_advice_code: code, network_decline_code: code }),
  ),
  payment_method_details: decoration(z.object({ type: z.string(), card: decoration(card) })),
  balance_transaction: decoration(z.union([z.string(), z.object({ fee: minor, currency: z.string() })])),
});

const errorFields = {
  type: z.string(),
  code,
  decline_code: code,
  advice_code: code,
  network_advice_code: code,
  network_decline_code: code,
  charge: decoration(z.string()),
  param: decoration(z.string().max(200)),
};

export const intentShape = z.object({
  id: idOf("pi"),
  object: z.literal("payment_intent"),
  status: z.enum([
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "canceled",
    "succeeded",
  ]),
  amount: minor,
  amount_received: minor,
  currency: z.string(),
  livemode: z.boolean(),
  created: seconds,
  customer,
  metadata,
  payment_method: decoration(z.union([z.string(), z.object({ id: z.string() })])),
  latest_charge: reference(idOf("(ch|py)"), chargeShape),
  last_payment_error: z.object(errorFields).nullish(),
  cancellation_reason: code,
  next_action: z
    .object({
      type: z.string(),
      redirect_to_url: z.object({ url: z.url({ protocol: /^https?$/ }).nullable() }).nullish(),
    })
    .nullish(),
});

export const setupIntentShape = z.object({
  id: idOf("seti"),
  object: z.literal("setup_intent"),
  status: z.enum([
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "canceled",
    "succeeded",
  ]),
  livemode: z.boolean(),
  customer,
  payment_method: reference(idOf("pm"), paymentMethodShape),
  last_setup_error: z.object(errorFields).nullish(),
  next_action: intentShape.shape.next_action,
});

export const sessionShape = z.object({
  id: idOf("cs"),
  object: z.literal("checkout.session"),
  mode: z.literal("setup"),
  status: z.enum(["open", "complete", "expired"]),
  livemode: z.boolean(),
  url: z.url({ protocol: /^https?$/ }).nullish(),
  expires_at: seconds,
  setup_intent: reference(idOf("seti"), setupIntentShape),
});

export const mandateShape = z.object({
  id: idOf("mandate"),
  object: z.literal("mandate"),
  status: z.enum(["active", "inactive", "pending"]),
  type: z.enum(["multi_use", "single_use"]),
  livemode: z.boolean(),
  payment_method: reference(idOf("pm"), z.object({ id: idOf("pm") })),
});

export const customerShape = z.object({ id: idOf("cus"), object: z.literal("customer") });

export const refundShape = z.object({
  id: idOf("(re|pyr)"),
  object: z.literal("refund"),
  status: z.enum(["pending", "requires_action", "succeeded", "failed", "canceled"]),
  amount: minor,
  currency: z.string(),
  created: seconds,
  payment_intent: reference(idOf("pi"), z.object({ id: idOf("pi") })),
  failure_reason: code,
  metadata,
});

/** An object of a list, as far as it must be readable to be told apart from ours. */
export const listedShape = z.object({ id: z.string().min(1), metadata });

export const listShape = z.object({
  object: z.literal("list"),
  data: z.array(z.unknown()),
  has_more: z.boolean(),
});

export const errorShape = z.object({
  error: z.object({
    ...errorFields,
    payment_intent: z.unknown().optional(),
    setup_intent: z.unknown().optional(),
  }),
});

export type WireIntent = z.infer<typeof intentShape>;
export type WireError = NonNullable<WireIntent["last_payment_error"]>;
export type WireCard = z.infer<typeof card>;
export type WirePaymentMethod = z.infer<typeof paymentMethodShape>;

/** The id of what is either an id or an object. */
export function idIn(reference: string | { readonly id: string } | null | undefined): string | null {
  if (reference === null || reference === undefined) return null;
  return typeof reference === "string" ? reference : reference.id;
}

/** Seconds since 1970 as an ISO instant. */
export function instant(atSeconds: number): string {
  return new Date(atSeconds * 1_000).toISOString();
}

/** Reads bytes as JSON of a shape; `null` when they are anything else. */
export function read<Shape extends z.ZodType>(shape: Shape, bytes: Uint8Array): z.infer<Shape> | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Unreadable is an answer of this function: the caller treats it as "no trustworthy answer".
    return null;
  }
  const result = shape.safeParse(value);
  return result.success ? result.data : null;
}
