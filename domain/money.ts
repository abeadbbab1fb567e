/** Money everywhere in Kvitok: a whole number of minor units (kopecks, cents) and an ISO 4217 code. Never a float. */
export type Currency = "RUB" | "USD" | "EUR";

/** An amount: `amountMinor` is a safe integer in minor units of `currency`. */
export type Money = { readonly amountMinor: number; readonly currency: Currency };
