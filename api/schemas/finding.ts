import { z } from "@hono/zod-openapi";
import { billSchema } from "./bills.ts";
import {
  accountSchema,
  billerIdInput,
  civilDateSchema,
  instantSchema,
  lineSchema,
  publicIdSchema,
  wordsSchema,
} from "./fields.ts";
import { amountSchema, moneySchema } from "./money.ts";

/** Longer is no number, whatever blanks stand in it. */
const LONGEST_NUMBER = 64;
/** 4 KB in base64. */
const MOST_BASE64 = 5464;

const periodInput = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  .openapi({ example: "2026-02" });

/** As billers push it. */
const kindInput = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/)
  .openapi({ example: "insurance" });

/** By whose numbers bills are looked for without being kept: a car, a driver, a payer of taxes. */
export const LOOK_UP_KINDS = ["sts", "driving-licence", "inn"] as const;

const bySubject = z.strictObject({
  kind: z.enum(LOOK_UP_KINDS),
  text: lineSchema(LONGEST_NUMBER).openapi({ example: "77 УН 123456" }),
  kpp: lineSchema(LONGEST_NUMBER).optional().openapi({
    description: "Of the branch, beside the INN of a company; without it only a part is found.",
  }),
});

/** At billers that tell their bills by themselves and know their payers by such a code. */
const byPayerCode = z.strictObject({
  kind: z.literal("epd-payer-code"),
  text: lineSchema(LONGEST_NUMBER).openapi({ example: "7700123456" }),
  period: periodInput,
});

export const lookUpSchema = z.union([bySubject, byPayerCode]).openapi("LookUp");

/** How one source answered. What is silent is never the same as what has nothing. */
export const sourceAnswerSchema = z
  .object({
    source: z.string().openapi({ example: "gis-gmp" }),
    outcome: z.enum(["complete", "partial", "unreachable", "refused"]),
    asOf: instantSchema
      .nullable()
      .openapi({ description: "By the source's own clock; null: nothing was read." }),
    missing: z
      .array(z.string())
      .openapi({ description: "Why there may be more bills than these.", example: ["in-part"] }),
    unreadable: z.int().openapi({ description: "Bills of the answer that could not be read." }),
  })
  .openapi("SourceAnswer");

/** A bill as a source shows it. It is kept nowhere: adding it by its UIN makes it one's own. */
export const foundBillSchema = z
  .object({
    source: z.string().openapi({ description: "`biller`: the biller itself has told it." }),
    uin: z.string().nullable(),
    /** Where the caller sees it already. */
    billId: publicIdSchema.nullable(),
    state: z.enum(["owed", "annulled", "paid"]),
    amount: moneySchema,
    fullAmount: moneySchema,
    discountUntil: civilDateSchema.nullable(),
    issuedOn: civilDateSchema.nullable(),
    dueOn: civilDateSchema.nullable(),
    purpose: z.string(),
    payee: z.object({ name: z.string(), inn: z.string() }),
    billerId: z.string().nullable().openapi({ description: "Null: the payee cannot be paid here." }),
    billerTitle: z
      .string()
      .nullable()
      .openapi({ description: "The biller's name in the language of the request." }),
    period: z.string().nullable().openapi({ description: "Of a bill that is added by account and period." }),
    kind: z.string().nullable().openapi({
      description: "Beside the period: a biller may have several bills of one account for one month.",
    }),
  })
  .openapi("FoundBill");

export const lookedUpSchema = z
  .object({ found: z.array(foundBillSchema), sources: z.array(sourceAnswerSchema) })
  .openapi("LookedUp");

const labelSchema = wordsSchema(60).optional();
const byUin = z.strictObject({
  uin: lineSchema(LONGEST_NUMBER).openapi({ example: "18810177261129123451" }),
  label: labelSchema,
});

const byAccount = z.strictObject({
  billerId: billerIdInput,
  account: accountSchema,
  period: periodInput.optional(),
  kind: kindInput
    .optional()
    .openapi({ description: "Of several bills of a month the one that was found as such; absent: all." }),
  label: labelSchema,
});

const byPaper = z.strictObject({
  qr: z.base64().max(MOST_BASE64).openapi({ description: "The bytes of the code, as they stand in it." }),
  account: accountSchema.optional().openapi({ description: "Where the code does not hold it." }),
  period: periodInput.optional(),
  amount: amountSchema.optional().openapi({ description: "Where the code leaves the sum open." }),
  label: labelSchema,
});

export const addBillsSchema = z.union([byUin, byAccount, byPaper]).openapi("AddBills");

export const addedBillsSchema = z
  .object({ bills: z.array(billSchema), sources: z.array(sourceAnswerSchema) })
  .openapi("AddedBills");

/** How fresh is what a source says about the caller. */
export const freshnessSchema = z
  .object({
    source: z.string(),
    state: z.enum(["fresh", "part", "silent", "refused", "waiting"]).openapi({
      description:
        "`fresh`: it has answered all; `part`: there may be more; `silent`: it does not answer; `refused`: it does not let us in; `waiting`: not asked yet.",
    }),
    readAt: instantSchema
      .nullable()
      .openapi({ description: "What is shown is as it was then; null: it has never answered in full." }),
    silentSince: instantSchema.nullable(),
  })
  .openapi("Freshness");

export const widgetUsesSchema = z
  .object({
    month: z.string(),
    visitors: z.int(),
    widgets: z.array(
      z.object({
        widget: z.string(),
        users: z.int(),
        share: z.number().openapi({ description: "Of those who came in the month, 0 to 1." }),
      }),
    ),
  })
  .openapi("WidgetUses");

export type LookUp = z.input<typeof lookUpSchema>;
export type LookUpBySubject = z.output<typeof bySubject>;
export type LookUpByPayerCode = z.output<typeof byPayerCode>;
export type LookedUp = z.infer<typeof lookedUpSchema>;
export type FoundBill = z.infer<typeof foundBillSchema>;
export type SourceAnswerView = z.infer<typeof sourceAnswerSchema>;
export type AddBills = z.input<typeof addBillsSchema>;
export type AddBillByUin = z.output<typeof byUin>;
export type AddBillsByAccount = z.output<typeof byAccount>;
export type AddBillByPaper = z.output<typeof byPaper>;
export type AddedBills = z.infer<typeof addedBillsSchema>;
export type Freshness = z.infer<typeof freshnessSchema>;
export type WidgetUses = z.infer<typeof widgetUsesSchema>;
