import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MethodKind, rulesOf } from "../../../sandbox/bank/method-kinds.ts";
import { accountsOf } from "../../../sandbox/bank/test-accounts.ts";
import { BankUnderTest, redirect, returnUrl, rub } from "./bank-under-test.ts";
import { asPage, openPage, submitForm, title } from "./page-visitor.ts";

let bank: BankUnderTest;
beforeAll(async () => {
  bank = await BankUnderTest.start();
});
afterAll(() => bank.close());

const back = { away: returnUrl };
const payment = async (id: string) => (await bank.get(`/payments/${id}`)).body;
const debitsOf = async (id: string) => (await bank.debits()).filter((debit) => debit.paymentId === id);

async function toPay(type: MethodKind, more: Record<string, unknown> = {}) {
  const answer = await bank.post("/payments", {
    amount: rub("1530.50"),
    capture: true,
    payment_method_data: { type },
    confirmation: { ...redirect, locale: "en_US" },
    metadata: { charge_id: `c-${type}` },
    ...more,
  });
  return { ...answer, id: answer.body.id, url: answer.body.confirmation?.confirmation_url };
}

describe.each([
  ["sbp", "Pay through the SBP"],
  ["yoo_money", "Pay from a YooMoney wallet"],
  ["sberbank", "Pay with SberPay"],
  ["tinkoff_bank", "Pay with T-Pay"],
] as const)("%s", (type, heading) => {
  test("the payer agrees on a page; one debit, and the shop sees who was paid by what", async () => {
    const { id, url, body } = await toPay(type);
    expect(body).toMatchObject({ status: "pending", paid: false, payment_method: { type, saved: false } });
    const page = await openPage(url);
    expect(title(page)).toBe(heading);
    expect(page.html).toContain("₽1,530.50");
    expect(await submitForm(page, { action: "confirm" })).toEqual(back);
    const paid = await payment(id);
    expect(paid).toMatchObject({
      status: "succeeded",
      income_amount: rub("1487.65"),
      payment_method: { type },
    });
    expect(paid).not.toHaveProperty("authorization_details");
    expect(paid.payment_method).not.toHaveProperty("card");
    expect(await debitsOf(id)).toMatchObject([
      { amountMinor: 153_050, chargeId: `c-${type}`, last4: "", paidBy: type },
    ]);
    expect(await submitForm(page, { action: "refuse" }), "a form sent twice changes nothing").toEqual(back);
    expect((await payment(id)).status).toBe("succeeded");
  });

  test("the payer refuses: canceled, no money", async () => {
    const { id, url } = await toPay(type);
    expect(await submitForm(await openPage(url), { action: "refuse" })).toEqual(back);
    expect((await payment(id)).status).toBe("canceled");
    expect(await debitsOf(id)).toEqual([]);
  });

  test("an account without money declines with the vendor's reason", async () => {
    const poor = accountsOf(type).find((account) => account.declines);
    const { id, url } = await toPay(type);
    await submitForm(await openPage(url), { action: "confirm", account: poor?.id ?? "" });
    expect((await payment(id)).cancellation_details).toEqual(poor?.declines);
    expect(await debitsOf(id)).toEqual([]);
  });

  test("left for an hour it expires, and its form no longer pays", async () => {
    const { id, url } = await toPay(type);
    const page = await openPage(url);
    await bank.aheadBy(3_600_000 + 1000);
    await submitForm(page, { action: "confirm" });
    expect((await payment(id)).cancellation_details.reason).toBe("expired_on_confirmation");
    await bank.aheadBy(0);
    expect(await debitsOf(id)).toEqual([]);
  });

  test("saved by a payment it pays later without the payer, until the permission is withdrawn at the bank", async () => {
    const first = await toPay(type, { save_payment_method: true });
    await submitForm(await openPage(first.url), { action: "confirm" });
    const { payment_method: method } = await payment(first.id);
    expect(method).toMatchObject({ type, saved: true, status: "active" });
    const order = { amount: rub("7.00"), capture: true, payment_method_id: method.id };
    const later = await bank.post("/payments", order);
    expect(later.body).toMatchObject({ status: "succeeded", payment_method: { type, id: method.id } });
    expect(await debitsOf(later.body.id)).toHaveLength(1);
    await bank.control("POST", `/payment-methods/${method.id}/revoke`);
    expect((await bank.post("/payments", order)).body.cancellation_details.reason).toBe("permission_revoked");
  });

  test("without a confirmation nobody could agree: refused", async () => {
    const answer = await toPay(type, { confirmation: undefined });
    expect(answer).toMatchObject({ status: 400, body: { parameter: "confirmation" } });
  });

  test("is found in the list by its kind", async () => {
    const { id } = await toPay(type);
    const { items } = (await bank.get(`/payments?payment_method=${type}&limit=1`)).body;
    expect(items).toMatchObject([{ id }]);
  });

  test("a part and the rest are given back", async () => {
    const { id, url } = await toPay(type);
    await submitForm(await openPage(url), { action: "confirm" });
    for (const value of ["530.50", "1000.00"]) {
      const refund = await bank.post("/refunds", { payment_id: id, amount: rub(value) });
      expect(refund.body.status).toBe("succeeded");
    }
    expect(await payment(id)).toMatchObject({ refunded_amount: rub("1530.50"), refundable: false });
  });
});

