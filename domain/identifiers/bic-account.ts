import { compacted, digitsOf, misshapen, mistyped, type Proof, proved, weighted } from "./proof.ts";

/** A payee's bank and account, proved against each other. `keyChecked` is false where no key rule is known. */
export type BankAccount = { readonly bic: string; readonly account: string; readonly keyChecked: boolean };

const KEY_WEIGHTS = [7, 1, 3];
const KEY_POSITION = 9;
/** Codes of units of the Bank of Russia, at the end of a BIC. */
const CENTRAL_BANK_UNITS = ["000", "001", "002"];
const TREASURY_BIC = /^0[012]/;

/** Reads a BIC: 9 digits. Those of the Treasury begin with 00, 01 or 02, so nothing is asked of the first two. */
export function parseBic(text: string): Proof<string> {
  const bic = compacted(text);
  return /^\d{9}$/.test(bic) ? proved(bic) : misshapen();
}

/**
 * Reads an account of 20 digits at a bank and proves its key (digit 9). Correspondent accounts (301…), the single treasury account (40102…)
 * and accounts at the Bank of Russia use `0` and digits 5–6 of the BIC before the account, all others the BIC's last three. Accounts
 * that begin with 03 fit no known rule: only their shape is checked, a bill is never refused for them.
 */
export function parseBankAccount(requisites: {
  readonly bic: string;
  readonly account: string;
}): Proof<BankAccount> {
  const bic = parseBic(requisites.bic);
  const account = compacted(requisites.account);
  if (!bic.ok) return bic;
  if (!/^\d{20}$/.test(account)) return misshapen();
  if (account.startsWith("03")) return proved({ bic: bic.value, account, keyChecked: false });
  const digits = digitsOf(keyPrefix(bic.value, account) + account);
  return weighted(digits, KEY_WEIGHTS) % 10 === 0
    ? proved({ bic: bic.value, account, keyChecked: true })
    : mistyped(KEY_POSITION);
}

function keyPrefix(bic: string, account: string): string {
  const unit = bic.slice(6);
  const atCentralBank =
    account.startsWith("301") ||
    account.startsWith("40102") ||
    CENTRAL_BANK_UNITS.includes(unit) ||
    TREASURY_BIC.test(bic);
  return atCentralBank ? `0${bic.slice(4, 6)}` : unit;
}
