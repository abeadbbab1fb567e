import { compare, isPositive, type Money } from "./money.ts";
import { isSchedule, type Schedule } from "./schedule.ts";
import type { CountryCode } from "./working-days/countries.ts";
import type { NonWorkingDayRule } from "./working-days/country-days.ts";

/** A bill that arrives. */
export type OnBill = { readonly kind: "on-bill" };

/** The mandate's own schedule, paying what is due or a fixed sum. */
export type OnSchedule = {
  readonly kind: "on-schedule";
  readonly schedule: Schedule;
  readonly pays: "due" | Money;
  /** A debit whose day is not a working day of the country. Terms of before this rule existed lack it, and mean "same". */
  readonly nonWorkingDay?: { readonly rule: NonWorkingDayRule; readonly country: CountryCode };
};

/** A prepaid balance that falls below a sum. */
export type OnBalance = {
  readonly kind: "on-balance";
  readonly below: Money;
  /** What one top-up adds: all of it or nothing. */
  readonly topUp: Money;
  /** All top-ups of one civil day in the payer's zone, undecided ones too. */
  readonly perDay: Money;
  /** From the end of one top-up to the beginning of the next. */
  readonly coolDownMinutes: number;
};

/** What makes a mandate act. */
export type Trigger = OnBill | OnSchedule | OnBalance;

/** Is it for bills that arrive, whenever it pays them? The other kinds pay sums of their own. */
export function paysBills(trigger: Trigger): boolean {
  return trigger.kind === "on-bill" || (trigger.kind === "on-schedule" && trigger.pays === "due");
}

/** The longest cool-down: longer is no top-up any more, but a payment once in a while. */
export const LONGEST_COOL_DOWN_MINUTES = 31 * 24 * 60;

/** True for a trigger that can act: days that exist, sums above zero and of one currency, a top-up that fits its day. */
export function isTrigger(trigger: Trigger): boolean {
  switch (trigger.kind) {
    case "on-bill":
      return true;
    case "on-schedule":
      return isSchedule(trigger.schedule) && (trigger.pays === "due" || isPositive(trigger.pays));
    case "on-balance": {
      const { below, topUp, perDay, coolDownMinutes } = trigger;
      return (
        [below, topUp].every((sum) => isPositive(sum) && sum.currency === perDay.currency) &&
        compare(topUp, perDay) <= 0 &&
        Number.isInteger(coolDownMinutes) &&
        coolDownMinutes >= 0 &&
        coolDownMinutes <= LONGEST_COOL_DOWN_MINUTES
      );
    }
  }
}

/** True when `next` acts only where `old` did, and never with more money: such a change needs no new consent. */
export function isNarrowerTrigger(old: Trigger, next: Trigger): boolean {
  switch (old.kind) {
    case "on-bill":
      return next.kind === "on-bill";
    case "on-schedule":
      return next.kind === "on-schedule" && isSameDays(old, next) && paysNoMore(old.pays, next.pays);
    case "on-balance":
      return (
        next.kind === "on-balance" &&
        isNoMore(old.below, next.below) &&
        isNoMore(old.topUp, next.topUp) &&
        isNoMore(old.perDay, next.perDay) &&
        next.coolDownMinutes >= old.coolDownMinutes
      );
  }
}

/** Another rule for days off is another day of debit, so it is neither narrower nor wider. */
function isSameDays(a: OnSchedule, b: OnSchedule): boolean {
  if (!isSameSchedule(a.schedule, b.schedule)) return false;
  const [rule, other] = [a, b].map(({ nonWorkingDay }) =>
    nonWorkingDay === undefined || nonWorkingDay.rule === "same"
      ? "same"
      : `${nonWorkingDay.rule}/${nonWorkingDay.country}`,
  );
  return rule === other;
}

function isSameSchedule(a: Schedule, b: Schedule): boolean {
  if (a.kind === "monthly") return b.kind === "monthly" && a.day === b.day;
  return b.kind === "weekly" && a.weekday === b.weekday;
}

function paysNoMore(old: "due" | Money, next: "due" | Money): boolean {
  if (old === "due" || next === "due") return old === next;
  return isNoMore(old, next);
}

function isNoMore(old: Money, next: Money): boolean {
  return old.currency === next.currency && compare(next, old) <= 0;
}
