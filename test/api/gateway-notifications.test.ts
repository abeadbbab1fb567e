import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());

const line = "POST /v1/gateways/yookassa/notifications";
const told = (id: string, metadata?: object) => ({
  type: "notification",
  event: "payment.succeeded",
  object: {
    id,
    status: "succeeded",
    amount: { value: "1.00", currency: "RUB" },
    ...(metadata && { metadata }),
  },
});

async function nudges(objectId: string) {
  const { rows } = await under.database.pool.query(
    "select gateway, event, charge_id from gateway_nudges where object_id = $1",
    [objectId],
  );
  return rows;
}

test.each(["185.71.76.5", "::ffff:185.71.76.31", "127.0.0.1", "2a02:5180::7"])(
  "from %s: stored as a reason to look, answered 200 with nothing",
  async (from) => {
    const id = `object-${from}`;
    const answer = await ask(under, null, line, { from, body: told(id, { charge_id: "KV-1-1" }), key: null });
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(await nudges(id)).toEqual([
      { gateway: "yookassa", event: "payment.succeeded", charge_id: "KV-1-1" },
    ]);
  },
);

test.each(["185.71.76.32", "203.0.113.9", "::1", "2a02:5181::1"])(
  "403 from %s, nothing stored",
  async (from) => {
    const answer = await ask(under, null, line, { from, body: told(`object-${from}`), key: null });
    expect([answer.status, answer.body["code"]]).toEqual([403, "forbidden"]);
    expect(await nudges(`object-${from}`)).toEqual([]);
  },
);

test("the same notification five times is five nudges and no more: nothing in it is believed", async () => {
  for (let time = 0; time < 5; time += 1)
    await ask(under, null, line, { from: "127.0.0.1", body: told("five"), key: null });
  expect(await nudges("five")).toHaveLength(5);
});

test("400 for what is no JSON, 413 for what is too large, 422 for what names no object; a strange charge id is dropped", async () => {
  const send = (raw: string) => ask(under, null, line, { from: "127.0.0.1", raw, key: null });
  expect((await send("{")).status).toBe(400);
  expect((await send(JSON.stringify({ a: "x".repeat(70_000) }))).status).toBe(413);
  expect((await send(JSON.stringify({ event: "payment.succeeded" }))).status).toBe(422);
  expect((await send(JSON.stringify(told("odd", { charge_id: "\u0000" })))).status).toBe(200);
  expect(await nudges("odd")).toEqual([{ gateway: "yookassa", event: "payment.succeeded", charge_id: null }]);
});
