import { afterAll, beforeAll, expect, test } from "vitest";
import { FaceUnderTest, type RawAnswer, merchant } from "./face-under-test.ts";
import { keysKeepTheirAnswers } from "./idempotency-property.ts";

const dayMs = 86_400_000;

let face: FaceUnderTest;
beforeAll(async () => {
  face = await FaceUnderTest.start();
});
afterAll(() => face.close());

function replayed(answer: RawAnswer): boolean {
  return answer.headers.get("idempotent-replayed") === "true";
}

async function unconfirmed(pattern?: string): Promise<{ intent: string; form: Record<string, string> }> {
  const { customer, method } = await face.payer(pattern);
  const { id } = await face.intent(customer);
  return { intent: id, form: { payment_method: method, off_session: "true" } };
}

test("a replay is the first answer byte for byte, over a restart, for 24 hours of the bank's clock", async () => {
  const { intent, form } = await unconfirmed();
  const path = `/v1/payment_intents/${intent}/confirm`;
  const first = await face.post(path, form, "pay-1");
  expect(first.status).toBe(200);
  expect(replayed(first)).toBe(false);
  await face.stripe.refunds.create({ payment_intent: intent });
  const second = await face.post(path, form, "pay-1");
  expect(second.text).toBe(first.text);
  expect(second.headers.get("original-request")).toBe(first.headers.get("request-id"));
  expect(replayed(second)).toBe(true);
  face = await face.restarted();
  await face.aheadBy(dayMs - 60_000);
  expect((await face.post(path, form, "pay-1")).text).toBe(first.text);
  await face.aheadBy(dayMs + 60_000);
  const forgotten = await face.post(path, form, "pay-1");
  expect(replayed(forgotten)).toBe(false);
  expect(forgotten.status).toBe(400);
  expect((await face.debits()).filter(({ objectId }) => objectId === intent)).toHaveLength(1);
});

test("a 402 is kept like a success; it does not become true again by a better card", async () => {
  const { intent, form } = await unconfirmed("pm_card_chargeCustomerFail");
  const path = `/v1/payment_intents/${intent}/confirm`;
  const first = await face.post(path, form, "declined-1");
  expect(first.status).toBe(402);
  const second = await face.post(path, form, "declined-1");
  expect([second.status, second.text, replayed(second)]).toEqual([402, first.text, true]);
});

test("another request under a live key is refused and changes nothing", async () => {
  const { intent, form } = await unconfirmed();
  await face.post(`/v1/payment_intents/${intent}/cancel`, {}, "taken");
  const other = await face.post(`/v1/payment_intents/${intent}/confirm`, form, "taken");
  expect(other.status).toBe(400);
  expect(JSON.parse(other.text)).toMatchObject({ error: { type: "idempotency_error" } });
  const more = await face.post(
    `/v1/payment_intents/${intent}/cancel`,
    { cancellation_reason: "abandoned" },
    "taken",
  );
  expect(JSON.parse(more.text)).toMatchObject({ error: { type: "idempotency_error" } });
  expect(replayed(await face.post(`/v1/payment_intents/${intent}/cancel`, {}, "taken"))).toBe(true);
});

test("wrong parameters, a wrong secret, 429 and 409 leave the key unused", async () => {
  const { intent, form } = await unconfirmed();
  const path = `/v1/payment_intents/${intent}/confirm`;
  const wrong = await face.post(path, { ...form, surprise: "1" }, "unused");
  expect([wrong.status, JSON.parse(wrong.text)]).toMatchObject([
    400,
    { error: { code: "parameter_unknown", param: "surprise" } },
  ]);
  const stranger = await fetch(face.bank.origin + path, {
    method: "POST",
    headers: { authorization: "Bearer sk_test_stranger", "idempotency-key": "unused" },
  });
  expect(stranger.status).toBe(401);
  await face.arm({ kind: "429" }, { operation: "stripe_confirm", chargeId: "unused" });
  await face.arm(
    { kind: "status", status: 409, code: "lock_timeout" },
    { operation: "stripe_confirm", chargeId: "unused" },
  );
  expect((await face.post(path, form, "unused")).status).toBe(429);
  expect((await face.post(path, form, "unused")).status).toBe(409);
  const paid = await face.post(path, form, "unused");
  expect([paid.status, replayed(paid)]).toEqual([200, false]);
});

test("of two requests at once under one key one is executed and the other refused with 409", async () => {
  const { intent, form } = await unconfirmed();
  const path = `/v1/payment_intents/${intent}/confirm`;
  await face.arm(
    { kind: "delay", ms: 300, when: "before" },
    { operation: "stripe_confirm", chargeId: "both" },
  );
  const answers = await Promise.all([face.post(path, form, "both"), face.post(path, form, "both")]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(JSON.parse(refused?.text ?? "")).toMatchObject({ error: { code: "idempotency_key_in_use" } });
  expect((await face.debits()).filter(({ objectId }) => objectId === intent)).toHaveLength(1);
});

test("a stored 500 comes back for ever, whether the charge behind it ran or not", async () => {
  const ran = await unconfirmed();
  await face.arm({ kind: "commit-then-500" }, { operation: "stripe_confirm", chargeId: "ran" });
  const broken = await unconfirmed();
  await face.arm({ kind: "error-500" }, { operation: "stripe_confirm", chargeId: "broken" });
  for (const { intent, key, form } of [
    { ...ran, key: "ran" },
    { ...broken, key: "broken" },
  ]) {
    const path = `/v1/payment_intents/${intent}/confirm`;
    expect((await face.post(path, form, key)).status).toBe(500);
    face = await face.restarted();
    const again = await face.post(path, form, key);
    expect([again.status, replayed(again)]).toEqual([500, true]);
  }
  expect((await face.stripe.paymentIntents.retrieve(ran.intent)).status).toBe("succeeded");
  expect((await face.stripe.paymentIntents.retrieve(broken.intent)).status).toBe("requires_payment_method");
});

test("a key is at most 255 characters", async () => {
  expect((await face.post("/v1/customers", {}, "k".repeat(255))).status).toBe(200);
  expect((await face.post("/v1/customers", {}, "k".repeat(256))).status).toBe(400);
});

test("keys keep their answers under random requests, clocks and restarts", async () => {
  await keysKeepTheirAnswers({ runs: 6, steps: 25, seed: 20_261_122 });
});

test("the secret alone opens the API, as Bearer or as Basic", async () => {
  const ask = (authorization: string): Promise<Response> =>
    fetch(`${face.bank.origin}/v1/account`, { headers: { authorization } });
  const basic = Buffer.from(`${merchant.secretKey}:`).toString("base64");
  expect((await ask(`Basic ${basic}`)).status).toBe(200);
  const account: unknown = await (await ask(`Bearer ${merchant.secretKey}`)).json();
  expect(account).toMatchObject({ id: merchant.account, object: "account" });
  expect((await ask(`Bearer ${merchant.secretKey}x`)).status).toBe(401);
});
