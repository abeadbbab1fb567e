import { createYooKassa } from "../../../adapters/gateways/yookassa/yookassa.ts";
import type { ChargeIntent, Expected, Gateway } from "../../../adapters/gateways/port.ts";

export const SHOP = "100500";
export const OBJECT = "2f0b4c1e-000f-5001-8000-1aa2bb3cc4dd";

export const EXPECTED: Expected = {
  chargeId: "KV-7F3K-9Q2M-0001-1",
  paymentId: "KV-7F3K-9Q2M-0001",
  amount: { amountMinor: 153_050, currency: "RUB" },
  livemode: false,
};

export const INTENT: ChargeIntent = {
  chargeId: EXPECTED.chargeId,
  paymentId: "KV-7F3K-9Q2M-0001",
  amount: EXPECTED.amount,
  description: "Городские коммунальные услуги, 04.2026",
  initiatedBy: "mit",
  methodToken: "2f0b4c1e-000f-5000-a000-1d2e3f405162",
  payerReference: "payer-7f3c",
  returnUrl: "http://127.0.0.1:4600/return/1",
  locale: "ru",
};

/** A payment of the vendor that agrees with {@link EXPECTED}. */
export function payment(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: OBJECT,
    status: "succeeded",
    paid: true,
    test: true,
    refundable: true,
    amount: { value: "1530.50", currency: "RUB" },
    created_at: "2026-04-05T06:00:01.120Z",
    recipient: { account_id: SHOP, gateway_id: "100700" },
    metadata: { charge_id: EXPECTED.chargeId },
    ...change,
  };
}

export function adapterAt(url: string, timeouts = { connectMs: 2_000, answerMs: 5_000 }): Gateway {
  return createYooKassa({ url, shopId: SHOP, secretKey: "test_secret", livemode: false, timeouts });
}

/** Sends the example charge. */
export function send(gateway: Gateway, mayStillSend: () => boolean = () => true) {
  const { body } = gateway.buildCharge(INTENT);
  return gateway.sendCharge({ key: INTENT.chargeId, body, expected: EXPECTED, mayStillSend });
}
