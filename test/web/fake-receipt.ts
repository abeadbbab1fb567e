import type { Payment, Receipt } from "../../api/client.ts";

/** The receipt of a paid payment. */
export function receiptOf(paid: Payment, payee: Receipt["payee"]): Receipt {
  return {
    paymentId: paid.id,
    billId: paid.bill.id,
    biller: paid.bill.biller,
    payee,
    purpose: paid.bill.purpose,
    account: "7700123456",
    period: "2026-10",
    amount: paid.amount,
    returned: { amountMinor: 0, currency: "RUB" },
    fee: { amountMinor: 0, currency: "RUB" },
    paidAt: paid.paidAt ?? paid.createdAt,
    method: "MasterCard *4477",
    kind: "bank_card",
    chargeId: `${paid.id}-1`,
    gatewayObjectId: "2e0a1c3f-000f-5000-8000-1b2c3d4e5f60",
    acknowledgement: "awaited",
    livemode: false,
  };
}
