import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildCharge } from "../../../adapters/gateways/yookassa/charge-request.ts";
import { createYooKassa } from "../../../adapters/gateways/yookassa/yookassa.ts";
import { adapterAt, EXPECTED, INTENT, payment, send, SHOP } from "./examples.ts";
import { json, type PretendGateway, startPretendGateway } from "./pretend-gateway.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
  server.reply = json(200, payment());
});
afterEach(() => server.close());

function bodyOf(intent: typeof INTENT): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(buildCharge(intent).body)) as Record<string, unknown>;
}

describe("the request of a charge", () => {
  test("always captures at once, else the money would only be held", () => {
    for (const initiatedBy of ["mit", "cit"] as const)
      expect(bodyOf({ ...INTENT, initiatedBy }).capture).toBe(true);
  });

  test("without the payer: the saved method, and no confirmation that nobody could answer", () => {
    expect(bodyOf(INTENT)).toEqual({
      amount: { value: "1530.50", currency: "RUB" },
      capture: true,
      description: INTENT.description,
      payment_method_id: INTENT.methodToken,
      metadata: { charge_id: INTENT.chargeId, payment_id: INTENT.paymentId, engine: "kvitok" },
    });
  });

  test("with the payer and a saved method: 3-D Secure is enforced", () => {
    expect(bodyOf({ ...INTENT, initiatedBy: "cit" })).toMatchObject({
      payment_method_id: INTENT.methodToken,
      confirmation: { type: "redirect", return_url: INTENT.returnUrl, locale: "ru_RU", enforce: true },
    });
  });

  test("with the payer and no method: the card is entered at the gateway, never here", () => {
    const { methodToken: _, ...intent } = { ...INTENT, initiatedBy: "cit", locale: "en" } as const;
    const body = bodyOf(intent);
    expect(body).toMatchObject({
      payment_method_data: { type: "bank_card" },
      confirmation: { type: "redirect", locale: "en_US" },
      merchant_customer_id: INTENT.payerReference,
    });
    expect(body).not.toHaveProperty("payment_method_id");
  });

  test("equal intents give equal bytes, so a replay is the same request", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.integer({ min: 1, max: 35_000_000 }),
        (description, amountMinor) => {
          const intent = { ...INTENT, description, amount: { amountMinor, currency: "RUB" as const } };
          expect(buildCharge(intent).body).toEqual(buildCharge({ ...intent }).body);
        },
      ),
    );
  });

  test("a description longer than the vendor takes is cut at 128 characters, between characters", () => {
    const { description } = bodyOf({ ...INTENT, description: "🏠".repeat(200) });
    expect(Array.from(String(description))).toHaveLength(128);
    expect(description).not.toContain("\ufffd");
  });

  test("what cannot be sent is refused before any gate: no method without the payer, a key of other letters, nothing to charge", () => {
    const { methodToken: _, ...bare } = INTENT;
    expect(() => buildCharge(bare)).toThrow(RangeError);
    expect(() => buildCharge({ ...INTENT, chargeId: "ключ" })).toThrow(RangeError);
    expect(() => buildCharge({ ...INTENT, chargeId: "k".repeat(65) })).toThrow(RangeError);
    expect(() => buildCharge({ ...INTENT, amount: { amountMinor: 0, currency: "RUB" } })).toThrow(RangeError);
  });

  test("carries the key, the credentials and exactly the stored bytes", async () => {
    await send(adapterAt(server.url));
    const [arrived] = server.arrived;
    expect(arrived).toMatchObject({ method: "POST", url: "/v3/payments" });
    expect(arrived?.headers).toMatchObject({
      "idempotence-key": INTENT.chargeId,
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from(`${SHOP}:test_secret`).toString("base64")}`,
    });
    expect(arrived?.body).toBe(new TextDecoder().decode(buildCharge(INTENT).body));
  });

  test("a key that the vendor would not take is not sent", async () => {
    const body = buildCharge(INTENT).body;
    const ended = await adapterAt(server.url).sendCharge({
      key: "a b",
      body,
      expected: EXPECTED,
      mayStillSend: () => true,
    });
    expect(ended.kind).toBe("never-sent");
    expect(server.connections()).toBe(0);
  });
});

test("real money over plain HTTP is refused at start", () => {
  const settings = { url: "http://api.example/v3", shopId: SHOP, secretKey: "s", livemode: true };
  expect(() => createYooKassa(settings)).toThrow(RangeError);
  expect(createYooKassa({ ...settings, url: "https://api.example/v3" }).merchantAccount).toBe(SHOP);
});
