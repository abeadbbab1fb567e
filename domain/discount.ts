import type { CivilDate } from "./calendar.ts";
import { afterDiscount, type Currency, type Discount, money } from "./money.ts";

/**
 * A discount as the bill itself states it, never a rule of ours (a traffic fine's was 50 % within 20 days, then 25 % within 30). `percent`: off the whole sum,
 * at most two decimals; `amount`: so many minor units off; `share`: the part that stays due (0.75 = three quarters), at most four decimals. `until`: its last
 * day in the payee's zone; null: it has no end.
 */
export type BillDiscount = {
  readonly kind: "percent" | "amount" | "share";
  readonly value: number;
  readonly until: CivilDate | null;
};

/** What decides how much of a bill is due on a day. `leftMinor`: what its source says is left of the whole sum, discount not taken off. */
export type DueFacts = {
  readonly totalMinor: number;
  readonly leftMinor: number;
  readonly currency: Currency;
  readonly discount: BillDiscount | null;
};

/** True for a discount that can be taken off such a sum and leaves something due. */
export function isDiscount(discount: BillDiscount, totalMinor: number): boolean {
  const { kind, value } = discount;
  if (kind === "amount") return Number.isSafeInteger(value) && value > 0 && value < totalMinor;
  if (kind === "percent") return isWhole(value * 100) && value > 0 && value < 100;
  return isWhole(value * 10_000) && value > 0 && value < 1;
}

/** True as long as the discount may be used: on its last day too. `today` is the payee's civil day. */
export function holdsOn(discount: BillDiscount, today: CivilDate): boolean {
  return discount.until === null || today <= discount.until;
}

/**
 * Minor units due on a day of the payee: `total − floor(total × percent / 100)` while the discount holds, never more than is left, and never a kopeck less than
 * is due. What is left equals the discounted sum where the source has taken the discount off itself: then the whole sum is due once it is over.
 */
export function dueMinorOn(facts: DueFacts, today: CivilDate): number {
  const { discount, leftMinor, totalMinor } = facts;
  if (discount === null) return leftMinor;
  const reduced = reducedMinor(facts, discount);
  if (holdsOn(discount, today)) return Math.min(leftMinor, reduced);
  return leftMinor === reduced ? totalMinor : leftMinor;
}

function reducedMinor({ totalMinor, currency }: DueFacts, discount: BillDiscount): number {
  return afterDiscount(money(totalMinor, currency), ruleOf(discount, currency)).amountMinor;
}

function ruleOf({ kind, value }: BillDiscount, currency: Currency): Discount {
  if (kind === "amount") return { kind: "sum", amount: money(value, currency) };
  if (kind === "percent") return { kind: "percent", basisPoints: Math.round(value * 100) };
  return { kind: "percent", basisPoints: 10_000 - Math.round(value * 10_000) };
}

/** Decimals come as floats (25.5, 0.75): their hundredths and ten-thousandths are whole but for the last bits. */
function isWhole(scaled: number): boolean {
  return Math.abs(scaled - Math.round(scaled)) < 1e-6;
}
