import type { Money } from "../domain/money.ts";
import { formatInstant, formatMoney } from "./format.ts";
import type { Locale } from "./locale.ts";
import { methodKindWords } from "./method-kinds.ts";
import { periodWords } from "./periods.ts";
import { say } from "./say.ts";

/** What a receipt is made of: the API's answer, on the page and on the paper alike. */
export type ReceiptContents = {
  readonly paymentId: string;
  readonly billId: string;
  /** As its reader calls it. */
  readonly biller: { readonly title: string };
  readonly payee: {
    readonly name: string;
    readonly inn: string;
    readonly kpp: string | null;
    readonly bic: string;
    readonly account: string;
  };
  readonly purpose: string;
  readonly account: string;
  readonly period: string;
  readonly amount: Money;
  /** Of it, what has gone back to the payer. */
  readonly returned: Money;
  readonly fee: Money;
  readonly paidAt: string;
  readonly method: string | null;
  readonly kind: string;
  readonly gatewayObjectId: string | null;
  readonly acknowledgement: "awaited";
  readonly livemode: boolean;
};

/** A receipt in words. */
export type ToldReceipt = {
  readonly title: string;
  readonly amount: string;
  readonly paid: string;
  /** Names and values in their order; what a payment does not have is not among them. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** That it is not real; null: it is. */
  readonly unreal: string | null;
};

/** Says a receipt for people: the only place that decides what stands on it, so that page and paper cannot differ. `zone` is the payer's. */
export function tellReceipt(
  { locale, zone }: { readonly locale: Locale; readonly zone: string },
  receipt: ReceiptContents,
): ToldReceipt {
  const { payee, returned } = receipt;
  const facts: readonly (readonly [string, string | null])[] = [
    [say(locale, "page.fact.biller"), receipt.biller.title],
    [say(locale, "page.fact.purpose"), receipt.purpose],
    [say(locale, "page.fact.account"), receipt.account],
    [say(locale, "page.fact.period"), periodWords(locale, receipt.period)],
    [say(locale, "page.fact.payee"), payee.name],
    [say(locale, "page.fact.inn"), payee.inn],
    [say(locale, "page.fact.kpp"), payee.kpp],
    [say(locale, "page.fact.bic"), payee.bic],
    [say(locale, "page.fact.payee-account"), payee.account],
    [say(locale, "page.fact.method"), receipt.method ?? methodKindWords(locale, receipt.kind)],
    [say(locale, "page.fact.fee"), formatMoney(locale, receipt.fee)],
    [say(locale, "page.fact.returned"), returned.amountMinor === 0 ? null : formatMoney(locale, returned)],
    [say(locale, "page.fact.payment"), receipt.paymentId],
    [say(locale, "page.fact.bill"), receipt.billId],
    [say(locale, "page.fact.gateway-object"), receipt.gatewayObjectId],
    [say(locale, "page.fact.acknowledgement"), say(locale, `page.receipt.${receipt.acknowledgement}`)],
  ];
  return {
    title: say(locale, "page.receipt.title"),
    amount: formatMoney(locale, receipt.amount),
    paid: say(locale, "page.payment.paid.at", { time: formatInstant(locale, receipt.paidAt, zone) }),
    facts: facts.flatMap(([name, value]) => (value === null || value === "" ? [] : [[name, value] as const])),
    unreal: receipt.livemode ? null : say(locale, "page.receipt.sandbox"),
  };
}
