import { z } from "zod";

/** What we read of the vendor's objects (API v3). Fields that we do not name are let through; a field of another shape makes the answer unreadable. */

const amount = z.object({ value: z.string(), currency: z.string() });
const time = z.iso.datetime({ offset: true });
/** Ids of the vendor's objects have 36 characters. */
const objectId = z.string().regex(/^[0-9a-zA-Z-]{36}$/);

/** What only decorates (a card's print, a title) never makes money's answer unreadable: when odd it counts as absent. */
const decoration = <Shape extends z.ZodType>(shape: Shape) => shape.optional().catch(undefined);

const card = z.object({
  last4: z.string().regex(/^\d{4}$/),
  expiry_month: decoration(z.string().regex(/^(0[1-9]|1[0-2])$/)),
  expiry_year: decoration(z.string().regex(/^\d{4}$/)),
  card_type: decoration(z.string()),
});

const methodFields = {
  type: z.string(),
  id: z.string().min(1),
  saved: z.boolean(),
  status: z.string().optional(),
  title: decoration(z.string()),
  card: decoration(card),
};

const confirmation = z.object({
  type: z.string(),
  confirmation_url: z.url({ protocol: /^https?$/ }).optional(),
});

export const paymentShape = z.object({
  id: objectId,
  status: z.enum(["pending", "waiting_for_capture", "succeeded", "canceled"]),
  paid: z.boolean(),
  test: z.boolean(),
  amount,
  income_amount: decoration(amount),
  created_at: time,
  expires_at: time.optional(),
  recipient: z.object({ account_id: z.string() }),
  payment_method: z.object(methodFields).optional(),
  confirmation: confirmation.optional(),
  cancellation_details: z.object({ party: z.string(), reason: z.string() }).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

export const savedMethodShape = z.object({
  ...methodFields,
  id: objectId,
  status: z.enum(["pending", "active", "inactive"]),
  holder: z.object({ account_id: z.string() }).optional(),
  confirmation: confirmation.optional(),
  cancellation_details: decoration(z.object({ reason: z.string() })),
});

export const refundShape = z.object({
  id: objectId,
  payment_id: z.string(),
  status: z.enum(["pending", "succeeded", "canceled"]),
  amount,
  created_at: time,
  cancellation_details: z.object({ party: z.string(), reason: z.string() }).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

export const listShape = z.object({
  type: z.literal("list"),
  items: z.array(z.unknown()),
  next_cursor: z.string().min(1).optional(),
});

/** An object of a list, as far as it must be readable to be told apart from ours. */
export const listedShape = z.object({
  id: objectId,
  metadata: z.record(z.string(), z.string()).optional(),
});

export const errorShape = z.object({
  type: z.literal("error"),
  code: z.string(),
  parameter: z.string().optional(),
});

export const retryLaterShape = z.object({ retry_after: z.number().int().min(0).optional() });

export type Listed = z.infer<typeof listedShape>;
export type WireRefund = z.infer<typeof refundShape>;
export type WirePayment = z.infer<typeof paymentShape>;
export type WireMethod = NonNullable<WirePayment["payment_method"]>;

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
