import { z } from "@hono/zod-openapi";
import { CHARGE_STATES, PAYMENT_STATES } from "../../domain/payment.ts";
import { civilDateSchema, instantSchema, publicIdSchema } from "./fields.ts";
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
    /** The gateway is being asked to end it: it can, and no money was taken yet. */
    voiding: z.boolean().optional(),
  })
  .openapi("InFlight");

const stop = {
  /** The moment of the stop. Null when nothing was ever stopped. */
  stoppedAt: instantSchema.nullable(),
  inFlight: z.array(inFlightSchema),
};

/** What the withdrawal of a method means: asked before as a warning, answered by it, and read after it as a receipt. */
export const methodStopSchema = z
  .object({
    methodId: publicIdSchema,
    ...stop,
    /** The same card where it was saved once more: it goes with this one. */
    twins: z.array(z.object({ methodId: publicIdSchema, title: z.string().nullable() })),
    /** Living mandates that name the method, or its twin. */
    mandates: z.array(publicIdSchema),
    /** What becomes of each of them. */
    follows: z.array(
      z.object({
        mandate: publicIdSchema,
        biller: z.string(),
        account: z.string(),
        state: z.enum(["active", "paused"]),
        outcome: z.enum(["stops", "goes-on"]),
        /** The method it goes on with. */
        next: z.string().nullable(),
      }),
    ),
    /** Debits that are planned and not under way: they stop, are announced anew from the next method, or wait for their payer as before. */
    planned: z.array(
      z.object({
        payment: publicIdSchema,
        payee: z.string(),
        plannedOn: civilDateSchema,
        amount: moneySchema,
        outcome: z.enum(["stops", "moves", "waits"]),
      }),
    ),
    /** Charges to it that were sent after the stop, counted from the gate's rows: 0. */
    sentAfter: z.int(),
    lastSentAt: instantSchema.nullable(),
  })
  .openapi("MethodStop");

export const skipAnswerSchema = z
  .object({ payment: publicIdSchema, state: z.enum(PAYMENT_STATES), ...stop })
  .openapi("SkipAnswer");

export const stopFields = stop;

export type InFlight = z.infer<typeof inFlightSchema>;
export type MethodStop = z.infer<typeof methodStopSchema>;
export type SkipAnswer = z.infer<typeof skipAnswerSchema>;
