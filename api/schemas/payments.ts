import { z } from "@hono/zod-openapi";
import { CHARGE_STATES, NEEDS, PAYMENT_OUTCOMES, PAYMENT_STATES } from "../../domain/payment.ts";
import { billerNameSchema } from "./billers.ts";
import { payeeSchema } from "./bills.ts";
import { civilDateSchema, instantSchema, publicIdSchema } from "./fields.ts";
import { amountSchema, moneySchema } from "./money.ts";

const chargeSchema = z.object({
  id: z.string(),
  state: z.enum(CHARGE_STATES),
  how: z.string().nullable(),
  reason: z.string().nullable(),
  sentAt: instantSchema,
  confirmBy: instantSchema.nullable(),
});

export const paymentSchema = z
  .object({
    id: publicIdSchema,
    bill: z.object({ id: publicIdSchema, purpose: z.string(), biller: billerNameSchema }),
    amount: moneySchema,
    state: z.enum(PAYMENT_STATES),
    need: z.enum(NEEDS).nullable(),
    outcome: z.enum(PAYMENT_OUTCOMES).nullable(),
    reason: z.string().nullable(),
    stopMark: z.string().nullable(),
    route: z.enum(["mandate", "manual", "batch", "template", "api"]),
    channel: z.string(),
    mandateId: publicIdSchema.nullable(),
    method: z.object({ id: publicIdSchema, title: z.string().nullable() }).nullable(),
    plannedOn: civilDateSchema,
    notBefore: instantSchema,
    giveUpAt: instantSchema,
    nextLookAt: instantSchema,
    paidAt: instantSchema.nullable(),
    charges: z.array(chargeSchema),
    /** Where the payer confirms at the bank; only for the payer, only while the charge waits for it and nothing was stopped. */
    confirmation: z.object({ url: z.string(), confirmBy: instantSchema }).nullable(),
    notice: z
      .object({
        state: z.enum(["queued", "accepted", "void"]),
        acceptedAt: instantSchema.nullable(),
        notBefore: instantSchema,
        notAfter: instantSchema,
      })
      .nullable(),
    livemode: z.boolean(),
    createdAt: instantSchema,
  })
  .openapi("Payment");

export const payBillSchema = z
  .strictObject({
    billId: z.string().min(1).max(64),
    /** Null or absent: the payer enters a card on the bank's page. */
    methodId: publicIdSchema.nullish(),
    /** The amount that the payer saw: a bill that changed meanwhile is refused. */
    amount: amountSchema,
  })
  .openapi("PayBill");

export const confirmPaymentSchema = z
  .strictObject({
    amount: amountSchema,
    /** Absent: the method of the payment. Null: the payer enters a card on the bank's page. */
    methodId: publicIdSchema.nullish(),
  })
  .openapi("ConfirmPayment");

export const receiptSchema = z
  .object({
    paymentId: publicIdSchema,
    billId: publicIdSchema,
    biller: billerNameSchema,
    payee: payeeSchema,
    purpose: z.string(),
    account: z.string(),
    period: z.string(),
    amount: moneySchema,
    /** What the payer paid on top: nothing, today. */
    fee: moneySchema,
    paidAt: instantSchema,
    method: z.string().nullable(),
    chargeId: z.string(),
    /** Null only for a charge that operators settled by a document. */
    gatewayObjectId: z.string().nullable(),
    acknowledgement: z.literal("awaited"),
    livemode: z.boolean(),
  })
  .openapi("Receipt");

export const timelineEntrySchema = z
  .object({ at: instantSchema, what: z.string(), detail: z.record(z.string(), z.unknown()) })
  .openapi("TimelineEntry");

export type Payment = z.infer<typeof paymentSchema>;
export type PayBill = z.infer<typeof payBillSchema>;
export type ConfirmPayment = z.infer<typeof confirmPaymentSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;
