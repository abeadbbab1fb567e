import { z } from "@hono/zod-openapi";
import { instantSchema, lineSchema, pageQuery, publicIdSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";
import { paymentSchema } from "./payments.ts";

export const trialBalanceSchema = z
  .object({
    accounts: z.array(
      z.object({ account: z.string(), currency: z.string(), debitMinor: z.int(), creditMinor: z.int() }),
    ),
    balanced: z.boolean(),
  })
  .openapi("TrialBalance");

export const caseSchema = z
  .object({
    id: publicIdSchema,
    kind: z.string(),
    subject: z.string(),
    amount: moneySchema.nullable(),
    detail: z.record(z.string(), z.unknown()),
    owner: z.string().nullable(),
    openedAt: instantSchema,
    closedAt: instantSchema.nullable(),
  })
  .openapi("Case");

export const listCasesQuery = pageQuery.extend({ state: z.enum(["open", "closed"]).optional() });

export const operatorPaymentSchema = z
  .object({
    payment: paymentSchema,
    gatePasses: z.array(
      z.object({
        chargeId: z.string(),
        transmission: z.int(),
        checks: z.record(z.string(), z.string()),
        passedAt: instantSchema,
        businessAt: instantSchema,
      }),
    ),
    evidence: z.array(
      z.object({
        chargeId: z.string(),
        rank: z.int(),
        source: z.string(),
        outcome: z.string(),
        moved: z.boolean(),
        facts: z.record(z.string(), z.unknown()),
        seenAt: instantSchema,
      }),
    ),
  })
  .openapi("OperatorPayment");

export const HOLD_SCOPES = ["all", "gateway", "biller", "category"] as const;

export const placeHoldSchema = z
  .strictObject({
    scope: z.enum(HOLD_SCOPES),
    scopeId: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .optional(),
    reason: lineSchema(300),
  })
  .refine((hold) => (hold.scope === "all") === (hold.scopeId === undefined), {
    path: ["scopeId"],
    params: { code: "payload-invalid" },
  })
  .openapi("PlaceHold");

export const holdSchema = z
  .object({
    scope: z.enum(HOLD_SCOPES),
    scopeId: z.string().nullable(),
    reason: z.string(),
    placedBy: z.string(),
    placedAt: instantSchema,
  })
  .openapi("Hold");

/** At most a year at once: a story in compressed time, not a leap into nowhere. */
const LONGEST_ADVANCE_SECONDS = 366 * 86_400;

export const moveClockSchema = z
  .strictObject({
    advanceSeconds: z.number().min(0).max(LONGEST_ADVANCE_SECONDS).optional(),
    scale: z.number().min(1).max(1_000_000).optional(),
  })
  .openapi("MoveClock");

export const clockSchema = z.object({ businessNow: instantSchema, scale: z.number() }).openapi("Clock");

export type TrialBalance = z.infer<typeof trialBalanceSchema>;
export type Case = z.infer<typeof caseSchema>;
export type OperatorPayment = z.infer<typeof operatorPaymentSchema>;
export type PlaceHold = z.infer<typeof placeHoldSchema>;
export type Hold = z.infer<typeof holdSchema>;
export type MoveClock = z.infer<typeof moveClockSchema>;
export type Clock = z.infer<typeof clockSchema>;
