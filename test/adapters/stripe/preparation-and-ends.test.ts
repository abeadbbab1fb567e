import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Preparation } from "../../../adapters/gateways/port.ts";
import { json, type PretendGateway, type Reply, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import {
  adapterAt,
  declined,
  errorOf,
  EXPECTED,
  formOf,
  intent,
  must,
  OBJECT,
  unconfirmed,
} from "./examples.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
  server.reply = json(200, unconfirmed());
});
afterEach(() => server.close());

/** The stored first answer of a used key. */
function replayed(body: unknown): Reply {
  return (response) => {
    response.writeHead(200, { "idempotent-replayed": "true" });
    response.end(JSON.stringify(body));
  };
}

/** One answer by the method of the request. */
function byMethod(replies: Readonly<Record<"GET" | "POST", Reply>>): Reply {
  return (response, request) => replies[request.method === "GET" ? "GET" : "POST"](response, request);
}

const REQUEST = {
  key: "KV-7F3K-9Q2M-0001-pi-1",
  paymentId: EXPECTED.paymentId,
  amount: EXPECTED.amount,
  description: "Utilities, 04.2026",
  payerReference: "payer-7f3c",
  methodToken: "cus_Example1/pm_1Example1",
  methodKind: "bank_card",
  livemode: false,
} as const;

const prepare = (change: Partial<Parameters<Preparation["prepare"]>[0]> = {}) =>
  must(adapterAt(server.port).preparation).prepare({ ...REQUEST, ...change });

