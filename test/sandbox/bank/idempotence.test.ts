import { afterAll, beforeAll, expect, test } from "vitest";
import { BankUnderTest, authorization, card, rub, send } from "./bank-under-test.ts";

let bank: BankUnderTest;
beforeAll(async () => {
  bank = await BankUnderTest.start();
});
afterAll(() => bank.close());

const order = (value: string, chargeId: string): Record<string, unknown> => ({
  amount: rub(value),
  capture: true,
  payment_method_data: { type: "bank_card", card: card("5555555555554444") },
  metadata: { charge_id: chargeId },
});

const debitsOf = async (chargeId: string): Promise<unknown[]> =>
  (await bank.debits()).filter((debit) => debit.chargeId === chargeId);

test("one key and one body are one object and one debit", async () => {
  const first = await bank.post("/payments", order("10.00", "one-key"), "key-1");
  const second = await bank.post("/payments", order("10.00", "one-key"), "key-1");
  expect(first.body.status).toBe("succeeded");
  expect(second).toMatchObject({ status: 200, body: first.body });
  expect(await debitsOf("one-key")).toHaveLength(1);
});

test("the same meaning in another order of fields is the same body", async () => {
  const { amount, ...rest } = order("11.00", "order-of-fields");
  const first = await bank.post("/payments", { amount, ...rest }, "key-order");
  const second = await bank.post("/payments", { ...rest, amount }, "key-order");
  expect(second.body.id).toBe(first.body.id);
});

test("another body under a living key is refused, naming the header, and takes no money", async () => {
  await bank.post("/payments", order("12.00", "other-body"), "key-2");
  const other = await bank.post("/payments", order("12.01", "other-body"), "key-2");
  expect(other).toMatchObject({
    status: 400,
    body: { type: "error", code: "invalid_request", parameter: "Idempotence-Key" },
  });
  const otherPath = await bank.post("/payment_methods", order("12.00", "other-body"), "key-2");
  expect(otherPath.status).toBe(400);
  expect(await debitsOf("other-body")).toHaveLength(1);
});

test("ten simultaneous requests with one key execute once", async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => bank.post("/payments", order("13.00", "parallel"), "key-parallel")),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  expect(await debitsOf("parallel")).toHaveLength(1);
});

test("a request that the bank delays does not execute beside its own replay", async () => {
  await bank.arm(
    { kind: "delay", ms: 300, when: "before" },
    { match: { operation: "create_payment", chargeId: "delayed" } },
  );
  const slow = bank.post("/payments", order("14.00", "delayed"), "key-delayed");
  const quick = await bank.post("/payments", order("14.00", "delayed"), "key-delayed");
  expect((await slow).body.id).toBe(quick.body.id);
  expect(await debitsOf("delayed")).toHaveLength(1);
});

test("a replay shows the object as it is now", async () => {
  const held = { ...order("15.00", "as-now"), capture: false };
  const first = await bank.post("/payments", held, "key-as-now");
  expect(first.body.status).toBe("waiting_for_capture");
  await bank.post(`/payments/${first.body.id}/capture`, {});
  expect((await bank.post("/payments", held, "key-as-now")).body.status).toBe("succeeded");
});

test("a refused request leaves its key unused", async () => {
  expect((await bank.post("/payments", order("0.00", "mended"), "key-mended")).status).toBe(400);
  expect((await bank.post("/payments", order("16.00", "mended"), "key-mended")).body.status).toBe(
    "succeeded",
  );
});

test.each([
  ["no key", undefined],
  ["a key of 65 characters", "k".repeat(65)],
  ["a key with a space", "a b"],
])("%s is refused, naming the header", async (_name, key) => {
  const answer = await send(`${bank.bank.url}/payments`, {
    method: "POST",
    headers: {
      ...authorization(),
      "Content-Type": "application/json",
      ...(key === undefined ? {} : { "Idempotence-Key": key }),
    },
    body: JSON.stringify(order("17.00", "no-key")),
  });
  expect(answer).toMatchObject({ status: 400, body: { parameter: "Idempotence-Key" } });
  expect(await debitsOf("no-key")).toHaveLength(0);
});

test("a key protects for 24 hours of bank time, then the same request is a new operation", async () => {
  const hour = 3_600_000;
  const first = await bank.post("/payments", order("18.00", "old-key"), "key-old");
  await bank.aheadBy(24 * hour - 60_000);
  expect((await bank.post("/payments", order("18.00", "old-key"), "key-old")).body.id).toBe(first.body.id);
  await bank.aheadBy(24 * hour + 1000);
  expect((await bank.post("/payments", order("18.00", "old-key"), "key-old")).body.id).not.toBe(
    first.body.id,
  );
  expect(await debitsOf("old-key")).toHaveLength(2);
  await bank.aheadBy(0);
});
