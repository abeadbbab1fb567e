import { z } from "zod";
import { amountShape } from "./amount-shape.ts";
import { invalidRequest } from "./api-error.ts";
import { receiptShape } from "./fiscal-receipt.ts";
import { methodKinds } from "./method-kinds.ts";
import { asSent } from "./stored-as-sent.ts";
import { paymentOrderShape } from "./utilities-order.ts";

/** Limits of the protocol (API v3). Unknown fields are ignored, as the vendor does. */

const metadataShape = z
  .record(
    z.string().min(1).max(32, "Metadata key is too long"),
    z.string().max(512, "Metadata value is too long"),
  )
  .refine((metadata) => Object.keys(metadata).length <= 16, "Metadata has too many keys")
  .default({});

const cardShape = z.object({
  number: z.string().regex(/^\d{14,19}$/, "Invalid card number"),
  expiry_year: z.string().regex(/^20\d\d$/, "Invalid card expiry year"),
  expiry_month: z.string().regex(/^(0[1-9]|1[0-2])$/, "Invalid card expiry month"),
  csc: z
    .string()
    .regex(/^\d{3,4}$/, "Invalid card code")
    .optional(),
  cardholder: z.string().max(26).optional(),
});

const methodType = z.enum(methodKinds, "This shop does not take this method");

// Nothing but a web address: the bank's page makes a link of it.
const returnUrl = z.url({ protocol: /^https?$/, error: "Invalid return url" }).max(2048);
const locale = z.enum(["ru_RU", "en_US"]).optional();

/** Which of them a method takes is checked with the method. */
const confirmationShape = z.discriminatedUnion(
  "type",
  [
    z.object({
      type: z.literal("redirect"),
      return_url: returnUrl,
      enforce: z.boolean().optional(),
      locale,
    }),
    z.object({ type: z.literal("qr"), return_url: returnUrl.optional(), locale }),
    z.object({ type: z.literal("external"), locale }),
  ],
  "This shop does not take this confirmation",
);

const clientIp = z.union([z.ipv4(), z.ipv6()], "Invalid client ip").optional();
const gateway = z.object({ gateway_id: z.string().min(1).max(36) }).optional();
const description = z.string().max(128, "Description is too long").optional();

/** The body of `POST /v3/payments`. */
export const createPaymentShape = z.object({
  amount: amountShape,
  description,
  capture: z.boolean().default(false),
  payment_token: z.string().optional(),
  payment_method_id: z.string().min(1).optional(),
  payment_method_data: z
    .object({
      type: methodType,
      card: cardShape.optional(),
      phone: z
        .string()
        .regex(/^\d{4,15}$/, "Invalid phone")
        .optional(),
    })
    .optional(),
  confirmation: confirmationShape.optional(),
  save_payment_method: z.boolean().default(false),
  merchant_customer_id: z.string().min(1).max(200).optional(),
  metadata: metadataShape,
  client_ip: clientIp,
  receipt: asSent(receiptShape).optional(),
  recipient: gateway,
  payment_order: asSent(paymentOrderShape).optional(),
});

/** The body of `POST /v3/payments/{id}/capture`; an empty one captures everything. */
export const capturePaymentShape = z.object({
  amount: amountShape.optional(),
  receipt: asSent(receiptShape).optional(),
});

/** The body of `POST /v3/refunds`. */
export const createRefundShape = z.object({
  payment_id: z.string().min(1),
  amount: amountShape,
  description: z.string().max(250, "Description is too long").optional(),
  metadata: metadataShape,
  receipt: asSent(receiptShape).optional(),
});

/** The body of `POST /v3/payment_methods`. */
export const createPaymentMethodShape = z.object({
  type: methodType,
  card: cardShape.optional(),
  holder: gateway,
  client_ip: clientIp,
  confirmation: confirmationShape.optional(),
  metadata: metadataShape,
});

export type CreatePayment = z.infer<typeof createPaymentShape>;
export type CapturePayment = z.infer<typeof capturePaymentShape>;
export type CreateRefund = z.infer<typeof createRefundShape>;
export type CreatePaymentMethod = z.infer<typeof createPaymentMethodShape>;
export type WireConfirmation = z.infer<typeof confirmationShape>;

/**
 * Reads a body by its shape. The first thing that is wrong is thrown as 400 `invalid_request` naming the field;
 * the value itself is never repeated in the answer (it may be a card number).
 */
export function readBody<Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> {
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const path = first ? first.path.map(String) : [];
  // A wrong key or value of the metadata is reported for the whole field.
  const parameter = path[0] === "metadata" ? "metadata" : path.join(".");
  const detail = first?.code === "custom" || first?.code === "invalid_format" ? `: ${first.message}` : "";
  throw invalidRequest(`Invalid request parameter${detail}`, parameter === "" ? undefined : parameter);
}
