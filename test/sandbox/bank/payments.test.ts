import { afterAll, beforeAll, expect, test } from "vitest";
import { testCards } from "../../../sandbox/bank/test-cards.ts";
import { BankUnderTest, card, redirect, returnUrl, rub } from "./bank-under-test.ts";

let bank: BankUnderTest;
beforeAll(async () => {
  bank = await BankUnderTest.start();
});
afterAll(() => bank.close());

const byCard = (number: string, more: Record<string, unknown> = {}) => ({
  amount: rub("1530.50"),
  capture: true,
  payment_method_data: { type: "bank_card", card: card(number) },
  ...more,
});

test("a payment by card takes the money and shows every field of the protocol", async () => {
  const { body } = await bank.post(
    "/payments",
    byCard("5555555555554444", { metadata: { charge_id: "c-1" }, description: "ЕПД 03.2026" }),
  );
  expect(body).toMatchObject({
    status: "succeeded",
    paid: true,
    test: true,
    refundable: true,
    amount: rub("1530.50"),
    income_amount: rub("1487.65"),
    refunded_amount: rub("0.00"),
    description: "ЕПД 03.2026",
    metadata: { charge_id: "c-1" },
    recipient: { account_id: "100500", gateway_id: expect.any(String) },
    payment_method: {
      type: "bank_card",
      saved: false,
      title: "Bank card *4444",
      card: {
        first6: "555555",
        last4: "4444",
        expiry_month: "12",
        expiry_year: "2039",
        card_type: "MasterCard",
      },
    },
    authorization_details: { rrn: expect.stringMatching(/^\d{12}$/), three_d_secure: { applied: false } },
  });
  expect(body.id).toHaveLength(36);
  expect(Date.parse(body.captured_at)).toBeGreaterThanOrEqual(Date.parse(body.created_at));
  expect((await bank.get(`/payments/${body.id}`)).body).toEqual(body);
  expect((await bank.debits()).filter((debit) => debit.paymentId === body.id)).toMatchObject([
    { amountMinor: 153_050, chargeId: "c-1", last4: "4444" },
  ]);
});

test.each(testCards.filter((one) => one.declines).map((one) => [one.number, one.declines] as const))(
  "the test card %s declines as published and takes nothing",
  async (number, declines) => {
    const { body } = await bank.post("/payments", byCard(number));
    expect(body).toMatchObject({ status: "canceled", paid: false, cancellation_details: declines });
    expect((await bank.debits()).filter((debit) => debit.paymentId === body.id)).toEqual([]);
  },
);

test("a card saved by a payment is charged without the payer", async () => {
  const first = await bank.post("/payments", byCard("4111111111111111", { save_payment_method: true }));
  expect(first.body.payment_method).toMatchObject({ saved: true, status: "active" });
  const method = first.body.payment_method.id;
  const next = await bank.post("/payments", {
    amount: rub("7.00"),
    capture: true,
    payment_method_id: method,
  });
  expect(next.body).toMatchObject({
    status: "succeeded",
    payment_method: { id: method, saved: true },
    authorization_details: { three_d_secure: { applied: false } },
  });
});

test("a card that was not saved cannot be charged again", async () => {
  const first = await bank.post("/payments", byCard("4111111111111111"));
  const again = await bank.post("/payments", {
    amount: rub("7.00"),
    payment_method_id: first.body.payment_method.id,
  });
  expect(again).toMatchObject({ status: 400, body: { parameter: "payment_method_id" } });
});

test("a saved declining test card declines when charged", async () => {
  const method = await bank.savedCard("5555555555554600");
  const { body } = await bank.post("/payments", {
    amount: rub("7.00"),
    capture: true,
    payment_method_id: method,
  });
  expect(body).toMatchObject({ status: "canceled", cancellation_details: { reason: "insufficient_funds" } });
});

test("a saved card whose permission was withdrawn declines with permission_revoked", async () => {
  const method = await bank.savedCard();
  await bank.control("POST", `/payment-methods/${method}/revoke`);
  expect((await bank.get(`/payment_methods/${method}`)).body).toMatchObject({
    saved: false,
    status: "inactive",
  });
  const { body } = await bank.post("/payments", { amount: rub("7.00"), payment_method_id: method });
  expect(body.cancellation_details.reason).toBe("permission_revoked");
});

test("a saved card with an enforced confirmation asks for 3-D Secure, without enforcement it does not", async () => {
  const method = await bank.savedCard();
  const order = { amount: rub("9.00"), capture: true, payment_method_id: method };
  const asked = await bank.post("/payments", { ...order, confirmation: { ...redirect, enforce: true } });
  expect(asked.body).toMatchObject({
    status: "pending",
    paid: false,
    confirmation: {
      type: "redirect",
      confirmation_url: expect.stringContaining("/checkout/"),
      return_url: returnUrl,
    },
  });
  const notAsked = await bank.post("/payments", { ...order, confirmation: redirect });
  expect(notAsked.body.status).toBe("succeeded");
});

