import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RefundExpected, RefundIntent, Refunds } from "../../../adapters/gateways/port.ts";
import { buildRefund } from "../../../adapters/gateways/yookassa/refund.ts";
import { adapterAt, OBJECT } from "./examples.ts";
import { json, type PretendGateway, refusal, startPretendGateway, text } from "./pretend-gateway.ts";

const REFUND = "2f0b4c1e-0015-5001-8000-1aa2bb3cc4ee";
const idOf = (n: number): string => `2f0b4c1e-0015-5001-8000-${String(n).padStart(12, "0")}`;
const AMOUNT = { amountMinor: 10_000, currency: "RUB" } as const;
const INTENT: RefundIntent = {
  refundId: "RF-1",
  paymentId: "KV-7F3K-9Q2M-0001",
  chargeObjectId: OBJECT,
  amount: AMOUNT,
  description: "Возврат переплаты",
};
const EXPECTED: RefundExpected = {
  refundId: "RF-1",
  chargeObjectId: OBJECT,
  amount: AMOUNT,
  livemode: false,
};

/** A refund of the vendor that agrees with {@link EXPECTED}. */
const refund = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: REFUND,
  payment_id: OBJECT,
  status: "succeeded",
  amount: { value: "100.00", currency: "RUB" },
  created_at: "2026-04-05T06:00:01.120Z",
  metadata: { refund_id: "RF-1" },
  ...change,
});

let server: PretendGateway;
let refunds: Refunds;
beforeEach(async () => {
  server = await startPretendGateway();
  server.reply = json(200, refund());
  const able = adapterAt(server.url).refunds;
  if (able === undefined) throw new Error("the adapter refunds nothing");
  refunds = able;
});
afterEach(() => server.close());

const send = (key = INTENT.refundId) =>
  refunds.send({ key, body: refunds.build(INTENT).body, expected: EXPECTED, mayStillSend: () => true });
const lookUp = () => refunds.lookUp({ objectId: REFUND, expected: EXPECTED });
const find = () =>
  refunds.find({
    expected: EXPECTED,
    createdFrom: "2026-04-05T05:55:00.000Z",
    createdTo: "2026-04-06T07:00:00.000Z",
  });

describe("the request of a refund", () => {
  test("carries our refund id where the vendor keeps it, the key and exactly the stored bytes", async () => {
    await send();
    const [arrived] = server.arrived;
    expect(arrived).toMatchObject({ method: "POST", url: "/v3/refunds" });
    expect(arrived?.headers["idempotence-key"]).toBe("RF-1");
    expect(arrived?.body).toBe(new TextDecoder().decode(buildRefund(INTENT).body));
    expect(JSON.parse(arrived?.body ?? "")).toEqual({
      payment_id: OBJECT,
      amount: { value: "100.00", currency: "RUB" },
      description: "Возврат переплаты",
      metadata: { refund_id: "RF-1", payment_id: INTENT.paymentId, engine: "kvitok" },
    });
  });

  test("two equal partial refunds are two refunds: ids and keys differ, sums do not", () => {
    const text = (id: string) => new TextDecoder().decode(buildRefund({ ...INTENT, refundId: id }).body);
    expect(text("RF-1")).not.toBe(text("RF-2"));
    expect(text("RF-1")).toBe(text("RF-1"));
  });

  test("what cannot be sent is refused before any gate", async () => {
    expect(() => buildRefund({ ...INTENT, refundId: "возврат" })).toThrow(RangeError);
    expect(() => buildRefund({ ...INTENT, amount: { ...AMOUNT, amountMinor: 0 } })).toThrow(RangeError);
    expect(await send("a b")).toMatchObject({ kind: "never-sent" });
    expect(server.connections()).toBe(0);
  });
});

