import { z } from "zod";
import { amountShape } from "./amount-shape.ts";

/** The utilities order (ЖКХ): what is checked is what the protocol lists as compulsory, and the lengths. */
export const paymentOrderShape = z
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
