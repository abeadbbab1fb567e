import { z } from "zod";
import { decimalAmount, minorFromDecimal } from "./amounts.ts";

/** Currencies that the protocol knows. This shop, like most, takes roubles only. */
const currencies = [
  "RUB",
  "EUR",
  "USD",
  "KZT",
  "BYN",
  "UAH",
  "UZS",
  "TRY",
  "INR",
  "MDL",
  "AZN",
  "AMD",
] as const;

/** A sum above zero, read into whole kopecks. */
export const amountShape = z
  .object({
    value: z.string().regex(decimalAmount, "Amount must be a decimal string"),
    currency: z
      .enum(currencies)
      .refine((currency) => currency === "RUB", "Currency is not available for this shop"),
  })
  .transform(({ value }) => minorFromDecimal(value))
  .refine((minor) => minor > 0, { message: "Amount must be above zero", path: ["value"] });