describe("what a refund shows", () => {
  test.each([
    ["succeeded", {}, { kind: "done" }],
    ["pending", { status: "pending" }, { kind: "pending" }],
    ...[
      "yoo_money_account_closed",
      "insufficient_funds",
      "general_decline",
      "rejected_by_payee",
      "rejected_by_timeout",
      "payment_expired",
      "a_reason_of_tomorrow",
    ].map(
      (reason) =>
        [
          `canceled, ${reason}`,
          { status: "canceled", cancellation_details: { party: "yoo_money", reason } },
          { kind: "refused", reason },
        ] as const,
    ),
    ["canceled without details", { status: "canceled" }, { kind: "refused", reason: "" }],
  ] as const)("%s: in the answer, in the look-up and in the list alike", async (_name, change, outcome) => {
    server.reply = json(200, refund(change));
    for (const seen of [await send(), await lookUp()]) {
      expect(seen).toMatchObject({
        kind: "seen",
        sighting: { objectId: REFUND, createdAt: "2026-04-05T06:00:01.120Z", outcome },
      });
    }
    server.reply = json(200, { type: "list", items: [refund(change)] });
    expect(await find()).toMatchObject({ kind: "found", sighting: { outcome }, seenObjectIds: [REFUND] });
  });

  test.each([
    ["refund id", { metadata: { refund_id: "RF-2" } }],
    ["missing metadata", { metadata: undefined }],
    ["charged object", { payment_id: idOf(9) }],
    ["amount", { amount: { value: "100.01", currency: "RUB" } }],
    ["currency", { amount: { value: "100.00", currency: "EUR" } }],
    ["implausible id", { id: "1" }],
    ["unknown status", { status: "done" }],
  ])("another %s is no answer, and an alarm", async (_name, change) => {
    server.reply = json(200, refund(change));
    for (const seen of [await send(), await lookUp()]) {
      expect(seen).toMatchObject({ kind: "unanswered", alarm: expect.stringContaining("yookassa") });
    }
  });

  test("another refund than the one asked for is no answer", async () => {
    server.reply = json(200, refund({ id: idOf(3) }));
    expect(await lookUp()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });
});

describe("other ends", () => {
  test.each([400, 401, 403, 404, 410])("%i: refused, ours", async (status) => {
    server.reply = refusal(status, "invalid_request", "payment_id");
    expect(await send()).toMatchObject({ kind: "refused", class: "ours", status, parameter: "payment_id" });
  });

  test("429: technical; 400 on the key, 202, 500, cut answers: unknown", async () => {
    server.reply = refusal(429, "too_many_requests");
    expect(await send()).toMatchObject({ kind: "refused", class: "technical" });
    server.reply = refusal(400, "invalid_request", "Idempotence-Key");
    expect(await send()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
    server.reply = json(202, { retry_after: 900 });
    expect(await send()).toEqual({ kind: "unanswered", detail: "status 202", retryAfterMs: 900 });
    server.reply = refusal(500, "internal_server_error");
    expect(await send()).toEqual({ kind: "unanswered", detail: "status 500" });
    server.reply = text(200, '{"id":');
    expect(await send()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("a look-up: 404 is missing, which proves nothing; 500 is unanswered", async () => {
    server.reply = refusal(404, "not_found");
    expect(await lookUp()).toEqual({ kind: "missing", detail: "status 404" });
    server.reply = refusal(500, "x");
    expect(await lookUp()).toEqual({ kind: "unanswered", detail: "status 500" });
    expect(server.arrived[0]).toMatchObject({ method: "GET", url: `/v3/refunds/${REFUND}` });
  });
});

describe("a search for a refund", () => {
  test("reads every page of the window and names every refund it saw", async () => {
    const foreign = (n: number) => refund({ id: idOf(n), metadata: { refund_id: `other-${n}` } });
    server.reply = (response, request) => {
      const second = new URL(request.url, "http://x").searchParams.get("cursor") === "two";
      const first = {
        type: "list",
        items: [foreign(1), refund({ id: idOf(2), metadata: undefined })],
        next_cursor: "two",
      };
      json(200, second ? { type: "list", items: [refund()] } : first)(response, request);
    };
    expect(await find()).toMatchObject({ kind: "found", seenObjectIds: [idOf(1), idOf(2), REFUND] });
    for (const { url } of server.arrived) {
      const query = new URL(url, "http://x").searchParams;
      expect(url).toMatch(/^\/v3\/refunds\?/);
      expect(query.get("created_at.gte")).toBe("2026-04-05T05:55:00.000Z");
      expect(query.get("created_at.lte")).toBe("2026-04-06T07:00:00.000Z");
      expect(query.get("limit")).toBe("100");
      expect(query.has("payment_id"), "a narrowed list could not show that it was complete").toBe(false);
    }
  });

  test("nothing of ours; and a page that fails, or ours with another sum, proves nothing", async () => {
    server.reply = json(200, { type: "list", items: [refund({ metadata: {} })] });
    expect(await find()).toEqual({ kind: "nothing", seenObjectIds: [REFUND] });
    server.reply = refusal(500, "x");
    expect(await find()).toEqual({ kind: "unanswered", detail: "status 500" });
    server.reply = json(200, {
      type: "list",
      items: [refund({ amount: { value: "1.00", currency: "RUB" } })],
    });
    expect(await find()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("of two refunds with our id the one with the money counts", async () => {
    const canceled = refund({ id: idOf(7), status: "canceled" });
    server.reply = json(200, { type: "list", items: [canceled, refund()] });
    expect(await find()).toMatchObject({ kind: "found", sighting: { objectId: REFUND } });
  });
});
