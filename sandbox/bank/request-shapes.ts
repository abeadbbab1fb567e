import { z } from "zod";
import { decimalAmount, minorFromDecimal } from "./amounts.ts";
import { invalidRequest } from "./api-error.ts";

/** Limits of the protocol (API v3). Unknown fields are ignored, as the vendor does. */

/** Currencies that the protocol knows. This shop, like most, takes roubles only. */
const currencies = [
  "RUB",
  "EUR",
  "USD",
  "KZT",
  "BYN",
  "UAH",
  "UZS",
  "TRY",
  "INR",
  "MDL",
  "AZN",
  "AMD",
] as const;

/** A sum above zero, read into whole kopecks. */
export const amountShape = z
  .object({
    value: z.string().regex(decimalAmount, "Amount must be a decimal string"),
    currency: z
      .enum(currencies)
      .refine((currency) => currency === "RUB", "Currency is not available for this shop"),
  })
  .transform(({ value }) => minorFromDecimal(value))
  .refine((minor) => minor > 0, { message: "Amount must be above zero", path: ["value"] });

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

const bankCard = z.literal("bank_card", "This shop takes bank cards only");

const confirmationShape = z.object({
  type: z.literal("redirect", "This shop takes the redirect confirmation only"),
  // Nothing but a web address: the bank's page makes a link of it.
  return_url: z.url({ protocol: /^https?$/, error: "Invalid return url" }).max(2048),
  enforce: z.boolean().optional(),
  locale: z.string().max(10).optional(),
});

const clientIp = z.union([z.ipv4(), z.ipv6()], "Invalid client ip").optional();
const gateway = z.object({ gateway_id: z.string().min(1).max(36) }).optional();
const description = z.string().max(128, "Description is too long").optional();

/** Checks an object that the bank only keeps: what is stored is what was sent, unknown fields included. */
function asSent<Shape extends z.ZodType>(shape: Shape) {
  return z.record(z.string(), z.unknown()).transform((sent, context) => {
    const result = shape.safeParse(sent);
    if (result.success) return { sent, read: result.data };
    for (const { path, message } of result.error.issues) {
      context.issues.push({ code: "custom", message, path: [...path], input: undefined });
    }
    return z.NEVER;
  });
}

const receiptShape = z.object({
  customer: z
    .object({
      full_name: z.string().max(256).optional(),
      inn: z.string().optional(),
      email: z.string().optional(),
      phone: z.string().optional(),
    })
    .optional(),
  items: z
    .array(
      z.object({
        description: z.string().min(1).max(128),
        quantity: z.union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?$/)]),
        amount: z.object({ value: z.string().regex(decimalAmount), currency: z.string() }),
        vat_code: z.number().int().min(1).max(12),
      }),
    )
    .min(1)
    .max(80),
  tax_system_code: z.number().int().min(1).max(6).optional(),
});

/** The utilities order (ЖКХ): what is checked is what the protocol lists as compulsory, and the lengths. */
const paymentOrderShape = z
  .object({
    type: z.literal("utilities"),
    amount: amountShape,
    payment_purpose: z.string().min(1).max(210),
    recipient: z.object({
      name: z.string().min(1),
      inn: z.string().regex(/^(?!00)\d{10}$/),
      kpp: z.string().regex(/^\d{9}$/),
      bank: z.object({
        name: z.string().min(1).max(45),
        bic: z.string().regex(/^\d{9}$/),
        account: z.string().regex(/^\d{20}$/),
        correspondent_account: z.string().regex(/^\d{20}$/),
      }),
    }),
    kbk: z
      .string()
      .regex(/^(\d{20}|0)$/)
      .optional(),
    oktmo: z
      .string()
      .regex(/^(\d{8}|0)$/)
      .optional(),
    payment_period: z
      .object({ month: z.number().int().min(1).max(12), year: z.number().int().min(1920).max(2050) })
      .optional(),
    payment_document_id: z.string().length(18).optional(),
    payment_document_number: z.string().min(1).max(30).optional(),
    account_number: z.string().min(1).max(30).optional(),
    unified_account_number: z.string().length(10).optional(),
    service_id: z.string().length(13).optional(),
  })
  .refine(
    (order) =>
      order.payment_document_id ??
      order.payment_document_number ??
      order.account_number ??
      order.unified_account_number ??
      order.service_id,
    "One of the account or document identifiers is required",
  );

/** The body of `POST /v3/payments`. */
export const createPaymentShape = z.object({
  amount: amountShape,
  description,
  capture: z.boolean().default(false),
  payment_token: z.string().optional(),
  payment_method_id: z.string().min(1).optional(),
  payment_method_data: z.object({ type: bankCard, card: cardShape.optional() }).optional(),
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
  type: bankCard,
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
