import { type Money, parseDecimal } from "../domain/money.ts";

/** The only currency that payers name so far. */
type Roubles = Money & { readonly currency: "RUB" };

/** Roubles as people type them (`10 000`, `5123,45`, `5 123.45 ₽`); null when it is no amount above zero. */
export function parseRoubles(text: string): Roubles | null {
  const plain = text
    .replace(/[\s\u00a0\u202f]|₽|руб\.?|RUB/giu, "")
    .replace(",", ".")
    .replace(/^0+(?=\d)/, "");
  const amount = parseDecimal(plain, "RUB");
  return amount !== null && amount.amountMinor > 0
    ? { amountMinor: amount.amountMinor, currency: "RUB" }
    : null;
}

/** An amount as it stands in a field: `5123,45`, `10000`. */
export function roublesForField(amount: Money): string {
  const whole = Math.floor(amount.amountMinor / 100);
  const rest = amount.amountMinor % 100;
  return rest === 0 ? String(whole) : `${whole},${String(rest).padStart(2, "0")}`;
}
