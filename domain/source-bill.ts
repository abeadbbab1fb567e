import type { BillDiscount } from "./discount.ts";
import type { CivilDate } from "./calendar.ts";
import type { Currency } from "./money.ts";

/** What a source says of the bill as a whole. `paid` is the source's word: whether it is our own payment that it shows is judged where it arrives. */
export type SourceStatus = "issued" | "annulled" | "paid";

/** The registry's word on whether a payment was matched to the bill (квитирование). `forced`: by hand, with a payment; `without-payment`: by hand, without one. */
export type SourceAcknowledgement = "matched" | "preliminary" | "unmatched" | "without-payment" | "forced";

/**
 * An identifier of whom a bill is about: `kind` as `identify` names kinds, `value` in its normal form. It is never stored as it is: bills keep its keyed hash.
 */
export type SubjectIdentifier = { readonly kind: string; readonly value: string };

/** Who gets the money, with what a treasury account needs beside the usual requisites. */
export type SourcePayee = {
  readonly name: string;
  readonly inn: string;
  readonly kpp: string | null;
  readonly bic: string;
  readonly account: string;
  readonly correspondentAccount: string | null;
  readonly kbk: string | null;
  readonly oktmo: string | null;
};

/** A payment that the source has seen for the bill. Ours and others': a reference or a day that cannot be ours proves somebody else's (payment rules §4.3). */
export type SourcePayment = {
  /** The gateway's id of the payment, as it reached the payee: one that we do not know is somebody else's. Null where the source tells none. */
  readonly reference: string | null;
  /** The registry's name of the payment, which banks make: we do not learn those of our own, so it proves nothing by itself. */
  readonly uip: string | null;
  readonly paidOn: CivilDate | null;
  /** Minor units of the bill's currency; null: not told. */
  readonly amountMinor: number | null;
};

/**
 * One bill as a source tells it, normalised: the same shape for every registry, file and push. It says nothing about whom it is shown to or what is done
 * about it. Amounts are whole minor units of `currency`; dates are civil days of the payee.
 */
export type SourceBill = {
  /** The source's own name: `gis-gmp`, `push`, `file`… Versions are ordered within one source only. */
  readonly source: string;
  /** Which biller it is: its id where the source knows it (a push, a file of the biller), else found by the payee's INN and the category. */
  readonly biller: {
    readonly id: string | null;
    readonly payeeInn: string;
    readonly category: string | null;
  };
  /** УИН in its normal form; where there is one it is the bill's identity. */
  readonly uin: string | null;
  /** Account, contract or payer code at the biller; null where the bill is known by its UIN only. */
  readonly account: string | null;
  /** `YYYY-MM`, or null where the biller issues bills without a period. */
  readonly period: string | null;
  /** What is charged for: `charge` unless the source tells kinds apart (penalty, recalculation…). */
  readonly kind: string;
  readonly externalId: string | null;
  readonly status: SourceStatus;
  /** The source's own order: a safe whole number ≥ 1; a larger one replaces a smaller one however late that arrives. */
  readonly version: number;
  readonly issuedOn: CivilDate | null;
  /** The day until which it is to be paid; null where the source names none. */
  readonly dueOn: CivilDate | null;
  /** The whole sum, without discount and without what was paid; above zero. */
  readonly totalMinor: number;
  /** What the source says is left of the whole sum; zero: nothing, below zero: overpaid. Null where it does not say. The discount is not taken off by it. */
  readonly dueMinor: number | null;
  readonly currency: Currency;
  readonly discount: BillDiscount | null;
  readonly purpose: string;
  readonly payee: SourcePayee;
  readonly subjects: readonly SubjectIdentifier[];
  readonly acknowledgement: SourceAcknowledgement | null;
  readonly payments: readonly SourcePayment[];
};
