import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBank } from "../../../sandbox/bank/server.ts";
import { FaceUnderTest, idOf, merchant, refusal, returnUrl } from "./face-under-test.ts";

let face: FaceUnderTest;
beforeAll(async () => {
  face = await FaceUnderTest.start();
});
afterAll(() => face.close());

test("answers name the request and speak the client's version", async () => {
  const answer = await face.post("/v1/customers", { "metadata[a]": "1", name: "Б" });
  expect(answer.headers.get("request-id")).toMatch(/^req_/);
  expect(answer.headers.get("stripe-version")).toMatch(/^\d{4}-\d\d-\d\d\./);
  expect(JSON.parse(answer.text)).toMatchObject({
    object: "customer",
    name: "Б",
    metadata: { a: "1" },
    livemode: false,
  });
});

test.each([
  [{ amount: "100" }, "parameter_missing", "currency"],
  [{ amount: "1.5", currency: "eur" }, "parameter_invalid_integer", "amount"],
  [{ amount: "100", currency: "eur", colour: "red" }, "parameter_unknown", "colour"],
  [{ amount: "100", currency: "eur", "metadata[a][b]": "1" }, undefined, "metadata"],
  [{ amount: "10", currency: "eur" }, "amount_too_small", "amount"],
  [{ amount: "100000000", currency: "eur" }, "amount_too_large", "amount"],
  [{ amount: "100", currency: "eur", customer: "cus_none" }, "resource_missing", "customer"],
  [{ amount: "100", currency: "eur", payment_method: "pm_none" }, "resource_missing", "payment_method"],
  [{ amount: "100", currency: "eur", "expand[]": "latest_charge.secrets" }, undefined, "expand"],
  [
    { amount: "100", currency: "eur", "payment_method_types[]": "card" },
    "parameter_unknown",
    "payment_method_types",
  ],
])("%o is refused as the vendor refuses it", async (form, code, param) => {
  const answer = await face.post("/v1/payment_intents", form);
  expect(answer.status).toBe(400);
  const { error } = JSON.parse(answer.text) as { error: { type: string; code?: string; param?: string } };
  expect(error.type).toBe("invalid_request_error");
  expect(error.code).toBe(code);
  expect(error.param).toContain(param);
});

test("a client of an older version names the kinds of methods as it used to", async () => {
  const response = await fetch(`${face.bank.origin}/v1/payment_intents`, {
    method: "POST",
    headers: { authorization: `Bearer ${merchant.secretKey}`, "stripe-version": "2026-08-26.dahlia" },
    body: new URLSearchParams({ amount: "100", currency: "eur", "payment_method_types[0]": "card" }),
  });
  expect(response.status).toBe(200);
});

test("unknown objects and addresses are 404", async () => {
  expect(await refusal(face.stripe.paymentIntents.retrieve("pi_none"))).toMatchObject({
    statusCode: 404,
    code: "resource_missing",
  });
  expect((await face.post("/v1/payouts", {})).status).toBe(404);
  expect((await face.post("/v1/payment_intents", { "__proto__[x]": "1", amount: "1" })).status).toBe(400);
});

test("a bank without a Stripe face has nothing under /v1", async () => {
  const bank = await startBank({
    port: 0,
    dataDir: join(face.dataDir, "plain"),
    shopId: "1",
    secretKey: "s",
  });
  expect((await fetch(`${bank.origin}/v1/account`)).status).toBe(404);
  await bank.close();
});

test("lists are newest first, by time, in pages that neither repeat nor lose", async () => {
  const { customer } = await face.payer();
  const made: string[] = [];
  for (let n = 0; n < 7; n += 1) made.push((await face.intent(customer)).id);
  const first = await face.stripe.paymentIntents.list({ customer, limit: 3 });
  expect(first.data.map(({ id }) => id)).toEqual(made.slice(4).toReversed());
  expect(first.has_more).toBe(true);
  const all = await face.stripe.paymentIntents.list({ customer, limit: 2 }).autoPagingToArray({ limit: 100 });
  expect(all.map(({ id }) => id)).toEqual(made.toReversed());
  const { created } = all[0] ?? { created: 0 };
  const later = await face.stripe.paymentIntents.list({ customer, created: { gt: created } });
  expect(later.data).toEqual([]);
  const within = await face.stripe.paymentIntents.list({
    customer,
    created: { gte: created - 3600, lte: created },
    limit: 100,
  });
  expect(within.data).toHaveLength(7);
});

