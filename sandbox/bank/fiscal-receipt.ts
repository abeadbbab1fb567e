import { z } from "zod";
import { decimalAmount, minorFromDecimal } from "./amounts.ts";
import { invalidRequest } from "./api-error.ts";

const paymentModes = [
  "full_prepayment",
  "prepayment",
  "advance",
  "full_payment",
  "partial_payment",
  "credit",
  "credit_payment",
] as const;

const itemShape = z.object({
  description: z.string().min(1).max(128),
  quantity: z.union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?$/)]),
  amount: z.object({ value: z.string().regex(decimalAmount), currency: z.literal("RUB") }),
  vat_code: z.number().int().min(1).max(12),
  payment_mode: z.enum(paymentModes).optional(),
  payment_subject: z
    .string()
    .regex(/^[a-z_]+$/)
    .optional(),
});

/** The fiscal receipt (54-FZ): what is checked is what the protocol lists. */
export const receiptShape = z.object({
  customer: z
    .object({
      full_name: z.string().max(256).optional(),
      inn: z.string().optional(),
      email: z.string().min(3).optional(),
      phone: z
        .string()
        .regex(/^\d{4,15}$/)
        .optional(),
    })
    .refine(({ email, phone }) => email ?? phone, "Customer needs an email or a phone"),
  items: z.array(itemShape).min(1).max(80),
  tax_system_code: z.number().int().min(1).max(6).optional(),
});

export type Receipt = z.infer<typeof receiptShape>;

/** Throws 400 when a receipt does not add up to what is paid or given back. */
export function checkReceipt(receipt: { readonly read: Receipt } | undefined, amountMinor: number): void {
  if (!receipt) return;
  const sum = receipt.read.items.reduce((before, { amount, quantity }) => {
    // Goods are counted in thousandths; half a kopeck counts as one.
    const thousandths = Math.round(Number(quantity) * 1000);
    return before + Math.floor((minorFromDecimal(amount.value) * thousandths + 500) / 1000);
  }, 0);
  if (sum !== amountMinor) throw invalidRequest("Receipt does not add up to the amount", "receipt.items");
}
