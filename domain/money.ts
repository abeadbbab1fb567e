/** Money everywhere in Kvitok: a whole number of minor units (kopecks, cents) and an ISO 4217 code. Never a float. */
export type Currency = "RUB" | "USD" | "EUR";

/** Every currency that the engine can hold. All of them have two decimals; another one needs a table of digits first. */
export const CURRENCIES = ["RUB", "USD", "EUR"] as const satisfies readonly Currency[];

/** An amount: `amountMinor` is a safe integer in minor units of `currency`. */
export type Money = { readonly amountMinor: number; readonly currency: Currency };

const MINOR_PER_MAJOR = 100;
const BASIS_POINTS = 10_000;
/** Products of two numbers up to this one are still safe integers. */
const LARGEST_WEIGHT_SUM = 94_906_265;

/** True for the codes of {@link CURRENCIES}. */
export function isCurrency(text: unknown): text is Currency {
  return CURRENCIES.some((currency) => currency === text);
}

/** Makes an amount. Throws `RangeError` when `amountMinor` is not a safe integer: that is a defect, not bad input. */
export function money(amountMinor: number, currency: Currency): Money {
  if (!Number.isSafeInteger(amountMinor)) {
    throw new RangeError(`money: ${amountMinor} is not a safe whole number of minor units`);
  }
  return { amountMinor: amountMinor === 0 ? 0 : amountMinor, currency };
}

/** Nothing, in a currency. */
export function zero(currency: Currency): Money {
  return money(0, currency);
}

/** Sum of two amounts of one currency. Throws `RangeError` on mixed currencies and on overflow. */
export function add(a: Money, b: Money): Money {
  mustShareCurrency(a, b);
  return money(a.amountMinor + b.amountMinor, a.currency);
}

/** `a − b`; may be below zero. Throws `RangeError` on mixed currencies and on overflow. */
export function subtract(a: Money, b: Money): Money {
  mustShareCurrency(a, b);
  return money(a.amountMinor - b.amountMinor, a.currency);
}

/** −1, 0 or 1, as `a` is less than, equal to or more than `b`. Throws `RangeError` on mixed currencies. */
export function compare(a: Money, b: Money): -1 | 0 | 1 {
  mustShareCurrency(a, b);
  if (a.amountMinor === b.amountMinor) return 0;
  return a.amountMinor < b.amountMinor ? -1 : 1;
}

/** Same amount and same currency; unlike {@link compare} it answers false for mixed currencies. */
export function equal(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.amountMinor === b.amountMinor;
}

/** True when the amount is above zero. */
export function isPositive(amount: Money): boolean {
  return amount.amountMinor > 0;
}

/**
 * Reads a decimal as gateways and registries write it: `"5123.45"`, `"5123.4"`, `"5123"`, with an optional minus.
 * Anything else (comma, blanks, exponent, three decimals, leading zeros, unsafe size) is `null`; no digit is ever rounded away.
 */
export function parseDecimal(text: string, currency: Currency): Money | null {
  const match = /^(-?)(0|[1-9]\d{0,15})(?:\.(\d{1,2}))?$/.exec(text);
  if (match === null) return null;
  const [, minus = "", major = "", decimals = ""] = match;
  const size = Number(major) * MINOR_PER_MAJOR + Number(decimals.padEnd(2, "0"));
  if (!Number.isSafeInteger(size)) return null;
  return money(minus === "-" ? -size : size, currency);
}

/** Writes an amount as gateways want it: always a dot and two decimals, e.g. `"5123.45"`. */
export function toDecimal(amount: Money): string {
  const size = Math.abs(amount.amountMinor);
  const decimals = String(size % MINOR_PER_MAJOR).padStart(2, "0");
  const sign = amount.amountMinor < 0 ? "-" : "";
  return `${sign}${Math.floor(size / MINOR_PER_MAJOR)}.${decimals}`;
}

/**
 * Shares an amount by whole weights so that the parts add up to it exactly. Each part differs from its exact share by less
 * than one minor unit; units left over go to the largest remainders, earlier parts first. Throws `RangeError` for a
 * negative amount, weights that are not whole and ≥ 0, or a sum of weights that is zero or above 94 906 265.
 */
export function share(amount: Money, weights: readonly number[]): Money[] {
  const sum = weightSum(weights);
  if (amount.amountMinor < 0) throw new RangeError("money: only an amount of zero or more can be shared");
  const whole = Math.floor(amount.amountMinor / sum);
  const rest = amount.amountMinor % sum;
  const parts = weights.map((weight, index) => ({
    index,
    amountMinor: whole * weight + Math.floor((rest * weight) / sum),
    remainder: (rest * weight) % sum,
  }));
  let left = amount.amountMinor - parts.reduce((total, part) => total + part.amountMinor, 0);
  for (const part of parts.toSorted((a, b) => b.remainder - a.remainder || a.index - b.index)) {
    if (left === 0) break;
    part.amountMinor += 1;
    left -= 1;
  }
  return parts.map((part) => money(part.amountMinor, amount.currency));
}

/** A discount of a bill: hundredths of a percent (2500 = 25 %), or a sum. */
export type Discount =
  | { readonly kind: "percent"; readonly basisPoints: number }
  | { readonly kind: "sum"; readonly amount: Money };

/**
 * What is to be paid after a discount: `total − floor(total × percent / 100)`, so never a kopeck less than is due (an
 * underpaid fine loses its discount). Never below zero. Throws `RangeError` for a negative total or a discount outside 0–100 %.
 */
export function afterDiscount(total: Money, discount: Discount): Money {
  if (total.amountMinor < 0) throw new RangeError("money: a discount needs a total of zero or more");
  const reduction = reductionMinor(total, discount);
  return money(Math.max(0, total.amountMinor - reduction), total.currency);
}

function reductionMinor(total: Money, discount: Discount): number {
  if (discount.kind === "sum") {
    mustShareCurrency(total, discount.amount);
    if (discount.amount.amountMinor < 0) throw new RangeError("money: a discount is never negative");
    return discount.amount.amountMinor;
  }
  const { basisPoints } = discount;
  if (!Number.isSafeInteger(basisPoints) || basisPoints < 0 || basisPoints > BASIS_POINTS) {
    throw new RangeError(`money: a discount of ${basisPoints} basis points is not between 0 and 100 %`);
  }
  // Split first: total × basisPoints could leave the safe integers for large totals.
  const whole = Math.floor(total.amountMinor / BASIS_POINTS);
  const rest = total.amountMinor % BASIS_POINTS;
  return whole * basisPoints + Math.floor((rest * basisPoints) / BASIS_POINTS);
}

function weightSum(weights: readonly number[]): number {
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) {
    throw new RangeError("money: weights must be whole numbers of zero or more");
  }
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0 || sum > LARGEST_WEIGHT_SUM) {
    throw new RangeError(`money: weights must add up to 1…${LARGEST_WEIGHT_SUM}, not ${sum}`);
  }
  return sum;
}

function mustShareCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new RangeError(`money: ${a.currency} and ${b.currency} do not mix`);
}