test("objects of a list are expanded, too", async () => {
  const { customer, method } = await face.payer();
  const intent = await face.intent(customer);
  await face.stripe.paymentIntents.confirm(intent.id, { payment_method: method, off_session: true });
  const { data } = await face.stripe.paymentIntents.list({
    customer,
    expand: ["data.latest_charge", "data.customer"],
  });
  expect(data[0]).toMatchObject({
    latest_charge: { object: "charge", status: "succeeded" },
    customer: { id: customer },
  });
  const charges = await face.stripe.charges.list({
    payment_intent: intent.id,
    expand: ["data.balance_transaction"],
  });
  expect(charges.data[0]).toMatchObject({ balance_transaction: { object: "balance_transaction" } });
});

test.each([
  ["tok_visa", null],
  ["tok_apple_pay", "apple_pay"],
  ["tok_google_pay", "google_pay"],
])("a method is made of the token %s and saved without a page", async (token, wallet) => {
  const method = await face.stripe.paymentMethods.create({ type: "card", card: { token } });
  expect(method.card?.wallet?.type ?? null).toBe(wallet);
  const { id: customer } = await face.stripe.customers.create();
  const setup = await face.stripe.setupIntents.create({
    customer,
    payment_method: method.id,
    confirm: true,
    usage: "off_session",
    allowed_payment_method_types: ["card"],
    metadata: { binding_id: "b" },
    mandate_data: {
      customer_acceptance: { type: "online", online: { ip_address: "127.0.0.1", user_agent: "test" } },
    },
    expand: ["payment_method", "mandate"],
  });
  expect(setup).toMatchObject({
    status: "succeeded",
    payment_method: { id: method.id, customer },
    mandate: { status: "active", type: "multi_use" },
  });
  const intent = await face.intent(customer);
  const paid = await face.stripe.paymentIntents.confirm(intent.id, {
    payment_method: method.id,
    off_session: true,
  });
  expect(paid.status).toBe("succeeded");
});

test("a wallet's card may decline, and an unknown token is nobody's", async () => {
  const { id } = await face.stripe.paymentMethods.create({
    type: "card",
    card: { token: "tok_apple_pay_chargeDeclinedInsufficientFunds" },
  });
  const { id: customer } = await face.stripe.customers.create();
  await face.stripe.paymentMethods.attach(id, { customer });
  const intent = await face.intent(customer);
  const error = await refusal(
    face.stripe.paymentIntents.confirm(intent.id, { payment_method: id, off_session: true }),
  );
  expect(error).toMatchObject({ decline_code: "insufficient_funds" });
  const unknown = await refusal(
    face.stripe.paymentMethods.create({ type: "card", card: { token: "tok_samsung" } }),
  );
  expect(unknown).toMatchObject({ statusCode: 400, code: "resource_missing" });
});

test("a setup that the issuer asks about waits with a page of its own", async () => {
  const method = await face.stripe.paymentMethods.create({
    type: "card",
    card: { token: "tok_authenticationRequired" },
  });
  const setup = await face.stripe.setupIntents.create({
    payment_method: method.id,
    confirm: true,
    return_url: returnUrl,
    allowed_payment_method_types: ["card"],
  });
  expect(setup.status).toBe("requires_action");
  expect(setup.next_action?.redirect_to_url?.url).toContain("/stripe/authenticate/");
});

