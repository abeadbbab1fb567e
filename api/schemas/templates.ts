import { z } from "@hono/zod-openapi";
import { billerNameSchema } from "./billers.ts";
import {
  accountSchema,
  billerIdInput,
  civilDateSchema,
  instantSchema,
  publicIdSchema,
  wordsSchema,
} from "./fields.ts";
import { amountSchema, moneySchema } from "./money.ts";
import { payBillSchema } from "./payments.ts";

const nameSchema = wordsSchema(60).openapi({ example: "Mother’s flat" });
const sumInput = z
  .union([amountSchema, z.literal("due")])
  .openapi({ description: "A sum of the payer's own, where the biller takes one; or what is due." });

const dueSchema = z.object({
  billId: publicIdSchema,
  amount: moneySchema,
  dueOn: civilDateSchema,
  purpose: z.string(),
  period: z.string(),
});

/** Details that a person saved. A template never charges by itself. */
export const templateSchema = z
  .object({
    id: publicIdSchema,
    name: z.string(),
    biller: billerNameSchema,
    account: z.string(),
    /** A fixed sum; null: what is due. */
    amount: moneySchema.nullable(),
    /** Bills that it would pay now, the earliest first; empty for a fixed sum. */
    due: z.array(dueSchema),
    createdAt: instantSchema,
  })
  .openapi("Template");

const ofBiller = z.strictObject({
  name: nameSchema,
  billerId: billerIdInput,
  account: accountSchema.optional(),
  reference: z
    .record(z.string().max(32), z.string().max(200))
    .refine((values) => Object.keys(values).length <= 8)
    .optional()
    .openapi({ description: "Or each field of the biller's `reference` by its key." }),
  amount: sumInput,
});

const ofBill = z.strictObject({ name: nameSchema, billId: z.string().min(1).max(64), amount: sumInput });

/** From a biller of the catalogue and the payer's number there, or from a bill that the person sees (also of a payment). */
export const createTemplateSchema = z
  .union([
    ofBill,
    ofBiller.refine(({ account, reference }) => (account === undefined) !== (reference === undefined), {
      path: ["account"],
    }),
  ])
  .openapi("CreateTemplate");

export const changeTemplateSchema = z
  .strictObject({ name: nameSchema.optional(), amount: sumInput.optional() })
  .openapi("ChangeTemplate");

/** Pays from a template: `billId` names the bill that the payer saw, where what is due is paid; absent: the earliest one. */
export const payTemplateSchema = payBillSchema
  .partial({ billId: true })
  .extend({
    /** I know that it was paid and given back, or that the same sum went there a moment ago: pay it once more. */
    again: z.boolean().optional(),
  })
  .openapi("PayTemplate");

export type Template = z.infer<typeof templateSchema>;
export type CreateTemplate = z.infer<typeof createTemplateSchema>;
export type ChangeTemplate = z.infer<typeof changeTemplateSchema>;
export type PayTemplate = z.infer<typeof payTemplateSchema>;