test("without capture the money is only held; capture takes a part of it and gives the rest back", async () => {
  const held = await bank.post("/payments", byCard("5555555555554444", { capture: undefined }));
  expect(held.body).toMatchObject({ status: "waiting_for_capture", paid: true, refundable: false });
  expect(Date.parse(held.body.expires_at) - Date.parse(held.body.created_at)).toBe(7 * 24 * 3_600_000);
  const path = `/payments/${held.body.id}`;
  expect((await bank.post(`${path}/capture`, { amount: rub("1530.51") })).body.parameter).toBe(
    "amount.value",
  );
  const captured = await bank.post(`${path}/capture`, { amount: rub("1000.00") });
  expect(captured.body).toMatchObject({ status: "succeeded", amount: rub("1000.00") });
  expect((await bank.post(`${path}/capture`, {})).status).toBe(400);
  expect((await bank.post(`${path}/cancel`, {})).status).toBe(400);
  const debits = (await bank.debits()).filter((debit) => debit.paymentId === held.body.id);
  expect(debits).toMatchObject([{ amountMinor: 100_000 }]);
});

test("a hold that is cancelled, and a hold that nobody captures in seven days, take nothing", async () => {
  const first = await bank.post("/payments", byCard("5555555555554444", { capture: false }));
  const cancelled = await bank.post(`/payments/${first.body.id}/cancel`, undefined);
  expect(cancelled.body.cancellation_details).toEqual({ party: "merchant", reason: "canceled_by_merchant" });
  const second = await bank.post("/payments", byCard("5555555555554444", { capture: false }));
  await bank.aheadBy(7 * 24 * 3_600_000 + 1000);
  const lapsed = await bank.get(`/payments/${second.body.id}`);
  expect(lapsed.body).toMatchObject({
    status: "canceled",
    cancellation_details: { reason: "expired_on_capture" },
  });
  await bank.aheadBy(0);
  expect((await bank.debits()).filter((debit) => debit.paymentId === second.body.id)).toEqual([]);
});

test("a confirmation lives one hour of bank time; the shop cannot cancel it", async () => {
  const { body } = await bank.post("/payments", {
    amount: rub("5.00"),
    capture: true,
    confirmation: redirect,
  });
  expect((await bank.post(`/payments/${body.id}/cancel`, {})).status).toBe(400);
  await bank.aheadBy(3_600_000 - 5000);
  expect((await bank.get(`/payments/${body.id}`)).body.status).toBe("pending");
  await bank.aheadBy(3_600_000 + 1000);
  expect((await bank.get(`/payments/${body.id}`)).body).toMatchObject({
    status: "canceled",
    cancellation_details: { party: "yoo_money", reason: "expired_on_confirmation" },
  });
  await bank.aheadBy(0);
});

test("a card past its date declines", async () => {
  const { body } = await bank.post("/payments", {
    ...byCard("5555555555554444"),
    payment_method_data: {
      type: "bank_card",
      card: { ...card("5555555555554444"), expiry_month: "01", expiry_year: "2020" },
    },
  });
  expect(body.cancellation_details.reason).toBe("card_expired");
});

