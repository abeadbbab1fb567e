import { afterAll, beforeAll, expect, test } from "vitest";
import { BankUnderTest, card, rub } from "./bank-under-test.ts";

let bank: BankUnderTest;
beforeAll(async () => {
  bank = await BankUnderTest.start();
});
afterAll(() => bank.close());

async function paid(value: string, more: Record<string, unknown> = {}): Promise<string> {
  const answer = await bank.post("/payments", {
    amount: rub(value),
    capture: true,
    payment_method_data: { type: "bank_card", card: card("5555555555554444") },
    ...more,
  });
  return answer.body.id;
}

const refund = (payment: string, value: string, key?: string) =>
  bank.post("/refunds", { payment_id: payment, amount: rub(value), description: "Возврат" }, key);

test("partial refunds together never exceed what was taken", async () => {
  const payment = await paid("100.00");
  const first = await refund(payment, "60.00");
  expect(first.body).toMatchObject({ payment_id: payment, status: "succeeded", amount: rub("60.00") });
  expect(await refund(payment, "40.01")).toMatchObject({ status: 400, body: { parameter: "amount.value" } });
  expect((await bank.get(`/payments/${payment}`)).body).toMatchObject({
    refunded_amount: rub("60.00"),
    refundable: true,
  });
  await refund(payment, "40.00");
  expect((await bank.get(`/payments/${payment}`)).body).toMatchObject({
    status: "succeeded",
    refunded_amount: rub("100.00"),
    refundable: false,
  });
  expect((await refund(payment, "0.01")).status).toBe(400);
});

test("refunds sent at once share what is left", async () => {
  const payment = await paid("10.00");
  const answers = await Promise.all(Array.from({ length: 5 }, () => refund(payment, "3.00")));
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(3);
});

test("a refund with the same key is one refund", async () => {
  const payment = await paid("10.00");
  const [first, second] = [
    await refund(payment, "3.00", "refund-1"),
    await refund(payment, "3.00", "refund-1"),
  ];
  expect(second.body).toEqual(first.body);
  expect((await bank.get(`/refunds/${first.body.id}`)).body).toEqual(first.body);
  expect((await bank.get(`/payments/${payment}`)).body.refunded_amount).toEqual(rub("3.00"));
});

test("only a succeeded payment can be refunded", async () => {
  const held = await paid("10.00", { capture: false });
  expect(await refund(held, "1.00")).toMatchObject({ status: 400, body: { parameter: "payment_id" } });
  expect(await refund("unknown", "1.00")).toMatchObject({ status: 400, body: { parameter: "payment_id" } });
  expect((await bank.get("/refunds/unknown")).status).toBe(404);
});

test("a refused refund says why and leaves the money", async () => {
  const payment = await paid("10.00");
  await bank.arm(
    { kind: "decline", reason: "insufficient_funds", party: "yoo_money" },
    { match: { operation: "create_refund", paymentId: payment } },
  );
  expect((await refund(payment, "4.00")).body).toMatchObject({
    status: "canceled",
    cancellation_details: { party: "yoo_money", reason: "insufficient_funds" },
  });
  expect((await refund(payment, "10.00")).body.status).toBe("succeeded");
});

test("a refund that takes its time counts against the payment until it is decided", async () => {
  const payment = await paid("10.00");
  await bank.arm({ kind: "hold" }, { match: { operation: "create_refund" } });
  const slow = await refund(payment, "10.00");
  expect(slow.body.status).toBe("pending");
  expect((await refund(payment, "1.00")).status).toBe(400);
  await bank.control("POST", `/refunds/${slow.body.id}/settle`, {
    status: "canceled",
    reason: "rejected_by_payee",
  });
  expect((await refund(payment, "10.00")).body.status).toBe("succeeded");
});

test("a refund shows the shop's own metadata, alone and in the list", async () => {
  const payment = await paid("10.00");
  const metadata = { refund_id: "RF-1" };
  const { body } = await bank.post("/refunds", { payment_id: payment, amount: rub("3.00"), metadata });
  expect(body.metadata).toEqual(metadata);
  const list = await bank.get(`/refunds?payment_id=${payment}`);
  expect(list.body.items).toMatchObject([{ id: body.id, metadata }]);
});

test("a refund's receipt must add up to what is given back", async () => {
  const payment = await paid("10.00");
  const receipt = {
    customer: { phone: "79000000000" },
    items: [{ description: "Вода", quantity: 1, amount: rub("2.99"), vat_code: 1 }],
  };
  const order = { payment_id: payment, amount: rub("3.00"), receipt };
  expect(await bank.post("/refunds", order)).toMatchObject({
    status: 400,
    body: { parameter: "receipt.items" },
  });
  expect((await bank.post("/refunds", { ...order, amount: rub("2.99") })).body.status).toBe("succeeded");
});

test("other words under a refund's key are refused, and after a day the key starts a new refund", async () => {
  const payment = await paid("10.00");
  await refund(payment, "1.00", "refund-key");
  expect(await refund(payment, "2.00", "refund-key")).toMatchObject({
    status: 400,
    body: { parameter: "Idempotence-Key" },
  });
  await bank.aheadBy(24 * 3_600_000 + 1000);
  await refund(payment, "1.00", "refund-key");
  await bank.aheadBy(0);
  expect((await bank.get(`/payments/${payment}`)).body.refunded_amount).toEqual(rub("2.00"));
});

test("old money does not come back: a card's after 15 months is declined, nothing at all after three years", async () => {
  const payment = await paid("10.00");
  const dayMs = 24 * 3_600_000;
  await bank.aheadBy(457 * dayMs);
  const late = await refund(payment, "1.00");
  await bank.aheadBy(3 * 366 * dayMs);
  const tooLate = await refund(payment, "1.00");
  await bank.aheadBy(0);
  expect(late.body).toMatchObject({
    status: "canceled",
    cancellation_details: { party: "payment_network", reason: "payment_expired" },
  });
  expect(tooLate).toMatchObject({ status: 400, body: { parameter: "payment_id" } });
  expect((await bank.get(`/payments/${payment}`)).body.refunded_amount).toEqual(rub("0.00"));
});
