import { z } from "@hono/zod-openapi";
import { CURRENCIES } from "../../domain/money.ts";

/** The largest amount that one bill or payment may name: 100 000 000 roubles, in kopecks. */
export const LARGEST_AMOUNT_MINOR = 10_000_000_000;

/** An amount as we answer it; may be zero. */
export const moneySchema = z
  .object({ amountMinor: z.int(), currency: z.enum(CURRENCIES) })
  .openapi("Money", { example: { amountMinor: 512_345, currency: "RUB" } });

/** An amount as callers name it: 1 kopeck to 100 000 000 roubles. */
export const amountSchema = z
  .strictObject({
    amountMinor: z.int().min(1).max(LARGEST_AMOUNT_MINOR),
    currency: z.literal("RUB"),
  })
  .openapi("Amount", { example: { amountMinor: 512_345, currency: "RUB" } });
