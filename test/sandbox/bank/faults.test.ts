import { afterEach, beforeEach, expect, test } from "vitest";
import { BankUnderTest, authorization, redirect, rub } from "./bank-under-test.ts";
import { openPage, payByPage, submitForm } from "./page-visitor.ts";

let bank: BankUnderTest;
let method: string;
beforeEach(async () => {
  bank = await BankUnderTest.start();
  method = await bank.savedCard();
});
afterEach(() => bank.close());

const create = { operation: "create_payment" };

const charge = (chargeId = "c-1", key = chargeId) =>
  bank.post(
    "/payments",
    { amount: rub("50.00"), capture: true, payment_method_id: method, metadata: { charge_id: chargeId } },
    key,
  );

test.each(["commit-then-drop", "commit-then-500", "bad-json", "202"])(
  "%s: executed, the answer is lost, the replay finds the one debit",
  async (kind) => {
    await bank.arm({ kind }, { match: create });
    const lost = await charge().catch((cause: unknown) => cause);
    if (kind === "commit-then-500")
      expect(lost).toMatchObject({ status: 500, body: { code: "internal_server_error" } });
    else if (kind === "202")
      expect(lost).toMatchObject({ status: 202, body: { type: "processing", retry_after: 1800 } });
    else expect(lost).toBeInstanceOf(Error);
    expect(await bank.debits()).toHaveLength(1);
    expect((await charge()).body.status).toBe("succeeded");
    expect(await bank.debits()).toHaveLength(1);
  },
);

test.each([
  ["drop-before", {}, undefined],
  ["error-500", {}, 500],
  ["429", {}, 429],
  ["status", { status: 403, code: "forbidden", parameter: "capture" }, 403],
])("%s: not executed, the replay is the first execution", async (kind, more, status) => {
  await bank.arm({ kind, ...more }, { match: create });
  const refused = await charge().catch((cause: unknown) => cause);
  if (status === undefined) expect(refused).toBeInstanceOf(Error);
  else expect(refused).toMatchObject({ status, body: { type: "error" } });
  expect(await bank.debits()).toHaveLength(0);
  expect((await charge()).body.status).toBe("succeeded");
  expect(await bank.debits()).toHaveLength(1);
});

test("a delayed answer comes after the money was taken", async () => {
  await bank.arm({ kind: "delay", ms: 60_000 }, { match: create });
  const controller = new AbortController();
  const outcome = fetch(`${bank.bank.url}/payments`, {
    method: "POST",
    headers: { ...authorization(), "Content-Type": "application/json", "Idempotence-Key": "slow" },
    body: JSON.stringify({ amount: rub("50.00"), capture: true, payment_method_id: method }),
    signal: controller.signal,
  }).catch((cause: unknown) => cause);
  while ((await bank.debits()).length === 0);
  controller.abort();
  expect(await outcome).toBeInstanceOf(Error);
});

test("a decline is of the given reason and counts for one request", async () => {
  await bank.arm({ kind: "decline", reason: "3d_secure_failed" }, { match: create });
  expect((await charge()).body).toMatchObject({
    status: "canceled",
    cancellation_details: { party: "payment_network", reason: "3d_secure_failed" },
  });
  expect((await charge("c-2")).body.status).toBe("succeeded");
  expect((await bank.control("GET", "/faults")).body).toMatchObject([{ fired: 1, met: 1 }]);
});

test("a replay of a declined request is still declined and uses up no further fault", async () => {
  await bank.arm({ kind: "decline", reason: "general_decline" }, { match: create, times: 2 });
  const first = await charge();
  expect((await charge()).body).toEqual(first.body);
  expect((await bank.control("GET", "/faults")).body).toMatchObject([{ fired: 1 }]);
});

test("a decline and a lost answer strike the same request", async () => {
  await bank.arm({ kind: "decline", reason: "general_decline" }, { match: create });
  await bank.arm({ kind: "commit-then-drop" }, { match: create });
  await expect(charge()).rejects.toThrow("fetch failed");
  expect((await charge()).body.status).toBe("canceled");
});

test("a fault strikes only what it matches, after the skipped ones, as often as told", async () => {
  await bank.arm({ kind: "429" }, { match: { ...create, chargeId: "mine" }, skip: 1, times: 2 });
  expect((await charge("other")).status).toBe(200);
  const statuses = [];
  for (let index = 0; index < 4; index += 1) statuses.push((await charge("mine", `mine-${index}`)).status);
  expect(statuses).toEqual([200, 429, 429, 200]);
});

test.each([
  ["paymentMethodId", () => ({ paymentMethodId: method })],
  ["amountMinor", () => ({ amountMinor: 5000 })],
  ["metadata", () => ({ metadata: { charge_id: "c-1" } })],
])("a fault may be tied to %s", async (_name, match) => {
  await bank.arm({ kind: "429" }, { match: { operation: "get_payment", amountMinor: 1 } });
  await bank.arm({ kind: "429" }, { match: match() });
  expect((await charge()).status).toBe(429);
});

