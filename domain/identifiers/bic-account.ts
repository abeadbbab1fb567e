import { toCyrillic } from "./look-alikes.ts";
import { compacted, digitsOf, type Proof, proved, refused, weighted } from "./proof.ts";
import { digits, misfit } from "./shape.ts";

/** A payee's bank and account, proved against each other. `keyChecked` is false where no key rule is known. */
export type BankAccount = { readonly bic: string; readonly account: string; readonly keyChecked: boolean };

const ACCOUNT_SHAPE = `${digits(5)}k${digits(14)}`;
const KEY_WEIGHTS = [7, 1, 3];
const KEY_POSITION = 9;
/** Codes of units of the Bank of Russia, at the end of a BIC. */
const CENTRAL_BANK_UNITS = ["000", "001", "002"];
const TREASURY_BIC = /^0[012]/;
/**
 * Accounts of banks and of the Treasury that are held at the Bank of Russia. Only 30101–30108: from 30109 on the first three digits are the
 * same, but the account is held at the bank itself (instruction 515 of the Bank of Russia of 1997, its fourth example).
 */
const AT_CENTRAL_BANK = /^(3010[1-8]|40102)/;
/** In the currency code of a clearing account a letter stands for the digit of its place here (instruction 515, point 8). */
const CLEARING_LETTERS = "АВСЕНКМРТХ";

/** Reads a BIC: 9 digits. Those of the Treasury begin with 00, 01 or 02, so nothing is asked of the first two. */
export function parseBic(text: string): Proof<string> {
  const bic = compacted(text);
  return misfit(bic, [digits(9)]) ?? proved(bic);
}

/** Reads an account by its form only: 20 digits, of which the sixth may be a letter. Its key is proved by {@link parseBankAccount}. */
export function parseAccountForm(text: string): Proof<string> {
  const account = toCyrillic(compacted(text).toUpperCase());
  return misfit(account, [ACCOUNT_SHAPE]) ?? proved(account);
}

/** True for an account (of 20 digits) that fits no known key rule: a bill is never refused for its key. */
export function isWithoutKey(account: string): boolean {
  return account.startsWith("03");
}

/**
 * Reads an account at a bank and proves its key (digit 9). Correspondent accounts (30101…), the single treasury account (40102…)
 * and accounts at the Bank of Russia use `0` and digits 5–6 of the BIC before the account, all others the BIC's last three. Accounts
 * that begin with 03 are checked by their form only.
 */
export function parseBankAccount(requisites: {
  readonly bic: string;
  readonly account: string;
}): Proof<BankAccount> {
  const bic = parseBic(requisites.bic);
  const form = parseAccountForm(requisites.account);
  if (!bic.ok) return bic;
  if (!form.ok) return form;
  const account = form.value;
  if (isWithoutKey(account)) return proved({ bic: bic.value, account, keyChecked: false });
  const proving = digitsOf(keyPrefix(bic.value, account) + withoutLetter(account));
  return weighted(proving, KEY_WEIGHTS) % 10 === 0
    ? proved({ bic: bic.value, account, keyChecked: true })
    : refused(account, "account-key", KEY_POSITION);
}

function keyPrefix(bic: string, account: string): string {
  const unit = bic.slice(6);
  const atCentralBank =
    AT_CENTRAL_BANK.test(account) || CENTRAL_BANK_UNITS.includes(unit) || TREASURY_BIC.test(bic);
  return atCentralBank ? `0${bic.slice(4, 6)}` : unit;
}

function withoutLetter(account: string): string {
  const digit = CLEARING_LETTERS.indexOf(account.charAt(5));
  return digit < 0 ? account : account.slice(0, 5) + String(digit) + account.slice(6);
}
