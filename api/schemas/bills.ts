import { z } from "@hono/zod-openapi";
import { BILL_STATES } from "../../domain/bill.ts";
import { SECTIONS } from "../../domain/catalogue/entry.ts";
import { NEEDS, PAYMENT_OUTCOMES, PAYMENT_STATES } from "../../domain/payment.ts";
import { billerNameSchema } from "./billers.ts";
import { civilDateSchema, instantSchema, pageQuery, publicIdSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";

/** Who gets the money, as the bill says it. */
export const payeeSchema = z
  .object({
    name: z.string(),
    inn: z.string(),
    kpp: z.string().nullable(),
    bic: z.string(),
    account: z.string(),
  })
  .openapi("Payee");

export const billSchema = z
  .object({
    id: publicIdSchema,
    biller: billerNameSchema,
    /** `additional`: payments that some wallets do not take. */
    section: z.enum(SECTIONS),
    account: z.string(),
    period: z.string().openapi({ example: "2026-02" }),
    kind: z.string(),
    state: z.enum(BILL_STATES),
    /** Due now; of a paid bill, what was accepted for it. */
    amount: moneySchema,
    /** The whole sum, without discount and without what was paid. */
    fullAmount: moneySchema,
    /** While it may be used: until the end of `until` on the payee's calendar (null: it has no end); `amountAfter` is due after it. */
    discount: z
      .object({
        kind: z.enum(["percent", "amount", "share"]),
        value: z.number(),
        until: civilDateSchema.nullable(),
        amountAfter: moneySchema.nullable(),
      })
      .nullable(),
    uin: z.string().nullable(),
    issuedOn: civilDateSchema.nullable(),
    dueOn: civilDateSchema,
    /** When my own payment paid it; null while it is owed, and where it was paid without me. */
    paidAt: instantSchema.nullable(),
    purpose: z.string(),
    payee: payeeSchema,
    version: z.int(),
    part: z.int(),
    livemode: z.boolean(),
    /** The caller's own newest payment of this bill. */
    payment: z
      .object({
        id: publicIdSchema,
        state: z.enum(PAYMENT_STATES),
        need: z.enum(NEEDS).nullable(),
        outcome: z.enum(PAYMENT_OUTCOMES).nullable(),
      })
      .nullable(),
    /** The caller's living mandate for this account. */
    mandateId: publicIdSchema.nullable(),
    /** Somebody else has paid it, or is paying it right now. */
    paidByOthers: z.boolean(),
    /** It was paid and all of the money went back: it may be paid once more, by hand only. */
    givenBack: z.boolean(),
    /** Why I see it: an account I connected, an identifier I saved, because I added it, or because I paid it. */
    seenBy: z.array(z.enum(["account", "identifier", "added", "payment"])),
  })
  .openapi("Bill");

export const listBillsQuery = pageQuery.extend({ state: z.enum(BILL_STATES).optional() });

export type Payee = z.infer<typeof payeeSchema>;
export type Bill = z.infer<typeof billSchema>;
