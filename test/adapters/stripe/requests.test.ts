import { Stripe } from "stripe";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChargeIntent } from "../../../adapters/gateways/port.ts";
import { buildCharge } from "../../../adapters/gateways/stripe/charge-request.ts";
import { createStripe } from "../../../adapters/gateways/stripe/stripe.ts";
import { json, type PretendGateway, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import {
  ACCOUNT,
  adapterAt,
  decline,
  errorOf,
  EXPECTED,
  formOf,
  INTENT,
  intent,
  must,
  OBJECT,
  SECRET_KEY,
  send,
} from "./examples.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
  server.reply = json(200, intent());
});
afterEach(() => server.close());

function storedOf(change: Partial<ChargeIntent> = {}): { path: string; form: string } {
  const { body } = buildCharge({ ...INTENT, ...change });
  return JSON.parse(new TextDecoder().decode(body)) as { path: string; form: string };
}

describe("the request of a charge", () => {
  test("without the payer: the saved method, off session, on the prepared intent", async () => {
    await send(adapterAt(server.port));
    expect(server.arrived).toHaveLength(1);
    expect(server.arrived[0]).toMatchObject({ method: "POST", url: `/v1/payment_intents/${OBJECT}/confirm` });
    expect(formOf(server)).toEqual({
      payment_method: "pm_1Example1",
      off_session: "true",
      "expand[0]": "latest_charge.balance_transaction",
    });
  });

  test("with the payer: 3-D Secure is asked for, and the bank's page leads back to us", () => {
    expect(Object.fromEntries(new URLSearchParams(storedOf({ initiatedBy: "cit" }).form))).toEqual({
      payment_method: "pm_1Example1",
      return_url: INTENT.returnUrl,
      "payment_method_options[card][request_three_d_secure]": "any",
      "expand[0]": "latest_charge.balance_transaction",
    });
  });

  test("the stored bytes leave as they are, also when they are not what would be written today", async () => {
    const gateway = adapterAt(server.port);
    const form = "payment_method=pm_1Example1&off_session=true&description=caf%C3%A9%20(1)";
    const body = new TextEncoder().encode(
      JSON.stringify({ path: `/v1/payment_intents/${OBJECT}/confirm`, form }),
    );
    const request = { key: INTENT.chargeId, body, expected: EXPECTED, mayStillSend: () => true };
    await gateway.sendCharge(request);
    await gateway.sendCharge(request);
    expect(server.arrived.map((arrived) => arrived.body)).toEqual([form, form]);
    expect(server.arrived[0]?.headers).toMatchObject({
      "idempotency-key": INTENT.chargeId,
      "content-length": String(form.length),
      "content-type": "application/x-www-form-urlencoded",
    });
  });

  test("what is stored reads for the vendor as what the SDK would write", async () => {
    let written = "";
    const sdk = new Stripe("sk_test_1", {
      httpClient: {
        getClientName: () => "test",
        async makeRequest(...[, , , , , text]) {
          written = text;
          return {
            getStatusCode: () => 200,
            getHeaders: () => ({}),
            getRawResponse: () => ({}),
            toStream: () => null,
            toJSON: async () => ({}),
          };
        },
      },
    });
    const returnUrl = "http://127.0.0.1:4600/return?a=1&b=é";
    await sdk.paymentIntents.confirm(OBJECT, {
      payment_method: "pm_1Example1",
      return_url: returnUrl,
      payment_method_options: { card: { request_three_d_secure: "any" } },
      expand: ["latest_charge.balance_transaction"],
    });
    const stored = storedOf({ initiatedBy: "cit", returnUrl });
    expect([...new URLSearchParams(stored.form)]).toEqual([...new URLSearchParams(written)]);
  });

  test("equal intents give equal bytes", () => {
    expect(buildCharge(INTENT).body).toEqual(buildCharge({ ...INTENT }).body);
  });

  test.each([
    ["without a prepared intent", { preparedObjectId: "" }],
    ["on something that is no intent", { preparedObjectId: "pi_1/../refunds" }],
    ["without a saved method", { methodToken: "" }],
    ["with another gateway's method", { methodToken: "2f0b4c1e-000f-5000-a000-1d2e3f405162" }],
    ["of nothing", { amount: { amountMinor: 0, currency: "EUR" } }],
    ["with a key that cannot be one", { chargeId: "" }],
    ["by another kind of method", { methodKind: "sbp" }],
    ["with a method to be saved", { saveMethod: true }],
    ["with a fiscal receipt", { receipt: { customer: {}, items: [] } }],
    ["with a phone account", { phone: "79161234567" }],
  ] as const)("%s cannot be built", (_, change) => {
    expect(() => buildCharge({ ...INTENT, ...change })).toThrow(RangeError);
  });

  test("bytes of another gateway, or damaged ones, are never sent", async () => {
    const gateway = adapterAt(server.port);
    const ours = { path: `/v1/payment_intents/${OBJECT}/confirm`, form: "off_session=true" };
    for (const other of [
      "{}",
      "\u0000",
      '{"amount":{"value":"1.00"}}',
      JSON.stringify({ ...ours, path: "/v1/refunds" }),
      JSON.stringify({ ...ours, form: 7 }),
    ]) {
      const body = new TextEncoder().encode(other);
      expect(
        await gateway.sendCharge({ key: "KV-1-1", body, expected: EXPECTED, mayStillSend: () => true }),
      ).toMatchObject({ kind: "never-sent" });
    }
    expect(server.arrived).toHaveLength(0);
  });
});

