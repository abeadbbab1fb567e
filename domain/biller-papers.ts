/**
 * How a biller's money is passed on by the gateway itself (`moneyRoute` to-biller by a utilities order, payment rules §11.1). What a bill
 * does not say stands here.
 */
export type OrderSettings = {
  /** Every charge of this biller's bills carries the order; where none can be made, nothing is sent. */
  readonly enabled: boolean;
  /** The name of the payee's bank: bills say its BIC only. Of that BIC and no other. */
  readonly bank: { readonly bic: string; readonly name: string };
  /** By what the payee recognises the debt: the bill's account in one of three meanings, or the number of its document. */
  readonly debtBy: "account" | "unified-account" | "service" | "document";
  /** The month of the bill is named. */
  readonly period: boolean;
  readonly kbk?: string;
  readonly oktmo?: string;
};

/** Who issues the receipt of 54-FZ, and what it says of the service (`fiscalReceipt`, payment rules §11.1). */
export type ReceiptSettings = {
  /** `gateway`: it travels with the charge. `biller`: the biller issues it, nothing is sent. */
  readonly issuedBy: "gateway" | "biller";
  /** Codes of 54-FZ. */
  readonly vatCode: number;
  readonly subject: string;
  readonly mode: string;
  readonly taxSystem?: number;
};
