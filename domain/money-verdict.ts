import { add, compare, type Money, money, subtract, zero } from "./money.ts";

/** What is known, in the transaction that learns of taken money, about the debt it was taken for (payment rules §3.2). */
export type MoneySituation = {
  /** What the gateway took. */
  readonly taken: Money;
  /** `ours`: held by this payment. `free`: released meanwhile. The others belong to somebody else's money. */
  readonly claim: "ours" | "free" | "spent" | "held-by-undecided" | "held-without-charge";
  /** `unreadable`: the source cannot be asked now; `paid-by-other` only when proved not to be our own echo. */
  readonly debt: "owed" | "annulled" | "paid-by-other" | "unreadable";
  /** What is due now by the newest version of the bill. Ignored unless the debt is owed. */
  readonly due: Money;
  /** The payee is the one that the payer was shown. */
  readonly payeeAsShown: boolean;
  readonly methodRefundsPartly: boolean;
};

/** What becomes of the money: `keep + giveBack` is always what was taken. */
export type MoneyVerdict = {
  readonly keep: Money;
  readonly giveBack: Money;
  readonly why:
    | "wanted"
    | "judge-again"
    | "excess"
    | "all-back-ask-anew"
    | "not-owed"
    | "claim-lost"
    | "payee-changed";
};

/**
 * Decides whether taken money is wanted. A stop mark, a passed deadline or a hold do not matter here: the stop's answer had listed the
 * charge, so the money is kept and the refund road is offered. Less than due is kept as a part payment.
 */
export function judgeMoney(situation: MoneySituation): MoneyVerdict {
  const { taken, claim, debt, due } = situation;
  if (claim === "spent" || claim === "held-by-undecided") return back(taken, "claim-lost");
  if (!situation.payeeAsShown) return back(taken, "payee-changed");
  if (debt === "annulled" || debt === "paid-by-other") return back(taken, "not-owed");
  if (debt === "unreadable") return keep(taken, "judge-again");
  if (due.amountMinor <= 0) return back(taken, "not-owed");
  if (compare(taken, due) <= 0) return keep(taken, "wanted");
  if (!situation.methodRefundsPartly) return back(taken, "all-back-ask-anew");
  return { keep: due, giveBack: subtract(taken, due), why: "excess" };
}

/** True when a verdict keeps some of the money: the payment becomes `paid`, else `returning`. */
export function isKept(verdict: MoneyVerdict): boolean {
  return verdict.keep.amountMinor > 0;
}

/** The whole sum of a verdict, for checks. */
export function sumOf(verdict: MoneyVerdict): Money {
  return add(verdict.keep, verdict.giveBack);
}

function keep(taken: Money, why: MoneyVerdict["why"]): MoneyVerdict {
  return { keep: money(taken.amountMinor, taken.currency), giveBack: zero(taken.currency), why };
}

function back(taken: Money, why: MoneyVerdict["why"]): MoneyVerdict {
  return { keep: zero(taken.currency), giveBack: money(taken.amountMinor, taken.currency), why };
}
