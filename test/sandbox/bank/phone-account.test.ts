import { afterAll, beforeAll, expect, test } from "vitest";
import { BankUnderTest, redirect, rub } from "./bank-under-test.ts";
import { asPage, openPage, submitForm, title } from "./page-visitor.ts";

let bank: BankUnderTest;
beforeAll(async () => {
  bank = await BankUnderTest.start();
});
afterAll(() => bank.close());

const payment = async (id: string) => (await bank.get(`/payments/${id}`)).body;
const debitsOf = async (id: string) => (await bank.debits()).filter((debit) => debit.paymentId === id);

async function fromPhone(phone: string | undefined, more: Record<string, unknown> = {}) {
  const answer = await bank.post("/payments", {
    amount: rub("1530.50"),
    capture: true,
    payment_method_data: { type: "mobile_balance", phone },
    confirmation: { type: "external", locale: "en_US" },
    ...more,
  });
  return { ...answer, id: answer.body.id };
}
const answer = (id: string, reply?: "confirm" | "refuse") =>
  bank.control(
    "POST",
    `/payments/${id}/confirm-external`,
    reply === undefined ? undefined : { answer: reply },
  );

test("the shop has nothing to show; the payer's message confirms, one debit", async () => {
  const { id, body } = await fromPhone("79000000000");
  expect(body).toMatchObject({
    status: "pending",
    confirmation: { type: "external" },
    payment_method: { type: "mobile_balance", saved: false, phone: "79000000000" },
  });
  expect(body.confirmation).not.toHaveProperty("confirmation_url");
  expect((await answer(id)).body.status).toBe("succeeded");
  expect((await answer(id)).status, "a second message finds nothing to confirm").toBe(400);
  expect(await debitsOf(id)).toMatchObject([{ amountMinor: 153_050, paidBy: "mobile_balance" }]);
});

test("the practice phone shows the question and answers it", async () => {
  const { id } = await fromPhone("79000000042");
  const phone = await openPage(new URL("/checkout/phones/79000000042", bank.bank.url).href, "en-GB");
  const link = /href="(\/checkout\/[^"]+)"/.exec(phone.html)?.[1] ?? "";
  const question = await openPage(new URL(link, phone.url).href);
  expect(title(question)).toBe("A message from your operator");
  expect(title(asPage(await submitForm(question, { action: "confirm" })))).toBe("The payment went through");
  expect((await payment(id)).status).toBe("succeeded");
  expect((await openPage(phone.url, "en-GB")).html).toContain("No new messages.");
});

test("refused, or unanswered for an hour: canceled, no money", async () => {
  const refused = await fromPhone("79000000000");
  expect((await answer(refused.id, "refuse")).body.status).toBe("canceled");
  const silent = await fromPhone("79000000000");
  await bank.aheadBy(3_600_000 + 1000);
  expect((await answer(silent.id)).status).toBe(400);
  expect((await payment(silent.id)).cancellation_details.reason).toBe("expired_on_confirmation");
  await bank.aheadBy(0);
  for (const { id } of [refused, silent]) expect(await debitsOf(id)).toEqual([]);
});

test.each([
  ["79000000001", "insufficient_funds"],
  ["79000000002", "unsupported_mobile_operator"],
  ["79000000003", "payment_method_limit_exceeded"],
])("the test number %s declines with %s", async (phone, reason) => {
  const { id } = await fromPhone(phone);
  expect((await answer(id)).body.cancellation_details.reason).toBe(reason);
});

test("money is held for six hours and captured whole", async () => {
  const { id } = await fromPhone("79000000000", { capture: false });
  const held = (await answer(id)).body;
  expect(held.status).toBe("waiting_for_capture");
  expect(Date.parse(held.expires_at) - Date.parse(held.created_at)).toBeGreaterThanOrEqual(6 * 3_600_000);
  expect(await bank.post(`/payments/${id}/capture`, { amount: rub("1000.00") })).toMatchObject({
    status: 400,
    body: { parameter: "amount.value" },
  });
  expect((await bank.post(`/payments/${id}/capture`, {})).body.status).toBe("succeeded");
});

test.each([
  ["payment_method_data.phone", undefined, {}],
  ["payment_method_data.phone", "+79000000000", {}],
  ["confirmation.type", "79000000000", { confirmation: redirect }],
  ["save_payment_method", "79000000000", { save_payment_method: true }],
])("a wrong %s is refused, naming it", async (parameter, phone, more) => {
  expect(await fromPhone(phone, more)).toMatchObject({ status: 400, body: { parameter } });
});

test("a confirmation that nobody waits for cannot be given from outside", async () => {
  const order = { payment_method_data: { type: "sbp" }, confirmation: redirect };
  const { id } = await fromPhone(undefined, order);
  expect((await bank.control("POST", `/payments/${id}/confirm-external`)).status).toBe(400);
  expect((await payment(id)).status).toBe("pending");
});
