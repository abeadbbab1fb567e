import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { until } from "../support/until.ts";
import { type ApiUnderTest, ask, startApi } from "./support/api-under-test.ts";
import { makeGateway } from "./support/gateway-stand-in.ts";

/** How many of one event come at once: hundreds in `npm test`, tens of thousands for a proof. */
const DUPLICATES = Number(process.env["KVITOK_DUPLICATES"] ?? 300);

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

test("the same notification five times, and hundreds of times at once, is one reason to look", async () => {
  const send = () => ask(under, null, line, { from: "127.0.0.1", body: told("five"), key: null });
  for (let time = 0; time < 5; time += 1) expect((await send()).status).toBe(200);
  expect((await nudges("five")).length).toBeLessThanOrEqual(2);
  await Promise.all(Array.from({ length: DUPLICATES }, send));
  expect((await nudges("five")).length).toBeLessThanOrEqual(4);
});

test("an unnumbered event that comes again after it was followed is a reason to look again", async () => {
  const send = () => ask(under, null, line, { from: "127.0.0.1", body: told("again"), key: null });
  await send();
  await under.database.pool.query(
    "update gateway_nudges set done_at = clock_timestamp() where object_id = 'again'",
  );
  await send();
  const { rows } = await under.database.pool.query(
    "select 1 from gateway_nudges where object_id = 'again' and done_at is null",
  );
  expect(rows).toHaveLength(1);
});

test("what is no notification is refused 400 or 413 and counted without its content; a strange charge id is dropped", async () => {
  const send = (raw: string) => ask(under, null, line, { from: "127.0.0.1", raw, key: null });
  expect((await send("{")).status).toBe(400);
  expect((await send(JSON.stringify({ a: "x".repeat(70_000) }))).status).toBe(413);
  expect((await send(JSON.stringify({ event: "payment.succeeded" }))).status).toBe(400);
  expect((await send(JSON.stringify(told("odd", { charge_id: "\u0000" })))).status).toBe(200);
  expect(await nudges("odd")).toEqual([{ gateway: "yookassa", event: "payment.succeeded", charge_id: null }]);
  await until(async () => {
    const { rows } = await under.database.pool.query(
      "select 1 from notification_refusals where gateway = 'yookassa'",
    );
    return rows.length > 0;
  });
});

test("an event of a kind that nobody follows is answered 200 and makes no row; an unknown gateway is 404", async () => {
  const body = { type: "notification", event: "payout.succeeded", object: { id: "po-1" } };
  expect((await ask(under, null, line, { from: "127.0.0.1", body, key: null })).status).toBe(200);
  expect(await nudges("po-1")).toEqual([]);
  const strange = "POST /v1/gateways/nobody/notifications";
  expect((await ask(under, null, strange, { from: "127.0.0.1", body, key: null })).status).toBe(404);
});

describe("behind proxies of ours", () => {
  let proxied: ApiUnderTest;
  beforeAll(async () => {
    proxied = await startApi({
      trustedProxies: ["10.0.0.0/8", "fd00::/8"],
      notificationSources: ["185.71.76.0/27"],
    });
  });
  afterAll(() => proxied.close());

  test.each([
    ["one hop", "10.0.0.1", "185.71.76.5", 200],
    ["two hops of ours", "10.0.0.1", "185.71.76.5, 10.0.0.2", 200],
    ["in IPv6 dress and with a port", "::ffff:10.0.0.1", "185.71.76.5:4711", 200],
    ["a stranger who writes the vendor's address to the left", "10.0.0.1", "185.71.76.5, 203.0.113.9", 403],
    ["a stranger who speaks to us directly", "203.0.113.9", "185.71.76.5", 403],
    ["a proxy that says nothing", "10.0.0.1", "", 403],
    ["a proxy that says nonsense", "10.0.0.1", "unknown", 403],
    ["nothing but proxies", "10.0.0.1", "10.0.0.3", 403],
  ])("%s", async (_, from, forwarded, status) => {
    const headers: Record<string, string> = forwarded === "" ? {} : { "x-forwarded-for": forwarded };
    const answer = await ask(proxied, null, line, { from, headers, body: told("proxied"), key: null });
    expect(answer.status).toBe(status);
  });

  test("a list of proxies with a hole in it is refused at the start", async () => {
    await expect(startApi({ trustedProxies: ["10.0.0.0/x"] })).rejects.toThrow("not a network");
    await expect(startApi({ trustedProxies: ["everybody"] })).rejects.toThrow("not a network");
  });
});

describe("a gateway that signs", () => {
  let signed: ApiUnderTest;
  beforeAll(async () => {
    const { gateway } = makeGateway();
    const signing: Gateway = {
      ...gateway,
      name: "signing",
      can: { ...gateway.can, notifications: "signed" },
      readNotification: ({ headers, body }) =>
        headers["x-signature"] === "good"
          ? {
              kind: "look",
              eventId: (JSON.parse(body) as { id: string }).id,
              event: "charge.dispute.created",
              subject: "dispute",
              objectId: "dp_1",
              chargeId: null,
            }
          : { kind: "forged", why: "the signature does not fit" },
    };
    signed = await startApi({ gateways: new Map([["signing", signing]]) });
  });
  afterAll(() => signed.close());
  const send = (signature: string, id: string) =>
    ask(signed, null, "POST /v1/gateways/signing/notifications", {
      from: "203.0.113.9",
      headers: { "x-signature": signature },
      body: { id },
      key: null,
    });
  const rows = async () =>
    (await signed.database.pool.query("select event_id, subject, done_at from gateway_nudges")).rows;

  test("is believed from anywhere; a forgery is 401; an old event replayed tells nothing new", async () => {
    expect((await send("bad", "evt_0")).body).toMatchObject({ status: 401, code: "signature-invalid" });
    expect(await rows()).toEqual([]);
    expect((await send("good", "evt_1")).status).toBe(200);
    await signed.database.pool.query("update gateway_nudges set done_at = clock_timestamp()");
    expect((await send("good", "evt_1")).status).toBe(200);
    expect(await rows()).toEqual([{ event_id: "evt_1", subject: "dispute", done_at: expect.any(String) }]);
  });
});