describe("sbp", () => {
  test("shows its operation and the payer's bank once it is paid, not before", async () => {
    const { id, url, body } = await toPay("sbp");
    expect(body.payment_method).not.toHaveProperty("sbp_operation_id");
    await submitForm(await openPage(url), { action: "confirm" });
    expect((await payment(id)).payment_method).toMatchObject({
      sbp_operation_id: expect.stringMatching(/^[0-9A-F]{32}$/),
      payer_bank_details: { bank_id: "100000000111", bic: "044525225" },
    });
  });

  test("as a QR code: the shop gets what the code holds, the phone opens the same question", async () => {
    const { id, body } = await toPay("sbp", { confirmation: { type: "qr", locale: "en_US" } });
    expect(body.confirmation).toEqual({
      type: "qr",
      confirmation_data: expect.stringContaining("/checkout/"),
    });
    const { confirmation_data: code } = body.confirmation as unknown as { confirmation_data: string };
    const end = asPage(await submitForm(await openPage(code), { action: "confirm" }));
    expect(title(end)).toBe("The payment went through");
    expect(end.html).not.toContain("Back to the shop");
    expect((await payment(id)).status).toBe("succeeded");
  });

  test("a bank that keeps no permission pays, and the method is not saved", async () => {
    const { id, url } = await toPay("sbp", { save_payment_method: true });
    const cannot = accountsOf("sbp").find((account) => account.cannotBind);
    await submitForm(await openPage(url), { action: "confirm", account: cannot?.id ?? "" });
    const paid = await payment(id);
    expect(paid).toMatchObject({ status: "succeeded", payment_method: { saved: false } });
    const again = await bank.post("/payments", {
      amount: rub("1.00"),
      payment_method_id: paid.payment_method.id,
    });
    expect(again).toMatchObject({ status: 400, body: { parameter: "payment_method_id" } });
  });

  const bind = () =>
    bank.post("/payment_methods", { type: "sbp", confirmation: { ...redirect, locale: "en_US" } });

  test("is bound without a payment in the payer's bank, and pays without asking", async () => {
    const { body } = await bind();
    expect(body).toMatchObject({ type: "sbp", saved: false, status: "pending" });
    const page = await openPage(body.confirmation.confirmation_url);
    expect(title(page)).toBe("Link an account through the SBP");
    expect(page.html).not.toContain("₽");
    expect(await submitForm(page, { action: "confirm" })).toEqual(back);
    expect((await bank.get(`/payment_methods/${body.id}`)).body).toMatchObject({
      type: "sbp",
      saved: true,
      status: "active",
      payer_bank_details: { bank_id: "100000000111" },
    });
    const charged = await bank.post("/payments", {
      amount: rub("9.00"),
      capture: true,
      payment_method_id: body.id,
    });
    expect(charged.body).toMatchObject({ status: "succeeded", payment_method: { type: "sbp" } });
  });

  test.each([
    ["the payer refuses", { action: "refuse" }],
    ["the bank keeps no permission", { action: "confirm", account: "sbp-2" }],
  ])("%s: the binding ends inactive and cannot be charged", async (_name, answer) => {
    const { body } = await bind();
    await submitForm(await openPage(body.confirmation.confirmation_url), answer);
    expect((await bank.get(`/payment_methods/${body.id}`)).body).toMatchObject({
      saved: false,
      status: "inactive",
    });
    const charge = await bank.post("/payments", { amount: rub("1.00"), payment_method_id: body.id });
    expect(charge).toMatchObject({ status: 400, body: { parameter: "payment_method_id" } });
  });
});

