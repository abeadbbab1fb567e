import { expect, test } from "vitest";
import type { ChargeIntent } from "../../adapters/gateways/port.ts";
import { readConfig } from "../../processes/config.ts";
import { createGateways, gatewayVariables } from "../../processes/gateways.ts";

const ENVIRONMENT = {
  KVITOK_MODE: "sandbox",
  KVITOK_YOOKASSA_URL: "http://127.0.0.1:9/v3",
  KVITOK_YOOKASSA_SHOP_ID: "100500",
  KVITOK_YOOKASSA_SECRET_KEY: "test_secret",
};

/** A housing charge without the order by which a utilities shop passes the money on. */
const WITHOUT_ORDER: ChargeIntent = {
  chargeId: "KV-7F3K-9Q2M-X4TB-1",
  paymentId: "KV-7F3K-9Q2M-X4TB",
  amount: { amountMinor: 512_345, currency: "RUB" },
  description: "Содержание жилья",
  initiatedBy: "mit",
  methodToken: "2f0b4c1e-000f-5000-a000-000000000000",
  payerReference: "resident-1",
  returnUrl: "https://pay.city.example/return",
  locale: "ru",
};

function yooKassaOf(environment: Readonly<Record<string, string | undefined>>) {
  const config = readConfig({ ...ENVIRONMENT, ...environment }, gatewayVariables);
  const gateway = createGateways(config, () => undefined).get("yookassa");
  if (gateway === undefined) throw new Error("every deployment has this gateway");
  return gateway;
}

test("the shop of a utilities contract, as the deployment says, sends no charge without a payment order", () => {
  const gateway = yooKassaOf({ KVITOK_YOOKASSA_UTILITIES_SHOP: "true" });
  expect(() => gateway.buildCharge(WITHOUT_ORDER)).toThrow(/payment_order is a duty/);
});

test("a usual shop, which is what nobody says otherwise about, needs none", () => {
  for (const environment of [{}, { KVITOK_YOOKASSA_UTILITIES_SHOP: "false" }]) {
    expect(yooKassaOf(environment).buildCharge(WITHOUT_ORDER).body.length).toBeGreaterThan(0);
  }
});

test("a word that is neither yes nor no starts nothing", () => {
  expect(() => yooKassaOf({ KVITOK_YOOKASSA_UTILITIES_SHOP: "perhaps" })).toThrow(
    "KVITOK_YOOKASSA_UTILITIES_SHOP",
  );
});
