import { afterAll, beforeAll, expect, test } from "vitest";
import { BankUnderTest, authorization, rub, send } from "./bank-under-test.ts";

let bank: BankUnderTest;
beforeAll(async () => {
  bank = await BankUnderTest.start();
});
afterAll(() => bank.close());

const json = { "Content-Type": "application/json", "Idempotence-Key": "manners" };

test.each([
  ["no credentials", {}],
  ["a wrong secret", authorization("wrong")],
  ["a bearer token", { Authorization: "Bearer token" }],
])("%s is 401 invalid_credentials", async (_name, headers) => {
  const answer = await send(`${bank.bank.url}/payments`, { headers });
  expect(answer).toMatchObject({ status: 401, body: { type: "error", code: "invalid_credentials" } });
  expect(answer.body.id).toMatch(/^[0-9a-f-]{36}$/);
});

test("the shop can ask who it is", async () => {
  expect((await bank.get("/me")).body).toMatchObject({ account_id: "100500", status: "enabled", test: true });
});

test("who opens the bank's address is told where to look", async () => {
  const answer = await fetch(new URL("/", bank.bank.url));
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("/v3")]);
});

test("unknown objects and addresses are 404 not_found", async () => {
  for (const path of ["/payments/unknown", "/refunds/unknown", "/payment_methods/unknown", "/nothing"]) {
    expect(await bank.get(path)).toMatchObject({ status: 404, body: { code: "not_found" } });
  }
});

test("a wrong verb is 405 and says which are right", async () => {
  const answer = await send(`${bank.bank.url}/payments`, { method: "DELETE", headers: authorization() });
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toBe("POST, GET");
  const other = await send(`${bank.bank.url}/payments/x/capture`, { headers: authorization() });
  expect(other.status).toBe(405);
});

test("anything but JSON is 415", async () => {
  const answer = await send(`${bank.bank.url}/payments`, {
    method: "POST",
    headers: { ...authorization(), ...json, "Content-Type": "application/x-www-form-urlencoded" },
    body: "amount=1",
  });
  expect(answer.status).toBe(415);
});

test.each([
  ["broken JSON", "{"],
  ["a list", "[]"],
  ["a text", '"text"'],
])("%s is 400 invalid_request", async (_name, body) => {
  const answer = await send(`${bank.bank.url}/payments`, {
    method: "POST",
    headers: { ...authorization(), ...json },
    body,
  });
  expect(answer).toMatchObject({ status: 400, body: { type: "error", code: "invalid_request" } });
});

test("an oversized body is 413", async () => {
  const answer = await bank.post("/payments", { amount: rub("1.00"), filling: "x".repeat(300_000) });
  expect(answer.status).toBe(413);
});

test("the journal tells of every request: time, call, key, hash of the bytes, charge", async () => {
  const last = (await bank.journal()).at(-1)?.seq;
  const body = { amount: rub("1.00"), metadata: { charge_id: "told" } };
  await bank.post("/payments", body, "told-1");
  await bank.post("/payments", body, "told-2");
  const entries = await bank.journal(last);
  const requests = entries.filter((entry) => entry.kind === "request");
  expect(requests).toMatchObject([
    { method: "POST", path: "/v3/payments", key: "told-1", chargeId: "told", operation: "create_payment" },
    { key: "told-2" },
  ]);
  expect(requests[0]?.bodyHash).toBe(requests[1]?.bodyHash);
  const answers = entries.filter((entry) => entry.kind === "answer");
  expect(answers).toMatchObject([{ request: requests[0]?.seq, status: 400 }, { request: requests[1]?.seq }]);
});
