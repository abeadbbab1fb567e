import { z } from "@hono/zod-openapi";
import { METHOD_KINDS, METHOD_USES } from "../../domain/capability-matrix.ts";
import { REASON_NAMES } from "../../domain/declines/reason.ts";
import { METHOD_STATES } from "../../domain/method.ts";
import { CHARGE_STATES, NEEDS, PAYMENT_OUTCOMES, PAYMENT_STATES } from "../../domain/payment.ts";
import { billerNameSchema } from "./billers.ts";
import { payeeSchema } from "./bills.ts";
import { civilDateSchema, instantSchema, publicIdSchema } from "./fields.ts";
import { consentInput } from "./mandates.ts";
import { amountSchema, moneySchema } from "./money.ts";

const chargeSchema = z.object({
  id: z.string(),
  state: z.enum(CHARGE_STATES),
  gateway: z.string(),
  /** How it is paid: the kind of the saved method, or what the payer took for this payment only. */
  kind: z.string(),
  how: z.string().nullable(),
  /** The gateway's own code, for operators. */
  reason: z.string().nullable(),
  /** Why it took no money, in our words: one list for all gateways. */
  because: z.enum(REASON_NAMES).nullable(),
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
    usual: moneySchema
      .nullable()
      .openapi({ description: "With `unusual-amount`: the usual sum of the account" }),
    outcome: z.enum(PAYMENT_OUTCOMES).nullable(),
    gateway: z.string(),
    /** The gateway's code of the last charge without money. */
    reason: z.string().nullable(),
    /** Our own remark: why the payment waits or was closed. */
    remark: z.string().nullable(),
    /** Why the last try ended before anything was sent that could take money, in our words; null: the last charge says why. */
    unprepared: z.enum(REASON_NAMES).nullable(),
    /** Tries that will follow by themselves, the next one first; empty when there is none. Each has a notice of its own. */
    plan: z.array(z.object({ at: instantSchema, rule: z.string() })),
    stopMark: z.string().nullable(),
    route: z.enum(["mandate", "manual", "batch", "template", "api"]),
    channel: z.string(),
    mandateId: publicIdSchema.nullable(),
    method: z.object({ id: publicIdSchema, title: z.string().nullable() }).nullable(),
    /** What the payer took for this payment instead of a saved method; null: `method`. */
    once: z.enum(METHOD_KINDS).nullable(),
    /**
     * What the payer wanted saved with it: `binding` until the gateway says so, `active` once it did, `withdrawn` where it did not, or the payer has removed it
     * since. Null: nothing.
     */
    saving: z
      .object({
        methodId: publicIdSchema,
        state: z.enum(METHOD_STATES),
        title: z.string().nullable(),
        uses: z.array(z.enum(METHOD_USES)),
      })
      .nullable(),
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
    autopayOffer: z
      .object({
        billerId: z.string(),
        account: z.string(),
        methodId: publicIdSchema
          .nullable()
          .openapi({ description: "What it was paid with, where that is kept for autopay" }),
      })
      .nullable()
      .openapi({
        description:
          "Paid by hand on an account of the payer's own that no autopay of theirs covers, and that they have not declined one for: they may be offered one",
      }),
    livemode: z.boolean(),
    createdAt: instantSchema,
  })
  .openapi("Payment");

/** E.164, with its plus. */
const PHONE = /^\+[1-9]\d{9,14}$/;

/** What the payer takes for one payment without a saved method. */
const onceFields = {
  /** Only without a saved method: how the payer pays this once; a bank card where absent. */
  kind: z.enum(METHOD_KINDS).optional(),
  /** Only of the kind `mobile_balance`, and needed there: the number whose account pays, with the country's code. Forgotten when the payment is over. */
  phone: z
    .string()
    .refine((text) => PHONE.test(text), { params: { code: "phone-needed" } })
    .optional()
    .openapi({ pattern: PHONE.source, example: "+79160000000" }),
  /** Only without a saved method: keep what is taken now for later payments. It counts as saved when the gateway says so, and not before. */
  save: z
    .strictObject({
      /** What the payer agrees to: payments that they start (`pay-now`, `batch`), autopay (`mandate`), or both. */
      uses: z.array(z.enum(METHOD_USES)).min(1).max(3),
      consent: consentInput,
    })
    .optional(),
};

export const payBillSchema = z
  .strictObject({
    billId: z.string().min(1).max(64),
    /** Null or absent: the payer pays on the bank's page, with a card or what `kind` says. */
    methodId: publicIdSchema.nullish(),
    ...onceFields,
    /** The amount that the payer saw: a bill that changed meanwhile is refused. */
    amount: amountSchema,
    /** I know that it was paid and that all of the money went back (`givenBack`): pay it once more. */
    again: z.boolean().optional(),
  })
  .openapi("PayBill");

export const confirmPaymentSchema = z
  .strictObject({
    amount: amountSchema,
    /** Absent: the method of the payment, unless `kind` says otherwise. Null: the payer pays on the bank's page. */
    methodId: publicIdSchema.nullish(),
    ...onceFields,
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
    returned: moneySchema.openapi({ description: "Of the amount, what has gone back to the payer." }),
    /** What the payer paid on top: nothing, today. */
    fee: moneySchema,
    paidAt: instantSchema,
    /** The saved method; null: what `kind` says was taken for this payment only. */
    method: z.string().nullable(),
    kind: z.string(),
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
