import { z } from "@hono/zod-openapi";
import { accountSchema, instantInput } from "./fields.ts";
import { LARGEST_AMOUNT_MINOR } from "./money.ts";

const MOST_WORDS = 1000;

/** What a biller says of its accounts. Both lists may be left out, not both be empty of sense: an empty message changes nothing. */
export const balancesSchema = z
  .strictObject({
    readings: z
      .array(
        z.strictObject({
          account: accountSchema,
          /** In minor units; below zero where the account is in debt. */
          balance: z.strictObject({
            amountMinor: z.int().min(-LARGEST_AMOUNT_MINOR).max(LARGEST_AMOUNT_MINOR),
            currency: z.literal("RUB"),
          }),
          /** When the balance was so, by the biller's clock: a younger reading wins, however late an older one arrives. */
          at: instantInput,
        }),
      )
      .max(MOST_WORDS)
      .default([]),
    /** Top-ups that have come, by the `payment_id` that the gateway's record of the payment names, and since when the balance holds them. */
    credited: z
      .array(z.strictObject({ payment: z.string().max(64), at: instantInput }))
      .max(MOST_WORDS)
      .default([]),
  })
  .openapi("Balances");

export const balanceAnswerSchema = z
  .object({
    /** In the order of the message. `older`: a younger one is known. `ahead`: its time has not come by our clock, and it is not kept. */
    readings: z.array(z.enum(["taken", "older", "ahead"])),
    /** `unknown`: this is no top-up of this biller. */
    credited: z.array(z.enum(["taken", "unknown", "ahead"])),
  })
  .openapi("BalanceAnswer");
