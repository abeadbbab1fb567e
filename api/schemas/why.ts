import { z } from "@hono/zod-openapi";
import { WHY_REASONS, WHY_STEPS } from "../../domain/why/reasons.ts";
import { civilDateSchema, instantSchema, publicIdSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";

export const whyStepSchema = z
  .object({
    step: z.enum(WHY_STEPS),
    at: instantSchema,
    words: z.string().openapi({ description: "The step, in the language of the request." }),
    amount: moneySchema.nullable(),
    limit: moneySchema.nullable(),
    plannedOn: civilDateSchema.nullable(),
    mandateVersion: z.int().nullable(),
    channel: z.string().nullable(),
    chargeId: z.string().nullable(),
    reason: z.enum(WHY_REASONS).nullable(),
  })
  .openapi("WhyStep");

export const whySchema = z
  .object({
    reason: z.enum(WHY_REASONS),
    words: z.string().openapi({ description: "The reason, in the language of the request." }),
    paymentId: publicIdSchema.nullable().openapi({
      description: "The payment that the steps tell of; null: nothing was planned.",
    }),
    mandateId: publicIdSchema.nullable(),
    steps: z.array(whyStepSchema).openapi({ description: "Rule, limit, notices, attempts, outcome." }),
  })
  .openapi("Why");

export type Why = z.infer<typeof whySchema>;
