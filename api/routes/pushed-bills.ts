import type { SourceBill } from "../../domain/source-bill.ts";
import type { PushedBill } from "../schemas/bill-push.ts";

/** A pushed bill as any source tells it. */
export function sourceBillOf(bill: PushedBill, billerId: string): SourceBill {
  const { payee } = bill;
  return {
    source: "push",
    biller: { id: billerId, payeeInn: payee.inn, category: null },
    uin: bill.uin ?? null,
    account: bill.account ?? null,
    period: bill.period ?? null,
    kind: bill.kind,
    externalId: bill.externalId ?? null,
    status: bill.status,
    version: bill.version,
    issuedOn: bill.issuedOn ?? null,
    dueOn: bill.dueOn,
    totalMinor: (bill.fullAmount ?? bill.amount).amountMinor,
    dueMinor: bill.amount.amountMinor,
    currency: bill.amount.currency,
    discount: bill.discount ?? null,
    purpose: bill.purpose,
    payee: {
      ...payee,
      kpp: payee.kpp ?? null,
      correspondentAccount: payee.correspondentAccount ?? null,
      kbk: null,
      oktmo: null,
    },
    subjects: bill.subjects,
    acknowledgement: null,
    payments: bill.payments.map(({ reference, paidOn, amount }) => ({
      reference: reference ?? null,
      uip: null,
      paidOn: paidOn ?? null,
      amountMinor: amount?.amountMinor ?? null,
    })),
  };
}
