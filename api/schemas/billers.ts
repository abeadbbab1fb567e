import { z } from "@hono/zod-openapi";
import { AUDIENCES, SECTIONS } from "../../domain/catalogue/entry.ts";
import { REFERENCE_KINDS } from "../../domain/catalogue/reference.ts";
import { accountSchema, billerIdInput, instantSchema, pageQuery, wordsSchema } from "./fields.ts";

const audienceSchema = z.enum(AUDIENCES).openapi({
  description: "Who its bills are for: people, organisations, or both.",
});
const sectionSchema = z.enum(SECTIONS).openapi({
  description: "`additional`: payments that some wallets do not take.",
});

export const categorySchema = z
  .object({
    id: z.string().openapi({ example: "housing" }),
    title: z.string().openapi({ description: "In the language of the request." }),
    audience: audienceSchema,
    section: sectionSchema,
    region: z
      .string()
      .nullable()
      .openapi({ description: "Code of a region; null: everywhere.", example: "77" }),
    billers: z.int(),
  })
  .openapi("Category");

export const billerSchema = z
  .object({
    id: z.string(),
    name: z.string().openapi({ description: "As bills, mails and consents name it." }),
    title: z.string().openapi({ description: "As readers of the request's language know it." }),
    category: z.string(),
    categoryTitle: z.string().openapi({ description: "In the language of the request." }),
    audience: audienceSchema,
    section: sectionSchema,
    region: z.string(),
    allowedMethods: z.array(z.string()),
  })
  .openapi("Biller");

export const categoriesQuery = z.strictObject({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(100),
  id: z.string().max(63).optional().openapi({ description: "Only this one." }),
  audience: z.enum(["person", "organisation"]).optional(),
  q: z.string().max(100).optional().openapi({
    description: "Words of the title, Russian or English; all of them must be found.",
  }),
});

export const billersQuery = pageQuery.extend({
  category: z.string().max(63).optional().openapi({ example: "housing" }),
  audience: z.enum(["person", "organisation"]).optional(),
  q: z.string().max(100).optional().openapi({
    description: "Words of the name, Russian or English, or the INN; all of them must be found.",
  }),
});

const referenceFieldSchema = z
  .object({
    key: z.string().openapi({ example: "payerCode" }),
    title: z.string(),
    hint: z.string().openapi({ description: "Where the payer finds it." }),
    example: z.string().openapi({ description: "Passes the check.", example: "7700123456" }),
    identifier: z
      .enum(REFERENCE_KINDS)
      .nullable()
      .openapi({ description: "Checked as this identifier, by its own rules." }),
    pattern: z.string().nullable().openapi({
      description:
        "Or by this pattern, a regular expression of the whole text without groups and repetitions.",
    }),
    optional: z.boolean(),
  })
  .openapi("ReferenceField");

/** By what the biller knows its payer, in the language of the request. */
const referenceSchema = z
  .object({
    fields: z.array(referenceFieldSchema),
    period: z
      .enum(["month", "none"])
      .openapi({ description: "`month`: one bill is named by its month besides." }),
  })
  .openapi("Reference", { description: "An account is the fields in their order, joined by `/`." });

export const billerDetailsSchema = billerSchema
  .extend({
    payee: z.object({
      name: z.string(),
      inn: z.string(),
      kpp: z.string().nullable(),
      bic: z.string(),
      account: z.string(),
    }),
    reference: referenceSchema,
    discount: z
      .object({ kind: z.enum(["percent", "amount"]), value: z.number(), withinDays: z.int() })
      .nullable()
      .openapi({ description: "What its bills cost less, and for how many days after their issue." }),
    withoutBill: z.object({ leastMinor: z.int(), mostMinor: z.int() }).nullable().openapi({
      description:
        "Sums in minor units that a payer may name without any bill; null: it takes only what it asked for.",
    }),
    balances: z.object({ confirmsTopUps: z.boolean() }).nullable().openapi({
      description:
        "It tells balances of its accounts, so autopay may top them up, and whether it also says that a top-up has come; null: it knows none.",
    }),
    hours: z
      .array(z.object({ days: z.array(z.int()), from: z.string(), until: z.string() }))
      .nullable()
      .openapi({ description: "Working hours in `zone`; Monday is 1. Null: always." }),
    zone: z.string(),
  })
  .openapi("BillerDetails");

/** A biller as other objects name it. */
export const billerNameSchema = z
  .object({
    id: z.string(),
    name: z.string().openapi({ description: "As it is registered." }),
    title: z.string().openapi({ description: "Its name in the language of the request." }),
    category: z.string(),
  })
  .openapi("BillerName");

export const accountConnectionSchema = z
  .object({
    biller: billerNameSchema,
    account: z.string(),
    label: z.string().nullable(),
    createdAt: instantSchema,
  })
  .openapi("Account");

export const connectAccountSchema = z
  .strictObject({
    billerId: billerIdInput,
    account: accountSchema.optional().openapi({
      description: "The whole number: the fields of the biller's `reference`, joined by `/`.",
    }),
    reference: z
      .record(z.string().max(32), z.string().max(200))
      .refine((values) => Object.keys(values).length <= 8)
      .optional()
      .openapi({
        description: "Or each field of the biller's `reference` by its key.",
        example: { payerCode: "7700123456" },
      }),
    label: wordsSchema(60).optional(),
  })
  .refine(({ account, reference }) => (account === undefined) !== (reference === undefined), {
    path: ["account"],
  })
  .openapi("ConnectAccount");

export type Category = z.infer<typeof categorySchema>;
export type BillerDetails = z.infer<typeof billerDetailsSchema>;
export type Biller = z.infer<typeof billerSchema>;
export type BillerName = z.infer<typeof billerNameSchema>;
export type Account = z.infer<typeof accountConnectionSchema>;
export type ConnectAccount = z.infer<typeof connectAccountSchema>;