describe("preparing a payment", () => {
  test("one intent, unconfirmed, with minor units, the method's owner, cards only, captured at once", async () => {
    expect(await prepare()).toEqual({ kind: "ready", objectId: OBJECT, attemptBefore: null });
    expect(server.arrived).toHaveLength(1);
    expect(server.arrived[0]).toMatchObject({ method: "POST", url: "/v1/payment_intents" });
    expect(server.arrived[0]?.headers["idempotency-key"]).toBe(REQUEST.key);
    expect(formOf(server)).toEqual({
      amount: "153050",
      currency: "eur",
      customer: "cus_Example1",
      "allowed_payment_method_types[0]": "card",
      capture_method: "automatic",
      description: REQUEST.description,
      "metadata[payment_id]": EXPECTED.paymentId,
      "metadata[engine]": "kvitok",
    });
  });

  test("the stored answer of a used key shows the intent as it was: it is read again for its attempts", async () => {
    server.reply = byMethod({ POST: replayed(unconfirmed()), GET: json(200, declined()) });
    expect(await prepare()).toEqual({ kind: "ready", objectId: OBJECT, attemptBefore: "ch_3Attempt1" });
  });

  test("before a later charge the standing intent is read, not made", async () => {
    server.reply = json(200, declined());
    expect(await prepare({ preparedObjectId: OBJECT })).toEqual({
      kind: "ready",
      objectId: OBJECT,
      attemptBefore: "ch_3Attempt1",
    });
    expect(server.arrived.map(({ method }) => method)).toEqual(["GET"]);
  });

  test("another card of another owner: the intent is handed over first, under a key of its own", async () => {
    server.reply = byMethod({
      GET: json(200, declined()),
      POST: json(200, declined({ customer: "cus_Example2", last_payment_error: null })),
    });
    const methodToken = "cus_Example2/pm_1Example2";
    expect(await prepare({ preparedObjectId: OBJECT, methodToken })).toMatchObject({ kind: "ready" });
    expect(server.arrived.at(-1)).toMatchObject({ method: "POST", url: `/v1/payment_intents/${OBJECT}` });
    expect(formOf(server)).toEqual({ customer: "cus_Example2" });
    expect(server.arrived.at(-1)?.headers["idempotency-key"]).toBe(`${REQUEST.key}-cus_Example2-1`);
  });

  test("owners take turns A, B, A, B: a stored answer to a used key hands nothing over, the next turn has its own", async () => {
    let owner = "cus_Example1";
    const used = new Set<string>();
    const held = () => declined({ customer: owner, last_payment_error: null });
    server.reply = (response, request) => {
      if (request.method === "GET") return json(200, held())(response, request);
      const key = String(request.headers["idempotency-key"]);
      const customer = formOf(server)["customer"] ?? "";
      const isOld = used.has(key);
      used.add(key);
      if (!isOld) owner = customer;
      const answer = declined({ customer, last_payment_error: null });
      return (isOld ? replayed(answer) : json(200, answer))(response, request);
    };
    for (const wanted of ["cus_Example2", "cus_Example1", "cus_Example2", "cus_Example1"]) {
      const methodToken = `${wanted}/pm_1Example`;
      expect(await prepare({ preparedObjectId: OBJECT, methodToken })).toMatchObject({ kind: "ready" });
      expect(owner).toBe(wanted);
    }
  });

  test("an intent that belongs to somebody else after every turn is an alarm, never ready", async () => {
    server.reply = byMethod({
      GET: json(200, declined()),
      POST: replayed(declined({ customer: "cus_Example2", last_payment_error: null })),
    });
    const methodToken = "cus_Example2/pm_1Example2";
    expect(await prepare({ preparedObjectId: OBJECT, methodToken })).toMatchObject({
      kind: "unanswered",
      alarm: expect.any(String),
    });
  });

  test("a closed intent is told as closed, so that the payment takes another one", async () => {
    server.reply = json(200, unconfirmed({ status: "canceled" }));
    expect(await prepare({ preparedObjectId: OBJECT })).toMatchObject({ kind: "closed" });
  });

  test("a key that stands for another request, because the owner changed after a lost answer, is closed, too", async () => {
    server.reply = json(400, errorOf({ type: "idempotency_error" }));
    expect(await prepare()).toMatchObject({ kind: "closed" });
    expect(server.arrived).toHaveLength(1);
  });

  test.each(["succeeded", "processing", "requires_action", "requires_capture"])(
    "an intent that is %s is never handed out for another charge: an alarm",
    async (status) => {
      server.reply = json(200, intent({ status }));
      expect(await prepare({ preparedObjectId: OBJECT })).toMatchObject({
        kind: "unanswered",
        alarm: expect.any(String),
      });
    },
  );

  test.each([
    ["another payment", { metadata: { payment_id: "KV-OTHER" } }],
    ["another amount", { amount: 1 }],
    ["another currency", { currency: "usd" }],
    ["live money", { livemode: true }],
  ])("an intent of %s is an alarm", async (_, change) => {
    server.reply = json(200, unconfirmed(change));
    expect(await prepare()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("refusals are told, throttling and outages come later again", async () => {
    server.reply = json(400, errorOf({ code: "amount_too_small", param: "amount" }));
    expect(await prepare()).toMatchObject({ kind: "refused", status: 400, code: "amount_too_small" });
    for (const status of [401, 403]) {
      server.reply = json(status, errorOf({ type: "invalid_request_error" }));
      expect(await prepare()).toMatchObject({ kind: "refused", status });
    }
    for (const status of [409, 429, 500, 503]) {
      server.reply = json(status, errorOf());
      expect(await prepare()).toMatchObject({ kind: "unanswered" });
    }
  });

  test("a token of another gateway is refused without a request", async () => {
    expect(await prepare({ methodToken: "2f0b4c1e" })).toMatchObject({ kind: "refused" });
    expect(server.arrived).toHaveLength(0);
  });
});

const MISMATCH = errorOf({ code: "payment_intent_unexpected_state" });
const ends = ["void", "capture"] as const;
const end = (which: (typeof ends)[number], mayStillSend = () => true, attemptBefore: string | null = null) =>
  must(adapterAt(server.port)[which])({
    key: `${EXPECTED.paymentId}-void-1`,
    objectId: OBJECT,
    expected: EXPECTED,
    attemptBefore,
    mayStillSend,
  });

describe("void", () => {
  test("cancels: the road is closed, nothing was taken", async () => {
    server.reply = json(200, unconfirmed({ status: "canceled" }));
    expect(await end("void")).toMatchObject({
      kind: "seen",
      sighting: { objectId: OBJECT, outcome: { kind: "not-charged", how: "voided" } },
    });
    expect(server.arrived[0]).toMatchObject({
      method: "POST",
      url: `/v1/payment_intents/${OBJECT}/cancel`,
    });
    expect(server.arrived[0]?.headers["idempotency-key"]).toBe(`${EXPECTED.paymentId}-void-1`);
  });

  test("refused because the money was taken: the intent is read and the charge told", async () => {
    server.reply = byMethod({ POST: json(400, MISMATCH), GET: json(200, intent()) });
    expect(await end("void")).toMatchObject({
      kind: "seen",
      sighting: { outcome: { kind: "charged", amount: EXPECTED.amount } },
    });
  });

  test("refused because it is closed already: voided all the same", async () => {
    server.reply = byMethod({
      POST: json(400, MISMATCH),
      GET: json(200, unconfirmed({ status: "canceled" })),
    });
    expect(await end("void")).toMatchObject({ sighting: { outcome: { how: "voided" } } });
  });

  test("refused while the bank is at it: pending, which proves nothing", async () => {
    server.reply = byMethod({
      POST: json(400, MISMATCH),
      GET: json(200, unconfirmed({ status: "processing" })),
    });
    expect(await end("void")).toMatchObject({ sighting: { outcome: { kind: "pending" } } });
  });
});

describe("capture", () => {
  test("takes the reservation in full", async () => {
    server.reply = json(200, intent());
    expect(await end("capture")).toMatchObject({ sighting: { outcome: { kind: "charged" } } });
    expect(server.arrived[0]?.url).toBe(`/v1/payment_intents/${OBJECT}/capture`);
    expect(formOf(server)).toEqual({ "expand[0]": "latest_charge.balance_transaction" });
  });

  test("of a reservation that has lapsed: what the intent shows is told", async () => {
    server.reply = byMethod({
      POST: json(400, MISMATCH),
      GET: json(200, unconfirmed({ status: "canceled" })),
    });
    expect(await end("capture")).toMatchObject({ sighting: { outcome: { how: "voided" } } });
  });

  test("declined: what the intent shows is told", async () => {
    server.reply = byMethod({
      POST: json(402, errorOf({ type: "card_error" })),
      GET: json(200, unconfirmed({ status: "requires_capture" })),
    });
    expect(await end("capture")).toMatchObject({ sighting: { outcome: { kind: "held" } } });
  });
});

describe.each(ends)("%s", (which) => {
  test("unanswered, throttled, ours: as for a charge", async () => {
    server.reply = json(500, errorOf());
    expect(await end(which)).toMatchObject({ kind: "unanswered" });
    server.reply = json(429, errorOf());
    expect(await end(which)).toMatchObject({ kind: "refused", class: "technical" });
    server.reply = json(401, errorOf());
    expect(await end(which)).toMatchObject({ kind: "refused", class: "ours" });
    server.reply = json(404, errorOf({ code: "resource_missing" }));
    expect(await end(which)).toMatchObject({ kind: "refused", class: "ours", status: 404 });
    expect(await end(which, () => false)).toMatchObject({ kind: "never-sent" });
  });

  test("refused, and the look that follows goes unanswered: nothing is known", async () => {
    server.reply = byMethod({ POST: json(400, MISMATCH), GET: json(500, errorOf()) });
    expect(await end(which)).toMatchObject({ kind: "unanswered" });
  });

  test("refused while the intent is untouched: nothing has changed", async () => {
    server.reply = byMethod({ POST: json(400, errorOf({ code: "x" })), GET: json(200, unconfirmed()) });
    expect(await end(which)).toMatchObject({ kind: "refused", code: "x" });
  });
});
