import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, mandateWish, oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

const amount = { amountMinor: 512_345, currency: "RUB" };

async function count(text: string, values: unknown[]): Promise<number> {
  const { rows } = await under.database.pool.query<{ n: number }>(text, values);
  return rows[0]?.n ?? 0;
}

test("ten parallel equal calls with one key: ten identical answers, one payment, one word to Temporal", async () => {
  const billId = await oweBill(under, anna, { account: "100" });
  const key = randomUUID();
  const calls = Array.from({ length: 10 }, () =>
    ask(under, anna, "POST /v1/payments", { key, body: { billId, amount } }),
  );
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(new Set(answers.map(({ headers }) => headers.get("location"))).size).toBe(1);
  expect(await count("select count(*) as n from payments where bill_id = $1", [billId])).toBe(1);
  expect(
    await count("select count(*) as n from outbox where kind = 'start-payment' and subject_id = $1", [
      answers[0]?.body["id"],
    ]),
  ).toBe(1);
});

test("a quoted key and a bare one are the same key; another caller's equal key is another", async () => {
  const boris = await signIn(under, "boris");
  const key = randomUUID();
  const body = { billerId: "mgts", account: "200" };
  const bare = await ask(under, anna, "POST /v1/accounts", { key, body });
  const quoted = await ask(under, anna, "POST /v1/accounts", { key: `"${key}"`, body });
  expect(quoted.text).toBe(bare.text);
  const other = await ask(under, boris, "POST /v1/accounts", { key, body: { ...body, account: "201" } });
  expect(other.status).toBe(201);
});

test("422 when a key comes back with another content or on another address", async () => {
  const key = randomUUID();
  await ask(under, anna, "POST /v1/accounts", { key, body: { billerId: "mgts", account: "300" } });
  const otherBody = await ask(under, anna, "POST /v1/accounts", {
    key,
    body: { billerId: "mgts", account: "301" },
  });
  expect([otherBody.status, otherBody.body["code"]]).toEqual([422, "idempotency-key-reused"]);
  const otherPath = await ask(under, anna, "POST /v1/methods", { key });
  expect(otherPath.body["code"]).toBe("idempotency-key-reused");
});

test("a refused command leaves its key free: the same call works once its reason is gone", async () => {
  const card = await bindCard(under, anna);
  await under.database.pool.query("update methods set state = 'unusable' where id = $1", [card]);
  const key = randomUUID();
  const body = mandateWish([card], { account: "400" });
  expect((await ask(under, anna, "POST /v1/mandates", { key, body })).status).toBe(422);
  expect(await count("select count(*) as n from idempotency_keys where key = $1", [key])).toBe(0);
  await under.database.pool.query("update methods set state = 'active' where id = $1", [card]);
  expect((await ask(under, anna, "POST /v1/mandates", { key, body })).status).toBe(201);
});

test("a command whose process died after its commit is finished by its repetition, not done twice", async () => {
  const card = await bindCard(under, anna);
  const key = randomUUID();
  const body = mandateWish([card], { account: "500" });
  const first = await ask(under, anna, "POST /v1/mandates", { key, body });
  // as the row stands when the process dies between its commit and its answer
  await under.database.pool.query(
    "update idempotency_keys set state = 'running', status = null, headers = null, body = null, lease_until = clock_timestamp() - interval '1 s' where key = $1",
    [key],
  );
  const again = await ask(under, anna, "POST /v1/mandates", { key, body });
  expect([again.status, again.body["id"]]).toEqual([201, first.body["id"]]);
  expect(await count("select count(*) as n from mandates where account = $1", ["500"])).toBe(1);
});

test("a kept answer is sealed: the bank's address is nowhere in the row", async () => {
  const key = randomUUID();
  const first = await ask(under, anna, "POST /v1/methods", { key });
  expect(first.text).toContain("https://bank.example/bind/");
  const { rows } = await under.database.pool.query<{ body: string }>(
    "select body from idempotency_keys where key = $1",
    [key],
  );
  expect(Buffer.from(rows[0]?.body ?? "", "base64").toString("latin1")).not.toContain("bank.example");
  expect((await ask(under, anna, "POST /v1/methods", { key })).text).toBe(first.text);
});

