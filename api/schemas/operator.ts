import { z } from "@hono/zod-openapi";
import { instantInput, instantSchema, pageOf, pageQuery, publicIdSchema, wordsSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";
import { paymentSchema } from "./payments.ts";
import { inFlightSchema } from "./stops.ts";

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
    /** How often it came up: a case that was closed opens again when its cause does. */
    times: z.int(),
    openedAt: instantSchema,
    closedAt: instantSchema.nullable(),
    closedBy: z.string().nullable(),
    closedWhy: z.string().nullable(),
  })
  .openapi("Case");

export const listCasesQuery = pageQuery.extend({ state: z.enum(["open", "closed"]).optional() });

export const closeCaseSchema = z.strictObject({ why: wordsSchema(300) }).openapi("CloseCase");

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
    reason: wordsSchema(300),
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

export const endSessionsSchema = z
  .strictObject({ reason: wordsSchema(300) })
  .openapi("EndSessions", { description: "Why; it stands in the audit" });

export type EndSessions = z.infer<typeof endSessionsSchema>;

/** A hold is a stop: nothing passes after `stoppedAt`, and what had passed is listed, the oldest first. */
export const placedHoldSchema = holdSchema
  .extend({
    stoppedAt: instantSchema,
    inFlight: z.array(inFlightSchema),
    /** All of them: the list names the oldest 200 at most, `GET /v1/operator/charges` every one. */
    inFlightTotal: z.int(),
  })
  .openapi("PlacedHold");

/** Payments a minute. No number means everybody at once: that is a word. */
const MOST_PER_MINUTE = 100_000;
const rateSchema = z.union([z.literal("unlimited"), z.int().min(1).max(MOST_PER_MINUTE)]);

export const releaseQuery = z.strictObject({
  /** Payments a minute, or `unlimited`; left out: as this deployment is configured. */
  rate: z
    .union([z.literal("unlimited"), z.coerce.number<string>().int().min(1).max(MOST_PER_MINUTE)])
    .optional(),
});

export const releasedSchema = z
  .object({
    scope: z.enum(HOLD_SCOPES),
    scopeId: z.string().nullable(),
    rate: rateSchema,
    /** The hold that was lifted; null where only the rate of an earlier release was changed. */
    hold: holdSchema.nullable(),
  })
  .openapi("Released");

export const releaseSchema = z
  .object({
    scope: z.enum(HOLD_SCOPES),
    scopeId: z.string().nullable(),
    perMinute: z.int(),
    releasedBy: z.string(),
    releasedAt: instantSchema,
    /** Charges that it has let pass. */
    admitted: z.int(),
    /** Payments that were given a turn and wait for it. */
    waiting: z.int(),
    /** The last turn that was given. */
    lastTurnAt: instantSchema,
  })
  .openapi("Release");

export const holdsSchema = pageOf(holdSchema)
  .extend({
    /** Lifted holds that still admit at their rate: until a while after the last payment that had waited. */
    releases: z.array(releaseSchema),
  })
  .openapi("Holds");

/** At most a year at once: a story in compressed time, not a leap into nowhere. */
const LONGEST_ADVANCE_SECONDS = 366 * 86_400;

export const moveClockSchema = z
  .strictObject({
    advanceSeconds: z.number().min(0).max(LONGEST_ADVANCE_SECONDS).optional(),
    scale: z.number().min(1).max(1_000_000).optional(),
  })
  .openapi("MoveClock");

export const clockSchema = z.object({ businessNow: instantSchema, scale: z.number() }).openapi("Clock");

export const dueInstantSchema = z
  .object({
    /** payment, mandate, bill, refund, message, discount, …; outbox, charge, news, workflow: under way. */
    kind: z.string(),
    id: z.string(),
    at: instantSchema,
  })
  .openapi("DueInstant");

export const clockStandSchema = clockSchema
  .extend({
    /** The next instant at which something is to happen; null: nothing waits for a date. */
    next: dueInstantSchema.nullable(),
    /** What is due or under way now. */
    waitingFor: z.array(dueInstantSchema),
  })
  .openapi("ClockStand");

export const stepClockSchema = z
  .strictObject({
    /** As far as the clock is to go at most. */
    until: instantInput.openapi({ example: "2027-03-01T09:00:00+03:00" }),
    /** What has happened is counted from here; from now where it is left out. */
    since: instantInput.optional(),
  })
  .openapi("StepClock");

export const clockStepSchema = z
  .object({
    businessNow: instantSchema,
    /** The instant that was asked for has come, and nothing is due. */
    arrived: z.boolean(),
    /** Why the clock did not go on. */
    waitingFor: z.array(dueInstantSchema),
    news: z.object({
      bills: z.number().int(),
      notices: z.number().int(),
      debits: z.number().int(),
      refusals: z.number().int(),
      messages: z.number().int(),
    }),
  })
  .openapi("ClockStep");

export type TrialBalance = z.infer<typeof trialBalanceSchema>;
export type Case = z.infer<typeof caseSchema>;
export type CloseCase = z.infer<typeof closeCaseSchema>;
export type OperatorPayment = z.infer<typeof operatorPaymentSchema>;
export type PlaceHold = z.infer<typeof placeHoldSchema>;
export type Hold = z.infer<typeof holdSchema>;
export type Holds = z.infer<typeof holdsSchema>;
export type PlacedHold = z.infer<typeof placedHoldSchema>;
export type Release = z.infer<typeof releaseSchema>;
export type Released = z.infer<typeof releasedSchema>;
export type MoveClock = z.infer<typeof moveClockSchema>;
export type Clock = z.infer<typeof clockSchema>;
export type ClockStand = z.infer<typeof clockStandSchema>;
export type StepClock = z.infer<typeof stepClockSchema>;
export type ClockStep = z.infer<typeof clockStepSchema>;
