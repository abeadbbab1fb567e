import type { Capabilities, ChargeIntent, PaymentOrder, Receipt } from "../adapters/gateways/port.ts";
import type { ChargeFacts, PaperFacts } from "../db/queries/charging.ts";
import type { OrderSettings, ReceiptSettings } from "../domain/biller-papers.ts";

/** The longest name of a position on a receipt. */
const LONGEST_POSITION = 128;

/** What travels with a charge, or what is missing to make it, by field; values are never repeated, they may be a person's. */
export type ChargePapers =
  | { readonly ready: Pick<ChargeIntent, "paymentOrder" | "receipt"> }
  | { readonly lacks: readonly string[] };

/**
 * Makes the utilities order and the receipt that the biller wants with every charge (payment rules §11.1). Pure. What it wants and
 * cannot have, of this bill, this payer or this gateway, is `lacks`: money without its papers would reach nobody.
 */
export function papersOf(
  facts: Pick<ChargeFacts, "amountMinor" | "currency" | "purpose" | "papers">,
  can: Pick<Capabilities, "paymentOrder" | "receipt">,
): ChargePapers {
  const papers = { ...facts.papers, payee: completed(facts.papers) };
  const { paymentOrder: order, receipt } = papers;
  const wantsOrder = order?.enabled === true;
  const wantsReceipt = receipt?.issuedBy === "gateway";
  const lacks = [
    ...(wantsOrder ? lacksForOrder(order, papers, can) : []),
    ...(wantsReceipt ? lacksForReceipt(papers, can) : []),
  ];
  if (lacks.length > 0) return { lacks };
  return {
    ready: {
      ...(wantsOrder ? { paymentOrder: orderOf(order, { ...facts, papers }) } : {}),
      ...(wantsReceipt ? { receipt: receiptOf(receipt, facts) } : {}),
    },
  };
}

/** A bill that names the very account on file may leave out what belongs to it: the bank's own account, the KPP. */
function completed({ payee, onFile }: PaperFacts): PaperFacts["payee"] {
  const same = payee.inn === onFile.inn && payee.bic === onFile.bic && payee.account === onFile.account;
  return same ? { ...onFile, ...payee } : payee;
}

function lacksForOrder(
  { bank, debtBy }: OrderSettings,
  { payee, documentNumber }: PaperFacts,
  can: Pick<Capabilities, "paymentOrder">,
): readonly string[] {
  return [
    ...(can.paymentOrder ? [] : ["gateway.paymentOrder"]),
    ...(payee.kpp === undefined ? ["payee.kpp"] : []),
    ...(payee.correspondentAccount === undefined ? ["payee.correspondentAccount"] : []),
    ...(payee.bic === bank.bic ? [] : ["biller.bank"]),
    ...(debtBy === "document" && documentNumber === null ? ["bill.externalId"] : []),
  ];
}

function lacksForReceipt({ payerMail }: PaperFacts, can: Pick<Capabilities, "receipt">): readonly string[] {
  return [...(can.receipt ? [] : ["gateway.receipt"]), ...(payerMail === null ? ["payer.mail"] : [])];
}

function orderOf(settings: OrderSettings, facts: Pick<ChargeFacts, "purpose" | "papers">): PaymentOrder {
  const { payee, period } = facts.papers;
  const { bank, kbk, oktmo } = settings;
  return {
    purpose: facts.purpose,
    recipient: {
      name: payee.name,
      inn: payee.inn,
      kpp: payee.kpp ?? "",
      bank: {
        name: bank.name,
        bic: bank.bic,
        account: payee.account,
        correspondentAccount: payee.correspondentAccount ?? "",
      },
    },
    ...(kbk === undefined ? {} : { kbk }),
    ...(oktmo === undefined ? {} : { oktmo }),
    ...(settings.period ? periodOf(period) : {}),
    ...debtOf(settings, facts.papers),
  };
}

/** The vendor's years are 1920 to 2050, and the field is optional: a bill of another year is paid without it rather than not at all. */
function periodOf(period: string): Pick<PaymentOrder, "period"> {
  const [year, month] = period.split("-").map(Number);
  if (year === undefined || month === undefined || year < 1920 || year > 2050) return {};
  return { period: { month, year } };
}

function debtOf({ debtBy }: OrderSettings, { account, documentNumber }: PaperFacts): Partial<PaymentOrder> {
  switch (debtBy) {
    case "account":
      return { accountNumber: account };
    case "unified-account":
      return { unifiedAccountNumber: account };
    case "service":
      return { serviceId: account };
    case "document":
      return documentNumber === null ? {} : { paymentDocumentNumber: documentNumber };
  }
}

function receiptOf(
  { vatCode, subject, mode, taxSystem }: ReceiptSettings,
  { amountMinor, currency, purpose, papers }: Parameters<typeof papersOf>[0],
): Receipt {
  return {
    customer: papers.payerMail === null ? {} : { email: papers.payerMail },
    ...(taxSystem === undefined ? {} : { taxSystemCode: taxSystem }),
    items: [
      {
        description: Array.from(purpose).slice(0, LONGEST_POSITION).join(""),
        quantity: 1,
        price: { amountMinor, currency },
        vatCode,
        paymentSubject: subject,
        paymentMode: mode,
      },
    ],
  };
}
