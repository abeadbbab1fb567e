import { addDays, type CivilDate } from "../calendar.ts";
import type { BillDiscount } from "../discount.ts";

/**
 * How much less a bill costs that is paid early: `percent` of the total, or an `amount` in minor units. The day after the issue is day 1 of `withinDays`;
 * the last one still counts. Data of a biller, never a constant: fines cost 25 % less for 30 days today and another share tomorrow.
 */
export type DiscountRule = {
  readonly kind: "percent" | "amount";
  readonly value: number;
  readonly withinDays: number;
};

/** The discount of a bill that was issued on this day, where its source says none itself. */
export function discountByRule({ kind, value, withinDays }: DiscountRule, issuedOn: CivilDate): BillDiscount {
  return { kind, value, until: addDays(issuedOn, withinDays) };
}