test("a detached method and a stranger's are never charged", async () => {
  const { customer, method } = await face.payer();
  const stranger = await face.payer();
  const intent = await face.intent(customer);
  const confirm = (id: string) =>
    face.stripe.paymentIntents.confirm(intent.id, { payment_method: id, off_session: true });
  expect(await refusal(confirm(stranger.method))).toMatchObject({ statusCode: 400, param: "payment_method" });
  await face.stripe.paymentMethods.detach(method);
  expect(await refusal(confirm(method))).toMatchObject({ statusCode: 400 });
  expect(await refusal(face.stripe.paymentMethods.attach(method, { customer }))).toMatchObject({
    statusCode: 400,
  });
  expect((await face.stripe.paymentMethods.list({ customer })).data).toEqual([]);
});

test("a permission withdrawn at the issuer declines charges without the payer and ends the mandate", async () => {
  const method = await face.stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
  const { id: customer } = await face.stripe.customers.create();
  const { mandate } = await face.stripe.setupIntents.create({
    customer,
    payment_method: method.id,
    confirm: true,
    allowed_payment_method_types: ["card"],
  });
  await face.control("POST", `/stripe/payment_methods/${method.id}/revoke`);
  expect((await face.stripe.mandates.retrieve(idOf(mandate))).status).toBe("inactive");
  const intent = await face.intent(customer);
  const error = await refusal(
    face.stripe.paymentIntents.confirm(intent.id, { payment_method: method.id, off_session: true }),
  );
  expect(error).toMatchObject({
    decline_code: "revocation_of_authorization",
    advice_code: "do_not_try_again",
  });
  expect((await face.stripe.events.list({ type: "mandate.updated" })).data).toHaveLength(1);
});

test("a card renewed by its issuer is the same method with another card, told, and pays on", async () => {
  const { customer, method } = await face.payer("pm_card_visa");
  const before = await face.stripe.paymentMethods.retrieve(method);
  const renewed = { last4: "1881", exp_month: 11, exp_year: 2039 };
  await face.control("POST", `/stripe/payment_methods/${method}/renew`, renewed);
  const after = await face.stripe.paymentMethods.retrieve(method);
  expect(after).toMatchObject({ id: method, customer, card: renewed });
  expect(after.card?.fingerprint).not.toBe(before.card?.fingerprint);
  const { data } = await face.stripe.events.list({ type: "payment_method.automatically_updated" });
  expect(data).toMatchObject([{ data: { object: { id: method, card: renewed } } }]);
  const intent = await face.intent(customer);
  const paid = await face.stripe.paymentIntents.confirm(intent.id, {
    payment_method: method,
    off_session: true,
  });
  expect(paid.status).toBe("succeeded");
});

test("after too many confirmations an intent is given up", async () => {
  const { customer, method } = await face.payer("pm_card_chargeCustomerFail");
  const intent = await face.intent(customer);
  const confirm = () =>
    refusal(face.stripe.paymentIntents.confirm(intent.id, { payment_method: method, off_session: true }));
  for (let n = 0; n < 20; n += 1) expect((await confirm()).statusCode).toBe(402);
  expect(await confirm()).toMatchObject({ statusCode: 400, code: "payment_intent_unexpected_state" });
  expect((await face.stripe.paymentIntents.retrieve(intent.id)).status).toBe("canceled");
});

test("an intent may be changed until it is confirmed; the change clears its last error", async () => {
  const { customer, method } = await face.payer("pm_card_chargeCustomerFail");
  const intent = await face.intent(customer);
  await refusal(face.stripe.paymentIntents.confirm(intent.id, { payment_method: method, off_session: true }));
  const changed = await face.stripe.paymentIntents.update(intent.id, { metadata: { round: "2" } });
  expect(changed).toMatchObject({ last_payment_error: null, metadata: { ...intent.metadata, round: "2" } });
  await face.stripe.paymentIntents.cancel(intent.id);
  expect(await refusal(face.stripe.paymentIntents.update(intent.id, { description: "x" }))).toMatchObject({
    code: "payment_intent_unexpected_state",
  });
});