describe("what leaves the machine", () => {
  test("only the headers that the API needs: nothing about this machine, no telemetry", async () => {
    const gateway = adapterAt(server.port);
    await send(gateway);
    await gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED });
    const names = new Set(server.arrived.flatMap(({ headers }) => Object.keys(headers)));
    expect([...names].toSorted()).toEqual([
      "accept",
      "authorization",
      "connection",
      "content-length",
      "content-type",
      "host",
      "idempotency-key",
      "stripe-version",
      "user-agent",
    ]);
    expect(server.arrived[0]?.headers["stripe-version"]).toBe("2026-10-28.endive");
    expect(server.arrived[0]?.headers.authorization).toBe(`Bearer ${SECRET_KEY}`);
  });

  test("no end of a charge tells the key, the vendor's words or the intent's client_secret outside of the raw answer", async () => {
    const replies = [json(200, intent()), json(402, decline()), json(401, errorOf()), json(500, errorOf())];
    for (const reply of replies) {
      server.reply = reply;
      const ended = await send(adapterAt(server.port));
      const told = JSON.stringify(ended, (name: string, value: unknown) => (name === "raw" ? "" : value));
      expect(told).not.toContain(SECRET_KEY);
      expect(told).not.toContain("4111");
      expect(told).not.toContain("_secret_");
    }
  });

  test("a prepared intent leaves the adapter by its id alone", async () => {
    server.reply = json(200, intent({ status: "requires_payment_method", latest_charge: null }));
    const prepared = await must(adapterAt(server.port).preparation).prepare({
      key: "KV-1-pi-1",
      paymentId: EXPECTED.paymentId,
      amount: EXPECTED.amount,
      description: "Bill",
      payerReference: "payer-1",
      methodToken: "cus_Example1/pm_1Example1",
      methodKind: "bank_card",
      livemode: false,
    });
    expect(prepared).toEqual({ kind: "ready", objectId: OBJECT, attemptBefore: null });
  });
});

test("real money needs https, a key and an address without a path", () => {
  const settings = {
    url: "https://api.stripe.com",
    secretKey: SECRET_KEY,
    account: ACCOUNT,
    livemode: true,
    webhookSecrets: [],
  };
  expect(createStripe(settings).merchantAccount).toBe(ACCOUNT);
  expect(() => createStripe({ ...settings, url: "http://api.stripe.com" })).toThrow(RangeError);
  expect(() => createStripe({ ...settings, url: "https://api.stripe.com/v1" })).toThrow(RangeError);
  expect(() => createStripe({ ...settings, secretKey: "" })).toThrow(RangeError);
});
