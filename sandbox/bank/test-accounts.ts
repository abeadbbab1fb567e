import type { MethodKind } from "./method-kinds.ts";
import type { Decline } from "./records.ts";

/** A pretend account in another bank or wallet: what a test card is to cards. */
export interface TestAccount {
  readonly id: string;
  readonly type: MethodKind;
  /** Of a wallet: its number. */
  readonly number?: string;
  /** Of an account reached through the SBP: its bank's id there and its BIC. */
  readonly bankId?: string;
  readonly bic?: string;
  readonly declines?: Decline;
  /** The payer's bank can pay, but not keep the permission for later payments. */
  readonly cannotBind?: true;
}

const network = (reason: string): Decline => ({ party: "payment_network", reason });
const wallet = (reason: string): Decline => ({ party: "yoo_money", reason });

export const testAccounts: readonly TestAccount[] = [
  { id: "sbp-1", type: "sbp", bankId: "100000000111", bic: "044525225" },
  { id: "sbp-2", type: "sbp", bankId: "100000000008", bic: "044525593", cannotBind: true },
  {
    id: "sbp-3",
    type: "sbp",
    bankId: "100000000004",
    bic: "044525974",
    declines: network("insufficient_funds"),
  },
  { id: "yoo-1", type: "yoo_money", number: "410011111111111" },
  { id: "yoo-2", type: "yoo_money", number: "410012222222222", declines: wallet("insufficient_funds") },
  { id: "yoo-3", type: "yoo_money", number: "410013333333333", declines: wallet("identification_required") },
  { id: "sber-1", type: "sberbank" },
  { id: "sber-2", type: "sberbank", declines: network("insufficient_funds") },
  { id: "tpay-1", type: "tinkoff_bank" },
  { id: "tpay-2", type: "tinkoff_bank", declines: network("payment_method_limit_exceeded") },
];

/** Phone accounts that decline when their owner agrees; every other number pays. */
const decliningPhones: Readonly<Record<string, Decline>> = {
  "79000000001": network("insufficient_funds"),
  "79000000002": network("unsupported_mobile_operator"),
  "79000000003": network("payment_method_limit_exceeded"),
};

/** The accounts that a payer may choose from, the one that pays first. */
export function accountsOf(type: MethodKind): readonly TestAccount[] {
  return testAccounts.filter((account) => account.type === type);
}

/** The account with this id; throws for an id that is in no table. */
export function accountOf(id: string): TestAccount {
  const account = testAccounts.find((one) => one.id === id);
  if (!account) throw new Error("an account that this bank does not know");
  return account;
}

/** Why a payment from this phone account is declined, or nothing. */
export function declineOfPhone(phone: string): Decline | undefined {
  return decliningPhones[phone];
}
