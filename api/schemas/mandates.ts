import { z } from "@hono/zod-openapi";
import { PERIODS } from "../../domain/calendar.ts";
import { MANDATE_STATES } from "../../domain/mandate.ts";
import { NOTICE_PACK_NAMES } from "../../domain/notice-policy.ts";
import { PAYMENT_STATES } from "../../domain/payment.ts";
import { isTrigger, LONGEST_COOL_DOWN_MINUTES } from "../../domain/trigger.ts";
import { COUNTRY_CODES } from "../../domain/working-days/countries.ts";
import { NON_WORKING_DAY_RULES } from "../../domain/working-days/country-days.ts";
import { billerNameSchema } from "./billers.ts";
import { SUBJECT_REFERENCE } from "../../domain/mandate.ts";
import {
  accountSchema,
  billerIdInput,
  civilDateSchema,
  instantInput,
  instantSchema,
  lineSchema,
  publicIdSchema,
  wordsSchema,
} from "./fields.ts";
import { amountSchema, moneySchema } from "./money.ts";
import { stopFields } from "./stops.ts";

const packSchema = z.enum(NOTICE_PACK_NAMES);
const overLimitSchema = z.enum(["ask", "skip"]);
const lateBillSchema = z.enum(["ask", "pay"]);
/** A bill over 130 % of the median of the last six payments of its account. */
const unusualAmountSchema = z.enum(["ask", "pay"]);
const perPaymentInput = z.union([amountSchema, z.literal("unlimited")]);
const perPeriodInput = z.union([
  z.strictObject({ amount: amountSchema, period: z.enum(PERIODS) }),
  z.literal("unlimited"),
]);
const methodsInput = z
  .array(publicIdSchema)
  .min(1)
  .max(5)
  .refine((ids) => new Set(ids).size === ids.length, { params: { code: "payload-invalid" } });

const scheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("monthly"), day: z.int().min(1).max(31) }),
  z.strictObject({
    kind: z.literal("weekly"),
    weekday: z.union([
      z.literal(1),
      z.literal(2),
      z.literal(3),
      z.literal(4),
      z.literal(5),
      z.literal(6),
      z.literal(7),
    ]),
  }),
]);
const onBillSchema = z.strictObject({ kind: z.literal("on-bill") });

/** What makes it act: a bill that arrives, a day of the month (29–31: the last of a shorter one) or week, or a balance that falls below a sum. */
const triggerInput = z
  .discriminatedUnion("kind", [
    onBillSchema,
    z.strictObject({
      kind: z.literal("on-schedule"),
      schedule: scheduleSchema,
      /** `due`: the bills that have arrived by then, as `on-bill` pays them, on a day of the payer's; or a fixed sum that no bill asks for. */
      pays: z.union([z.literal("due"), amountSchema]),
      nonWorkingDay: z
        .strictObject({
          rule: z.enum(NON_WORKING_DAY_RULES),
          country: z.enum(COUNTRY_CODES).default("RU"),
        })
        .default({ rule: "same", country: "RU" }),
    }),
    z.strictObject({
      kind: z.literal("on-balance"),
      /** A balance below this is topped up. */
      below: amountSchema,
      /** What one top-up adds: all of it or nothing. */
      topUp: amountSchema,
      /** All top-ups of one day in my zone, by the days of their debits. */
      perDay: amountSchema,
      /** From the end of one top-up to the beginning of the next. */
      coolDownMinutes: z.int().min(0).max(LONGEST_COOL_DOWN_MINUTES),
    }),
  ])
  .refine(isTrigger, { params: { code: "payload-invalid" }, path: ["perDay"] })
  .openapi("TriggerInput");

/** The trigger as it is answered. */
const triggerSchema = z
  .discriminatedUnion("kind", [
    onBillSchema,
    z.strictObject({
      kind: z.literal("on-schedule"),
      schedule: scheduleSchema,
      pays: z.union([z.literal("due"), moneySchema]),
      nonWorkingDay: z.strictObject({
        rule: z.enum(NON_WORKING_DAY_RULES),
        country: z.enum(COUNTRY_CODES).nullable(),
      }),
    }),
    z.strictObject({
      kind: z.literal("on-balance"),
      below: moneySchema,
      topUp: moneySchema,
      perDay: moneySchema,
      coolDownMinutes: z.int(),
    }),
  ])
  .openapi("Trigger");

/** The words that the payer agreed to, exactly as they were shown. */
export const consentInput = z.strictObject({
  text: z
    .string()
    .min(1)
    .max(10_000)
    // PostgreSQL stores neither; a text that is evidence is refused, never mended
    .regex(/^[^\0\p{Cs}]*$/u),
  locale: z.enum(["ru", "en"]),
  /** Which edition of the text it was. */
  version: lineSchema(40),
});

/** Terms as they are answered; a pack is named, its rules are in the documents. */
export const termsSchema = z
  .object({
    limitPerPayment: z.union([moneySchema, z.literal("unlimited")]),
    limitPerPeriod: z.union([
      z.object({ amount: moneySchema, period: z.enum(PERIODS) }),
      z.literal("unlimited"),
    ]),
    methods: z.array(publicIdSchema),
    overLimit: overLimitSchema,
    lateBill: lateBillSchema,
    unusualAmount: unusualAmountSchema,
    noticePack: packSchema,
    zone: z.string(),
    trigger: triggerSchema,
  })
  .openapi("Terms");