const ok = byCard("5555555555554444");
const many = Object.fromEntries(Array.from({ length: 17 }, (_none, index) => [`k${index}`, "v"]));
test.each([
  ["amount", { ...ok, amount: undefined }],
  ["amount.value", { ...ok, amount: { value: 10.5, currency: "RUB" } }],
  ["amount.value", { ...ok, amount: rub("10,50") }],
  ["amount.value", { ...ok, amount: rub("10.505") }],
  ["amount.value", { ...ok, amount: rub("-10") }],
  ["amount.value", { ...ok, amount: rub("0.99") }],
  ["amount.value", { ...ok, amount: rub("350000.01") }],
  ["amount.currency", { ...ok, amount: { value: "10.00", currency: "USD" } }],
  ["amount.currency", { ...ok, amount: { value: "10.00", currency: "XXX" } }],
  ["description", { ...ok, description: "x".repeat(129) }],
  ["metadata", { ...ok, metadata: many }],
  ["metadata", { ...ok, metadata: { ["k".repeat(33)]: "v" } }],
  ["metadata", { ...ok, metadata: { key: "v".repeat(513) } }],
  ["metadata", { ...ok, metadata: { key: 1 } }],
  ["merchant_customer_id", { ...ok, merchant_customer_id: "x".repeat(201) }],
  ["payment_method_data", { ...ok, payment_method_id: "some" }],
  [
    "payment_method_id",
    { ...ok, payment_method_data: undefined, payment_token: "t", payment_method_id: "m" },
  ],
  ["payment_method_id", { ...ok, payment_method_data: undefined, payment_method_id: "unknown" }],
  ["payment_method_data", { amount: rub("10.00") }],
  ["payment_method_data.type", { ...ok, payment_method_data: { type: "cash" } }],
  ["payment_method_data.card.number", byCard("4000000000000002")],
  ["confirmation", { amount: rub("10.00"), payment_method_data: { type: "bank_card" } }],
  ["confirmation", byCard("5555555555554477")],
  ["confirmation.type", { amount: rub("10.00"), confirmation: { type: "qr", return_url: returnUrl } }],
  ["confirmation.return_url", { amount: rub("10.00"), confirmation: { type: "redirect" } }],
  [
    "confirmation.return_url",
    { amount: rub("1.00"), confirmation: { ...redirect, return_url: "javascript:1" } },
  ],
  ["client_ip", { ...ok, client_ip: "somewhere" }],
  ["capture", { ...ok, payment_method_data: { type: "sbp" }, confirmation: redirect, capture: false }],
  [
    "payment_method_data.card",
    { ...ok, payment_method_data: { ...ok.payment_method_data, type: "sbp" }, confirmation: redirect },
  ],
  ["confirmation.locale", { amount: rub("10.00"), confirmation: { ...redirect, locale: "de_DE" } }],
])("a payment with a wrong %s is refused, naming it", async (parameter, body) => {
  const before = (await bank.debits()).length;
  const answer = await bank.post("/payments", body);
  expect(answer).toMatchObject({ status: 400, body: { type: "error", code: "invalid_request", parameter } });
  expect((await bank.debits()).length).toBe(before);
});

const utilities = {
  type: "utilities",
  amount: rub("1530.50"),
  payment_purpose: "Оплата ЖКУ;ЕЛС 60АА000593;ПРД 03.2026",
  recipient: {
    name: "ООО Тестовая управляющая компания",
    inn: "7701234560",
    kpp: "770101001",
    bank: {
      name: "ПАО ТЕСТБАНК",
      bic: "044525225",
      account: "40702810100000000017",
      correspondent_account: "30101810400000000225",
    },
  },
  payment_period: { month: 3, year: 2026 },
  unified_account_number: "60АА000593",
};

test("a utilities order and a receipt are checked and kept as they were sent", async () => {
  const receipt = {
    customer: { email: "payer@example.net" },
    items: [{ description: "Комиссия", quantity: 2, amount: rub("765.25"), vat_code: 1, extra: "kept" }],
  };
  const { body } = await bank.post(
    "/payments",
    byCard("5555555555554444", { payment_order: utilities, receipt }),
  );
  expect(body).toMatchObject({ status: "succeeded", receipt_registration: "succeeded" });
  const kept = (await bank.control("GET", `/payments/${body.id}`)).body;
  expect(kept.paymentOrder).toEqual(utilities);
  expect(kept.receipt).toEqual(receipt);
});

test.each([
  ["payment_order.amount", { ...utilities, amount: rub("1530.51") }],
  ["payment_order.recipient.inn", { ...utilities, recipient: { ...utilities.recipient, inn: "0001234560" } }],
  ["payment_order.payment_purpose", { ...utilities, payment_purpose: "x".repeat(211) }],
  ["payment_order", { ...utilities, unified_account_number: undefined }],
])("a utilities order with a wrong %s is refused, naming it", async (parameter, payment_order) => {
  const answer = await bank.post("/payments", byCard("5555555555554444", { payment_order }));
  expect(answer).toMatchObject({ status: 400, body: { parameter } });
});

const customer = { email: "payer@example.net" };
const item = { description: "Вода", quantity: 1, amount: rub("1530.50"), vat_code: 12 };
test.each([
  ["receipt.items", { customer, items: [] }],
  ["receipt.items", { customer, items: [{ ...item, amount: rub("1530.49") }] }],
  ["receipt.items", { customer, items: Array.from({ length: 81 }, () => item) }],
  ["receipt.customer", { customer: {}, items: [item] }],
  ["receipt.items.0.vat_code", { customer, items: [{ ...item, vat_code: 13 }] }],
  ["receipt.items.0.description", { customer, items: [{ ...item, description: "x".repeat(129) }] }],
  ["receipt.items.0.quantity", { customer, items: [{ ...item, quantity: 0 }] }],
  ["receipt.items.0.payment_mode", { customer, items: [{ ...item, payment_mode: "later" }] }],
  ["receipt.tax_system_code", { customer, items: [item], tax_system_code: 7 }],
])("a receipt with a wrong %s is refused, naming it", async (parameter, receipt) => {
  const answer = await bank.post("/payments", byCard("5555555555554444", { receipt }));
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", parameter } });
});
