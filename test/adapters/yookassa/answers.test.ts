import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Gateway } from "../../../adapters/gateways/port.ts";
import { adapterAt, EXPECTED, OBJECT, payment, send } from "./examples.ts";
import { json, type PretendGateway, refusal, startPretendGateway, text } from "./pretend-gateway.ts";

let server: PretendGateway;
let gateway: Gateway;
beforeEach(async () => {
  server = await startPretendGateway();
  gateway = adapterAt(server.url);
});
afterEach(() => server.close());

async function outcomeOf(change: Record<string, unknown>) {
  server.reply = json(200, payment(change));
  const ended = await send(gateway);
  if (ended.kind !== "seen") throw new Error(`${ended.kind}: ${ended.detail}`);
  return ended.sighting.outcome;
}

const LINK = "https://bank.example/checkout/1";

describe("200: what the object shows", () => {
  test("succeeded: charged, with the fee that the vendor keeps", async () => {
    expect(await outcomeOf({ income_amount: { value: "1476.93", currency: "RUB" } })).toEqual({
      kind: "charged",
      amount: EXPECTED.amount,
      fee: { amountMinor: 5357, currency: "RUB" },
    });
  });

  test("succeeded without or with odd income: charged, the fee is not guessed", async () => {
    expect(await outcomeOf({})).toEqual({ kind: "charged", amount: EXPECTED.amount });
    expect(await outcomeOf({ income_amount: "1" })).toEqual({ kind: "charged", amount: EXPECTED.amount });
  });

  test("pending with a link: challenged until expires_at, else for an hour from creation", async () => {
    const confirmation = { type: "redirect", confirmation_url: LINK };
    const waiting = { status: "pending", paid: false, confirmation };
    expect(await outcomeOf(waiting)).toEqual({
      kind: "challenged",
      confirmationUrl: LINK,
      confirmBy: "2026-04-05T07:00:01.120Z",
    });
    const until = "2026-04-05T06:20:00.000Z";
    expect(await outcomeOf({ ...waiting, expires_at: until })).toMatchObject({ confirmBy: until });
  });

  test("pending with a confirmation outside of any page: challenged without a link, for an hour", async () => {
    const waiting = { status: "pending", paid: false, confirmation: { type: "external" } };
    const payment_method = { type: "mobile_balance", id: OBJECT, saved: false, phone: "79000000000" };
    expect(await outcomeOf({ ...waiting, payment_method })).toEqual({
      kind: "challenged",
      confirmBy: "2026-04-05T07:00:01.120Z",
    });
  });

  test("pending without a link: pending, nobody can hurry it", async () => {
    expect(await outcomeOf({ status: "pending", paid: false })).toEqual({ kind: "pending" });
  });

  test("waiting_for_capture: held", async () => {
    const expires_at = "2026-04-12T06:00:01.120Z";
    expect(await outcomeOf({ status: "waiting_for_capture", expires_at })).toEqual({
      kind: "held",
      amount: EXPECTED.amount,
      expiresAt: expires_at,
    });
  });

  test.each([
    ["insufficient_funds", "declined"],
    ["a_reason_of_tomorrow", "declined"],
    ["expired_on_confirmation", "expired"],
    ["expired_on_capture", "expired"],
    ["canceled_by_merchant", "voided"],
  ])("canceled for %s: not charged, %s", async (reason, how) => {
    const cancellation_details = { party: "payment_network", reason };
    expect(await outcomeOf({ status: "canceled", paid: false, cancellation_details })).toEqual({
      kind: "not-charged",
      how,
      reason,
      party: "payment_network",
    });
  });

  test("canceled without details: not charged, the reason stays empty", async () => {
    expect(await outcomeOf({ status: "canceled", paid: false })).toEqual({
      kind: "not-charged",
      how: "declined",
      reason: "",
    });
  });

  test("a method counts as saved only when it is saved and active", async () => {
    const method = {
      type: "bank_card",
      id: "m-1",
      saved: true,
      title: "Bank card *4477",
      card: {
        first6: "555555",
        last4: "4477",
        expiry_month: "12",
        expiry_year: "2030",
        card_type: "MasterCard",
      },
    };
    for (const [status, saved] of [
      ["active", true],
      ["inactive", false],
      [undefined, false],
    ] as const) {
      server.reply = json(200, payment({ payment_method: { ...method, status } }));
      const ended = await send(gateway);
      expect(ended).toMatchObject({
        kind: "seen",
        sighting: {
          method: {
            token: "m-1",
            saved,
            brand: "MasterCard",
            last4: "4477",
            expiryMonth: 12,
            expiryYear: 2030,
          },
        },
      });
      expect(JSON.stringify(ended.kind === "seen" && ended.sighting.method)).not.toContain("555555");
    }
  });

  test("the answer is kept as it came, as evidence", async () => {
    const body = `${JSON.stringify(payment())}\n`;
    server.reply = text(200, body);
    const ended = await send(gateway);
    expect(ended.kind === "seen" && new TextDecoder().decode(ended.sighting.raw)).toBe(body);
  });
});