test("409 with Retry-After while the same command is still being carried out", async () => {
  const key = randomUUID();
  const body = { billerId: "mgts", account: "600" };
  await ask(under, anna, "POST /v1/accounts", { key, body });
  await under.database.pool.query(
    "update idempotency_keys set state = 'running', lease_until = clock_timestamp() + interval '1 minute' where key = $1",
    [key],
  );
  const answer = await ask(under, anna, "POST /v1/accounts", { key, body });
  expect([answer.status, answer.body["code"]]).toEqual([409, "idempotency-key-in-flight"]);
  expect(answer.headers.get("retry-after")).toBe("1");
});

test("a failure of the gateway is not kept: the same key goes on where it stopped, with the same binding", async () => {
  const key = randomUUID();
  const first = ask(under, anna, "POST /v1/methods", { key });
  const started = (await first).body["id"];
  expect((await first).status).toBe(201);
  const key2 = randomUUID();
  const original = under.gateway.gateway.startBinding;
  Object.assign(under.gateway.gateway, {
    startBinding: async () => ({ kind: "unanswered", detail: "connection reset" }),
  });
  const lost = await ask(under, anna, "POST /v1/methods", { key: key2 });
  Object.assign(under.gateway.gateway, { startBinding: original });
  expect([lost.status, lost.body["code"]]).toEqual([503, "gateway-unavailable"]);
  const before = under.gateway.started.length;
  const again = await ask(under, anna, "POST /v1/methods", { key: key2 });
  expect(again.status).toBe(201);
  expect(again.body["id"]).not.toBe(started);
  expect(under.gateway.started.slice(before)).toEqual([again.body["id"]]);
  expect(
    await count(
      "select count(*) as n from methods where state = 'binding' and binding_object_id is null",
      [],
    ),
  ).toBe(0);
});

test("one confirm with one key is one instruction, also when the process died before its answer and the charge was declined meanwhile", async () => {
  const run = (text: string, values: unknown[]) => under.database.pool.query(text, values);
  const billId = await oweBill(under, anna, { account: "900" });
  const paid = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  const id = String(paid.body["id"]);
  const decline = async () => {
    await run("update instructions set used_at = business_now() where payment_id = $1", [id]);
    await run("update payments set state = 'needs-payer', need = 'confirm-again' where id = $1", [id]);
  };
  await decline();
  const key = randomUUID();
  const confirm = () =>
    ask(under, anna, `POST /v1/payments/${id}/confirm`, { key, body: { amount, methodId: null } });
  expect((await confirm()).status).toBe(202);
  await decline();
  await run(
    "update idempotency_keys set state = 'running', status = null, headers = null, body = null, lease_until = clock_timestamp() - interval '1 s' where key = $1",
    [key],
  );
  const again = await confirm();
  expect([again.status, again.body["state"], again.body["need"]]).toEqual([
    200,
    "needs-payer",
    "confirm-again",
  ]);
  expect(await count("select count(*) as n from instructions where payment_id = $1", [id])).toBe(2);
});

test("what a command said cannot be guessed from its fingerprint: the hash is keyed by the deployment", async () => {
  const key = randomUUID();
  const body = { billerId: "mgts", account: "79161234567" };
  const raw = JSON.stringify(body);
  await ask(under, anna, "POST /v1/accounts", { key, raw });
  const { rows } = await under.database.pool.query<{ fingerprint: string }>(
    "select fingerprint from idempotency_keys where key = $1",
    [key],
  );
  const guess = createHash("sha256").update("POST /v1/accounts\n").update(raw).digest("hex");
  expect(rows[0]?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(rows[0]?.fingerprint).not.toBe(guess);
});
