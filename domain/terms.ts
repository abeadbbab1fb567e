import type { Period } from "./calendar.ts";
import { compare, type Money } from "./money.ts";
import { isAtLeastAsCareful, type NoticePack } from "./notice-policy.ts";
import { isNarrowerTrigger, type Trigger } from "./trigger.ts";

export type { Trigger } from "./trigger.ts";

/** One version of what the payer agreed to. Plain data: it is stored, hashed and shown as it is. */
export type Terms = {
  readonly limitPerPayment: Money | "unlimited";
  readonly limitPerPeriod: { readonly amount: Money; readonly period: Period } | "unlimited";
  /** Ids of our method rows, in the order in which they may be used; never empty. */
  readonly methods: readonly string[];
  /** A debit above a limit: ask the payer, or skip it and tell. */
  readonly overLimit: "ask" | "skip";
  /** A bill that arrives too late for its notice: ask, or pay at the first lawful instant even if late. */
  readonly lateBill: "ask" | "pay";
  /** A bill far above the usual sum of its account: ask, or pay it like any other. Versions from before there was a choice ask. */
  readonly unusualAmount?: "ask" | "pay";
  readonly noticePack: NoticePack;
  /** The payer's time zone (IANA name): hours, days and periods are counted in it. */
  readonly zone: string;
  readonly trigger: Trigger;
};

/** Which debts a mandate speaks of. Another account of the same biller is another debt: it needs consent of its own. */
export type MandateScope = { readonly billerId: string; readonly account: string };

/** What the terms are asked about. */
export type Debit = { readonly amount: Money; readonly methodId?: string };

export type Coverage =
  | { readonly covered: true }
  | { readonly covered: false; readonly why: "currency" | "over-limit" | "method-not-named" };

/**
 * Do these terms allow a debit of this amount (payer's fee included) by this method? The limit per period is not judged here: it needs
 * the sum of the period, under the lock of its row.
 */
export function covers(terms: Terms, debit: Debit): Coverage {
  if (debit.methodId !== undefined && !terms.methods.includes(debit.methodId)) {
    return { covered: false, why: "method-not-named" };
  }
  const perPeriod = terms.limitPerPeriod === "unlimited" ? "unlimited" : terms.limitPerPeriod.amount;
  const limits: readonly Terms["limitPerPayment"][] = [terms.limitPerPayment, perPeriod];
  for (const limit of limits) {
    if (limit === "unlimited") continue;
    if (limit.currency !== debit.amount.currency) return { covered: false, why: "currency" };
    if (compare(debit.amount, limit) > 0) return { covered: false, why: "over-limit" };
  }
  return { covered: true };
}

/** Does a mandate speak of this debt at all? */
export function isInScope(scope: MandateScope, debt: MandateScope): boolean {
  return scope.billerId === debt.billerId && scope.account === debt.account;
}

/** Is there room for a debit beside what the period has already spent and reserved (of the same currency)? */
export function fitsPeriod(terms: Terms, use: { readonly used: Money; readonly debit: Money }): boolean {
  if (terms.limitPerPeriod === "unlimited") return true;
  const { amount } = terms.limitPerPeriod;
  if (amount.currency !== use.debit.currency || amount.currency !== use.used.currency) return false;
  // Subtracting keeps large sums inside the safe integers, adding would not.
  return use.debit.amountMinor <= amount.amountMinor - use.used.amountMinor;
}

/**
 * True when `next` allows nothing that `old` did not: lower limits, fewer methods (not the last, same order), more notice, more questions.
 * Such an edit works at once; every other one widens and needs fresh consent (payment rules §7.1). A change of zone widens.
 */
export function isNarrowing(old: Terms, next: Terms): boolean {
  return (
    isLimitNarrower(old.limitPerPayment, next.limitPerPayment) &&
    isPeriodLimitNarrower(old.limitPerPeriod, next.limitPerPeriod) &&
    isSubsequence(old.methods, next.methods) &&
    (next.overLimit === old.overLimit || next.overLimit === "ask") &&
    (next.lateBill === old.lateBill || next.lateBill === "ask") &&
    (asksUnusual(next) || !asksUnusual(old)) &&
    isAtLeastAsCareful(old.noticePack, next.noticePack) &&
    next.zone === old.zone &&
    isNarrowerTrigger(old.trigger, next.trigger)
  );
}

/** Is the payer asked about a sum that is far above the usual one? */
export function asksUnusual(terms: Pick<Terms, "unusualAmount">): boolean {
  return terms.unusualAmount !== "pay";
}

function isLimitNarrower(old: Terms["limitPerPayment"], next: Terms["limitPerPayment"]): boolean {
  if (old === "unlimited") return true;
  return next !== "unlimited" && next.currency === old.currency && compare(next, old) <= 0;
}

/** Only limits of one period compare: 1000 a month allows more in one week, at a month's end, than 1000 a week. */
function isPeriodLimitNarrower(old: Terms["limitPerPeriod"], next: Terms["limitPerPeriod"]): boolean {
  if (old === "unlimited") return true;
  return next !== "unlimited" && next.period === old.period && isLimitNarrower(old.amount, next.amount);
}

function isSubsequence(old: readonly string[], next: readonly string[]): boolean {
  let from = 0;
  for (const method of next) {
    const at = old.indexOf(method, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return next.length > 0;
}