export const mandateSchema = z
  .object({
    id: publicIdSchema,
    biller: billerNameSchema,
    account: z.string(),
    /** What the mandate follows where it is not an account: an identifier of mine. */
    subject: z.object({ kind: z.string(), label: z.string().nullable() }).nullable(),
    state: z.enum(MANDATE_STATES),
    pausedBy: z.enum(["payer", "system", "operator"]).nullable(),
    pausedUntil: instantSchema.nullable(),
    /** Each holds until its own author ends it; `pausedBy` is the strongest. */
    pauses: z.array(
      z.object({
        by: z.enum(["payer", "system", "operator"]),
        until: instantSchema.nullable(),
        why: z.string().nullable(),
      }),
    ),
    why: z.string().nullable(),
    version: z.int(),
    terms: termsSchema,
    /** What it is going to pay, soonest first. */
    upcoming: z.array(
      z.object({
        paymentId: publicIdSchema,
        amount: moneySchema,
        plannedOn: civilDateSchema,
        notBefore: instantSchema,
        /** Until when the rail promises that it can be called off; null: until it is sent. With us it can be skipped until it is sent in either case. */
        cancelUntil: instantSchema.nullable(),
        state: z.enum(PAYMENT_STATES),
      }),
    ),
    /** The next run of its schedule; null for one without a schedule, and for a moment after it was made or changed. */
    nextRun: z
      .object({
        /** The day that the schedule names. */
        nominal: civilDateSchema,
        /** The day of the debit. */
        debitOn: civilDateSchema,
        /** `not-decreed-yet`: working days of that time are known by law only, and the debit day may still move. */
        certainty: z.enum(["decreed", "not-decreed-yet"]),
        announcedAt: instantSchema,
      })
      .nullable(),
    /** For one that tops up: when the biller last told the balance; null: not yet. How much it is stays the biller's and its customer's: anybody may top up anybody's number. */
    balanceToldAt: instantSchema.nullable(),
    /** The newest version that was consented to, and whether its consent can be fetched as a signed document. */
    /** When it ends for want of debits, once that was announced; renewing it keeps it. */
    expiresAt: instantSchema.nullable(),
    consent: z.object({ version: z.int(), signed: z.boolean() }).nullable(),
    externalId: z.string().nullable(),
    livemode: z.boolean(),
    createdAt: instantSchema,
  })
  .openapi("Mandate");

export const createMandateSchema = z
  .strictObject({
    billerId: billerIdInput,
    /** An account at the biller, or `subject/<key>` of an identifier in my profile: then all bills of this biller that are about it. */
    account: z
      .union([z.string().regex(SUBJECT_REFERENCE), accountSchema])
      .openapi({ type: "string", example: "7700123456" }),
    methods: methodsInput,
    limitPerPayment: perPaymentInput,
    limitPerPeriod: perPeriodInput,
    overLimit: overLimitSchema,
    lateBill: lateBillSchema,
    unusualAmount: unusualAmountSchema.default("ask"),
    noticePack: packSchema.default("RU"),
    trigger: triggerInput.default({ kind: "on-bill" }),
    consent: consentInput,
    externalId: lineSchema(128).optional(),
  })
  .openapi("CreateMandate");

export const editMandateSchema = z
  .strictObject({
    methods: methodsInput.optional(),
    limitPerPayment: perPaymentInput.optional(),
    limitPerPeriod: perPeriodInput.optional(),
    overLimit: overLimitSchema.optional(),
    lateBill: lateBillSchema.optional(),
    unusualAmount: unusualAmountSchema.optional(),
    /** Another day or a larger sum needs a consent. A month or week that has run does not run again. */
    trigger: triggerInput.optional(),
    /** Needed when the edit allows anything that the terms did not allow before. */
    consent: consentInput.optional(),
  })
  .openapi("EditMandate");

const whySchema = wordsSchema(200);

export const pauseMandateSchema = z
  .strictObject({ until: instantInput.optional(), why: whySchema.optional() })
  .openapi("PauseMandate");

export const cancelMandateSchema = z.strictObject({ why: whySchema.optional() }).openapi("CancelMandate");

export const mandateStopSchema = z.object({ mandate: mandateSchema, ...stopFields }).openapi("MandateStop");

export type Terms = z.infer<typeof termsSchema>;
export type Consent = z.infer<typeof consentInput>;
export type Mandate = z.infer<typeof mandateSchema>;
export type CreateMandate = z.output<typeof createMandateSchema>;
/** A new mandate as callers write it: `noticePack` may be left out. */
export type CreateMandateInput = z.input<typeof createMandateSchema>;
export type EditMandate = z.infer<typeof editMandateSchema>;
export type PauseMandate = z.infer<typeof pauseMandateSchema>;
export type CancelMandate = z.infer<typeof cancelMandateSchema>;
export type MandateStop = z.infer<typeof mandateStopSchema>;