test("a fault on the look-up leaves the payment alone", async () => {
  const { body } = await charge();
  await bank.arm({ kind: "error-500" }, { match: { operation: "get_payment", chargeId: "c-1" } });
  expect((await bank.get(`/payments/${body.id}`)).status).toBe(500);
  expect((await bank.get(`/payments/${body.id}`)).body.status).toBe("succeeded");
});

test("double-debit takes the money twice: two succeeded payments in the list and two debits", async () => {
  await bank.arm({ kind: "double-debit" }, { match: create });
  const { body } = await charge();
  const listed = (await bank.get("/payments?status=succeeded")).body.items;
  expect(listed.map((item) => item.metadata.charge_id)).toEqual(["c-1", "c-1"]);
  expect(listed.map((item) => item.id)).toContain(body.id);
  expect((await bank.debits()).map((debit) => debit.amountMinor)).toEqual([5000, 5000]);
});

test("double-debit works for a payment that the payer confirms, too", async () => {
  await bank.arm({ kind: "double-debit" }, { match: create });
  const { body } = await bank.post("/payments", {
    amount: rub("5.00"),
    capture: true,
    confirmation: redirect,
  });
  await payByPage(body.confirmation.confirmation_url);
  expect(await bank.debits()).toHaveLength(2);
});

test("wrong-amount takes and shows another sum than was asked", async () => {
  await bank.arm({ kind: "wrong-amount", amountMinor: 4900 }, { match: create });
  expect((await charge()).body).toMatchObject({ status: "succeeded", amount: rub("49.00") });
  expect(await bank.debits()).toMatchObject([{ amountMinor: 4900 }]);
});

test("hold: executed, yet pending to the shop until it is settled", async () => {
  await bank.arm({ kind: "hold" }, { match: create });
  const { body } = await charge();
  expect(body).toMatchObject({ status: "pending", paid: false });
  expect(body).not.toHaveProperty("captured_at");
  expect(await bank.debits()).toHaveLength(1);
  expect((await bank.get("/payments?status=succeeded")).body.items).toEqual([]);
  await bank.aheadBy(30 * 24 * 3_600_000);
  expect((await bank.get(`/payments/${body.id}`)).body.status).toBe("pending");
  await bank.control("POST", `/payments/${body.id}/settle`, { status: "succeeded" });
  expect((await bank.get(`/payments/${body.id}`)).body.status).toBe("succeeded");
  expect(await bank.debits()).toHaveLength(1);
});

test("a held payment settled as canceled gives the money back", async () => {
  await bank.arm({ kind: "hold" }, { match: create });
  const { body } = await charge();
  await bank.control("POST", `/payments/${body.id}/settle`, {
    status: "canceled",
    reason: "general_decline",
  });
  expect((await bank.get(`/payments/${body.id}`)).body.cancellation_details.reason).toBe("general_decline");
  expect(await bank.debits()).toMatchObject([{ reversed: true }]);
});

test("a payment that waits for its payer can be settled either way, once", async () => {
  const order = { amount: rub("5.00"), capture: true, confirmation: redirect };
  const [paid, refused] = [await bank.post("/payments", order), await bank.post("/payments", order)];
  const settle = (id: string, status: string) => bank.control("POST", `/payments/${id}/settle`, { status });
  expect((await settle(paid.body.id, "succeeded")).body.status).toBe("succeeded");
  expect((await settle(refused.body.id, "canceled")).body.status).toBe("canceled");
  expect((await settle(paid.body.id, "canceled")).status).toBe(400);
  expect(await bank.debits()).toHaveLength(1);
});

test("a decline armed for the payer's confirmation strikes at the last click", async () => {
  await bank.arm({ kind: "decline", reason: "insufficient_funds" }, { match: { operation: "confirm" } });
  const { body } = await bank.post("/payments", {
    amount: rub("5.00"),
    capture: true,
    confirmation: redirect,
  });
  const page = await openPage(body.confirmation.confirmation_url);
  await submitForm(page, { number: "5555555555554444", expiry: "12/39", csc: "737" });
  expect((await bank.get(`/payments/${body.id}`)).body.cancellation_details.reason).toBe(
    "insufficient_funds",
  );
});

test("faults can be seen and taken away; a wrong order is refused, naming what is wrong", async () => {
  const armed = await bank.arm({ kind: "429" });
  await bank.arm({ kind: "error-500" });
  expect((await bank.control("DELETE", `/faults/${armed.body.id}`)).body).toEqual({ disarmed: 1 });
  expect((await bank.control("DELETE", "/faults")).body).toEqual({ disarmed: 1 });
  expect((await charge()).status).toBe(200);
  expect((await bank.arm({ kind: "earthquake" })).status).toBe(400);
  expect(await bank.arm({ kind: "429" }, { times: 0 })).toMatchObject({
    status: 400,
    body: { parameter: "times" },
  });
  expect((await bank.arm({ kind: "429" }, { matches: {} })).status).toBe(400);
});

test("a scaled clock runs faster than the real one and never changes the real waits", async () => {
  await bank.control("POST", "/clock", { offsetMs: 0, scale: 100_000 });
  const { body } = await bank.post("/payments", { amount: rub("5.00"), confirmation: redirect });
  const before = Date.now();
  while ((await bank.get(`/payments/${body.id}`)).body.status === "pending");
  expect(Date.now() - before).toBeLessThan(5000);
});
