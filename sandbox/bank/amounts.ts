/** Money on the bank's wire: a decimal string of roubles. Inside the bank: whole kopecks. Never a float. */
export interface WireAmount {
  readonly value: string;
  readonly currency: string;
}

/** What {@link minorFromDecimal} accepts: at most 12 digits before the dot, so that kopecks stay a safe integer. */
export const decimalAmount = /^\d{1,12}(\.\d{1,2})?$/;

/** Kopecks of a decimal string that matches {@link decimalAmount}; throws for anything else. */
export function minorFromDecimal(value: string): number {
  if (!decimalAmount.test(value)) throw new Error("not a decimal amount");
  const [whole = "", fraction = ""] = value.split(".");
  return Number(whole) * 100 + Number(fraction.padEnd(2, "0"));
}

/** The wire form of whole kopecks, e.g. 153050 → `{ value: "1530.50", currency: "RUB" }`. */
export function toWireAmount(amountMinor: number): WireAmount {
  const whole = Math.floor(amountMinor / 100);
  return { value: `${whole}.${String(amountMinor % 100).padStart(2, "0")}`, currency: "RUB" };
}

const feePerMille = 28;

/** What the shop receives: the sum less the bank's fee of 2.8 %, the fee rounded half up to a kopeck. */
export function incomeMinor(amountMinor: number): number {
  return amountMinor - Math.floor((amountMinor * feePerMille + 500) / 1000);
}
