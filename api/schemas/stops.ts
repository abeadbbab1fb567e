import { z } from "@hono/zod-openapi";
import { CHARGE_STATES, PAYMENT_STATES } from "../../domain/payment.ts";
import { instantSchema, publicIdSchema } from "./fields.ts";
import { moneySchema } from "./money.ts";

/** A charge that was already under way when the stop was committed (payment rules §6). */
export const inFlightSchema = z
  .object({
    payment: publicIdSchema,
    charge: z.string(),
    amount: moneySchema,
    payee: z.string(),
    method: z.string().nullable(),
    sentAt: instantSchema,
    state: z.enum(CHARGE_STATES),
    /** When it is looked at next, or until when the payer could still confirm it. */
    next: instantSchema.nullable(),
  })
  .openapi("InFlight");

const stop = {
  /** The moment of the stop. Null when nothing was ever stopped. */
  stoppedAt: instantSchema.nullable(),
  inFlight: z.array(inFlightSchema),
};

export const methodStopSchema = z
  .object({ methodId: publicIdSchema, ...stop, mandates: z.array(publicIdSchema) })
  .openapi("MethodStop");

export const skipAnswerSchema = z
  .object({ payment: publicIdSchema, state: z.enum(PAYMENT_STATES), ...stop })
  .openapi("SkipAnswer");

export const stopFields = stop;

export type InFlight = z.infer<typeof inFlightSchema>;
export type MethodStop = z.infer<typeof methodStopSchema>;
export type SkipAnswer = z.infer<typeof skipAnswerSchema>;
