import { add, type Currency, isPositive, type Money, money, zero } from "./money.ts";

/**
 * Accounts of the mirror of claims (payment rules §11.2), as text: `gateway:<merchant account>` money at the gateway not yet passed on,
 * `biller:<id>` owed to the biller, `refunds-due` owed to payers, `commission` and `fees` of the operator.
 */
export type Account = `gateway:${string}` | `biller:${string}` | "refunds-due" | "commission" | "fees";

/** The side on which an account normally has its balance. */
export function normalSide(account: Account): "debit" | "credit" {
  return account.startsWith("gateway:") || account === "fees" ? "debit" : "credit";
}

/** One line of an entry: exactly one of both sums is above zero. */
export type Posting = {
  readonly account: Account;
  readonly debitMinor: number;
  readonly creditMinor: number;
};

/** The kinds of payment rules §11.3 that move money. */
export type EntryKind = "L1" | "L2" | "L5" | "L6" | "L7";

/**
 * A balanced entry. Unique by kind and `evidenceObject` (the charge's or the refund's id, so L1 or L5 stand once per charge and L7 once per
 * refund); `paymentId` is the dimension by which a person's money is found, there is no account per person.
 */
export type Entry = {
  readonly kind: EntryKind;
  readonly paymentId: string;
  readonly evidenceObject: string;
  readonly currency: Currency;
  readonly postings: readonly Posting[];
};

/** Who and what an entry speaks of. */
export type EntryOrigin = {
  readonly paymentId: string;
  readonly evidenceObject: string;
  readonly merchantAccount: string;
  readonly billerId: string;
};

/** L1: money taken and wanted. `debt` goes to the biller, `commission` is what the payer paid on top (may be zero). */
export function chargedAndWanted(
  origin: EntryOrigin,
  sums: { readonly debt: Money; readonly commission: Money },
): Entry {
  const total = add(sums.debt, sums.commission);
  return entry("L1", origin, total.currency, [
    debit(`gateway:${origin.merchantAccount}`, total),
    credit(`biller:${origin.billerId}`, sums.debt),
    credit("commission", sums.commission),
  ]);
}

/** L2: the gateway's fee is known; borne by the biller, or by the operator (its own `fees`). */
export function feeKnown(origin: EntryOrigin, fee: Money, bearer: "biller" | "operator"): Entry {
  return entry("L2", origin, fee.currency, [
    debit(bearer === "biller" ? `biller:${origin.billerId}` : "fees", fee),
    credit(`gateway:${origin.merchantAccount}`, fee),
  ]);
}

/** L5: money taken but not wanted: all of it is owed back to the payer. */
export function chargedAndNotWanted(origin: EntryOrigin, total: Money): Entry {
  return entry("L5", origin, total.currency, [
    debit(`gateway:${origin.merchantAccount}`, total),
    credit("refunds-due", total),
  ]);
}

/** L6: a refund of a paid debt was decided; the payer's commission goes back where the contract says so. */
export function refundDecided(
  origin: EntryOrigin,
  sums: { readonly debt: Money; readonly commission: Money },
): Entry {
  const total = add(sums.debt, sums.commission);
  return entry("L6", origin, total.currency, [
    debit(`biller:${origin.billerId}`, sums.debt),
    debit("commission", sums.commission),
    credit("refunds-due", total),
  ]);
}

/** L7: the gateway returned the money. */
export function refundDone(origin: EntryOrigin, total: Money): Entry {
  return entry("L7", origin, total.currency, [
    debit("refunds-due", total),
    credit(`gateway:${origin.merchantAccount}`, total),
  ]);
}

/** Says what is wrong with an entry, or `null`: the same rule as the database's trigger, which has the last word. */
export function whyUnbalanced(candidate: Entry): string | null {
  let debits = 0;
  let credits = 0;
  for (const posting of candidate.postings) {
    const { debitMinor, creditMinor } = posting;
    if (![debitMinor, creditMinor].every((sum) => Number.isSafeInteger(sum) && sum >= 0)) {
      return `${posting.account}: sums are whole numbers of zero or more`;
    }
    if ((debitMinor === 0) === (creditMinor === 0)) return `${posting.account}: exactly one side has a sum`;
    debits += debitMinor;
    credits += creditMinor;
  }
  if (candidate.postings.length < 2) return "an entry has at least two lines";
  if (!Number.isSafeInteger(debits) || !Number.isSafeInteger(credits))
    return "the sums leave the safe integers";
  return debits === credits ? null : `debits ${debits} and credits ${credits} differ`;
}

/** Balances per account, positive on the account's normal side; for checks and pictures. */
export function balancesOf(entries: readonly Entry[]): Map<Account, number> {
  const balances = new Map<Account, number>();
  for (const posting of entries.flatMap((one) => one.postings)) {
    const sign = normalSide(posting.account) === "debit" ? 1 : -1;
    const change = sign * (posting.debitMinor - posting.creditMinor);
    balances.set(posting.account, (balances.get(posting.account) ?? 0) + change);
  }
  return balances;
}

function entry(
  kind: EntryKind,
  origin: EntryOrigin,
  currency: Currency,
  postings: readonly Posting[],
): Entry {
  const made: Entry = {
    kind,
    paymentId: origin.paymentId,
    evidenceObject: origin.evidenceObject,
    currency,
    postings: postings.filter((posting) => posting.debitMinor !== 0 || posting.creditMinor !== 0),
  };
  const wrong = whyUnbalanced(made);
  if (wrong !== null) throw new RangeError(`ledger ${kind}: ${wrong}`);
  return made;
}

function debit(account: Account, amount: Money): Posting {
  return { account, debitMinor: postable(account, amount), creditMinor: 0 };
}

function credit(account: Account, amount: Money): Posting {
  return { account, debitMinor: 0, creditMinor: postable(account, amount) };
}

function postable(account: Account, amount: Money): number {
  const whole = money(amount.amountMinor, amount.currency);
  if (!isPositive(whole) && whole.amountMinor !== zero(whole.currency).amountMinor) {
    throw new RangeError(`ledger: ${account} cannot be posted a negative amount`);
  }
  return whole.amountMinor;
}