describe("200 that disagrees is no answer, and an alarm", () => {
  test.each([
    [
      "amount of something not yet paid",
      { status: "pending", paid: false, amount: { value: "1530.51", currency: "RUB" } },
    ],
    ["amount of zero", { amount: { value: "0.00", currency: "RUB" } }],
    ["amount's form", { amount: { value: "1530.5x", currency: "RUB" } }],
    ["currency", { amount: { value: "1530.50", currency: "EUR" } }],
    ["charge id", { metadata: { charge_id: "KV-OTHER-1" } }],
    ["missing metadata", { metadata: undefined }],
    ["shop", { recipient: { account_id: "999" } }],
    ["live instead of test", { test: false }],
    ["implausible id", { id: "1" }],
    ["succeeded but not paid", { paid: false }],
    ["unknown status", { status: "done" }],
    ["missing status", { status: undefined }],
  ])("%s", async (_name, change) => {
    server.reply = json(200, payment(change));
    expect(await send(gateway)).toMatchObject({
      kind: "unanswered",
      alarm: expect.stringContaining("yookassa"),
    });
    server.reply = json(200, payment({ ...change }));
    expect(await gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED })).toMatchObject({
      kind: "unanswered",
      alarm: expect.any(String),
    });
  });

  const otherSum = { amount: { value: "1530.51", currency: "RUB" } };

  test("another sum in the answer to a charge: unknown and an alarm, with the id of the object that is to be looked at", async () => {
    server.reply = json(200, payment(otherSum));
    expect(await send(gateway)).toEqual({
      kind: "unanswered",
      detail: "the answer disagrees about amount.value",
      alarm: "yookassa: the answer disagrees about amount.value",
      objectId: OBJECT,
    });
  });

  test("another sum and another charge: no id is named, nobody may take that object for ours", async () => {
    server.reply = json(200, payment({ ...otherSum, metadata: { charge_id: "KV-OTHER-1" } }));
    expect(await send(gateway)).not.toHaveProperty("objectId");
  });

  test.each(["1530.49", "1530.51"])(
    "the object that we hold by its id took %s: money seen is money told, as it was taken",
    async (value) => {
      server.reply = json(200, payment({ amount: { value, currency: "RUB" } }));
      expect(await gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED })).toMatchObject({
        kind: "seen",
        sighting: {
          outcome: {
            kind: "charged",
            amount: { amountMinor: Number(value.replace(".", "")), currency: "RUB" },
          },
        },
      });
    },
  );

  test.each(["", "{", "[]", "null", "<html>", '"ok"'])("unreadable: %j", async (body) => {
    server.reply = text(200, body);
    expect(await send(gateway)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });
});

describe("other statuses of a first transmission (payment rules §8.2)", () => {
  test.each([400, 401, 403, 404, 405, 410, 415])("%i: refused, ours", async (status) => {
    server.reply = refusal(status, "invalid_request", "amount.value");
    expect(await send(gateway)).toMatchObject({
      kind: "refused",
      class: "ours",
      status,
      code: "invalid_request",
      parameter: "amount.value",
    });
  });

  test("429: refused, technical, also from a proxy that writes no JSON", async () => {
    server.reply = refusal(429, "too_many_requests");
    expect(await send(gateway)).toMatchObject({ kind: "refused", class: "technical", status: 429 });
    server.reply = text(429, "<h1>slow down</h1>");
    expect(await send(gateway)).toMatchObject({ kind: "refused", class: "technical", status: 429 });
  });

  test("400 on the key: the first one exists, so it is unknown, and an alarm", async () => {
    server.reply = refusal(400, "invalid_request", "Idempotence-Key");
    expect(await send(gateway)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("202: unknown, again after the wait that the vendor names", async () => {
    server.reply = json(202, { type: "processing", description: "later", retry_after: 1800 });
    expect(await send(gateway)).toEqual({ kind: "unanswered", detail: "status 202", retryAfterMs: 1800 });
  });

  test.each([500, 502, 503, 504])("%i: unknown, never failed", async (status) => {
    server.reply = refusal(status, "internal_server_error");
    expect(await send(gateway)).toEqual({ kind: "unanswered", detail: `status ${status}` });
  });

  test.each([301, 302, 307, 409, 418, 422])(
    "%i is nothing that the vendor sends: unknown, and an alarm",
    async (status) => {
      server.reply = refusal(status, "whatever");
      expect(await send(gateway)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
    },
  );

  test("a 4xx without the vendor's error did not come from the vendor: unknown, and an alarm", async () => {
    server.reply = text(403, "<html>blocked</html>");
    expect(await send(gateway)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("details name codes and fields, never the vendor's text", async () => {
    server.reply = refusal(400, "invalid_request", "description");
    const ended = await send(gateway);
    expect("detail" in ended && ended.detail).toBe("status 400 invalid_request description");
  });
});

describe("a look-up", () => {
  const lookUp = () => gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED });

  test("shows the object as it is", async () => {
    server.reply = json(200, payment());
    expect(await lookUp()).toMatchObject({ kind: "seen", sighting: { objectId: OBJECT } });
    expect(server.arrived[0]).toMatchObject({ method: "GET", url: `/v3/payments/${OBJECT}`, body: "" });
  });

  test("404 for an id that we hold is missing, which proves nothing", async () => {
    server.reply = refusal(404, "not_found");
    expect(await lookUp()).toEqual({ kind: "missing", detail: "status 404" });
  });

  test("another object than the one asked for is no answer", async () => {
    server.reply = json(200, payment({ id: OBJECT.replace("2", "3") }));
    expect(await lookUp()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test.each([401, 403, 429, 500])("%i: unanswered", async (status) => {
    server.reply = refusal(status, "x");
    expect(await lookUp()).toEqual({ kind: "unanswered", detail: `status ${status}` });
  });
});