test("the wallet is remembered when its owner ticks the box, and only where the shop named its customer", async () => {
  const { id, url } = await toPay("yoo_money", { merchant_customer_id: "anna" });
  const page = await openPage(url);
  expect(page.html).toContain('name="remember"');
  await submitForm(page, { action: "confirm", remember: "yes" });
  expect((await payment(id)).payment_method).toMatchObject({
    saved: true,
    account_number: "410011111111111",
  });
  const unnamed = await toPay("yoo_money");
  expect((await openPage(unnamed.url)).html).not.toContain('name="remember"');
});

test.each(["yoo_money", "sberbank", "tinkoff_bank", "mobile_balance"])(
  "%s is saved only by a payment, never bound alone",
  async (type) => {
    const answer = await bank.post("/payment_methods", { type, confirmation: redirect });
    expect(answer).toMatchObject({ status: 400, body: { parameter: "type" } });
  },
);

describe("each method's limits (protocol facts §1.5)", () => {
  const phone = {
    payment_method_data: { type: "mobile_balance", phone: "79000000000" },
    confirmation: { type: "external" },
  };
  test.each([
    ["sbp", "0.99", "1.00", {}],
    ["sbp", "700000.01", "700000.00", {}],
    ["mobile_balance", "9.99", "10.00", phone],
    ["mobile_balance", "15000.01", "15000.00", phone],
    ["yoo_money", "0.99", "400000.00", {}],
  ] as const)("%s: %s is refused, %s is taken", async (type, outside, inside, more) => {
    expect(await toPay(type, { ...more, amount: rub(outside) })).toMatchObject({
      status: 400,
      body: { parameter: "amount.value" },
    });
    expect((await toPay(type, { ...more, amount: rub(inside) })).status).toBe(200);
  });

  test("SberPay gives money back for a year only", async () => {
    const { id, url } = await toPay("sberbank");
    await submitForm(await openPage(url), { action: "confirm" });
    await bank.aheadBy((rulesOf.sberbank.refundMs ?? 0) + 60_000);
    const late = await bank.post("/refunds", { payment_id: id, amount: rub("1.00") });
    await bank.aheadBy(0);
    expect(late).toMatchObject({ status: 400, body: { parameter: "payment_id" } });
  });
});

test("a fault strikes every kind alike: held back, declined or taken twice when the payer agrees", async () => {
  const held = await toPay("sbp", { metadata: { charge_id: "f-1" } });
  await bank.arm({ kind: "hold" }, { match: { operation: "confirm", chargeId: "f-1" } });
  await submitForm(await openPage(held.url), { action: "confirm" });
  expect((await payment(held.id)).status).toBe("pending");
  expect(
    (await bank.control("POST", `/payments/${held.id}/settle`, { status: "succeeded" })).body.status,
  ).toBe("succeeded");
  const twice = await toPay("sberbank", { metadata: { charge_id: "f-2" } });
  await bank.arm({ kind: "double-debit" }, { match: { operation: "confirm", chargeId: "f-2" } });
  await submitForm(await openPage(twice.url), { action: "confirm" });
  expect((await bank.debits()).filter((debit) => debit.chargeId === "f-2")).toHaveLength(2);
});

test("all kinds are rebuilt from the journal after a restart", async () => {
  const sbp = await toPay("sbp", { save_payment_method: true });
  await submitForm(await openPage(sbp.url), { action: "confirm" });
  const phone = await toPay("mobile_balance", {
    payment_method_data: { type: "mobile_balance", phone: "79000000000" },
    confirmation: { type: "external" },
  });
  const before = { payments: [await payment(sbp.id), await payment(phone.id)], debits: await bank.debits() };
  const { dataDir } = bank;
  await bank.bank.close();
  bank = await BankUnderTest.start({ dataDir });
  expect({ payments: [await payment(sbp.id), await payment(phone.id)], debits: await bank.debits() }).toEqual(
    before,
  );
  expect((await bank.control("POST", `/payments/${phone.id}/confirm-external`)).body.status).toBe(
    "succeeded",
  );
});
