import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { json, type PretendGateway, startPretendGateway, text } from "../yookassa/pretend-gateway.ts";
import {
  adapterAt,
  attempt,
  decline,
  declined,
  errorOf,
  EXPECTED,
  intent,
  OBJECT,
  send,
  unconfirmed,
} from "./examples.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
});
afterEach(() => server.close());

const sent = (change: Parameters<typeof send>[1] = {}) => send(adapterAt(server.port), change);
const seen = (outcome: Record<string, unknown>) => ({
  kind: "seen",
  sighting: { objectId: OBJECT, outcome },
});

describe("the answer to a confirm", () => {
  test("succeeded: charged with the amount that was received, the fee, and the card that paid", async () => {
    server.reply = json(200, intent());
    expect(await sent()).toMatchObject({
      kind: "seen",
      sighting: {
        objectId: OBJECT,
        createdAt: "2026-04-05T06:00:01.000Z",
        outcome: {
          kind: "charged",
          amount: EXPECTED.amount,
          fee: { amountMinor: 4_700, currency: "EUR" },
        },
        method: {
          token: "cus_Example1/pm_1Example1",
          saved: true,
          kind: "bank_card",
          title: "Visa *4242",
          brand: "Visa",
          last4: "4242",
          expiryMonth: 12,
          expiryYear: 2039,
          fingerprint: "Fp4242",
        },
      },
    });
  });

  test.each([100_000, 200_000])(
    "%i was taken: an alarm, and the object whose look tells the truth",
    async (amount_received) => {
      server.reply = json(200, intent({ amount_received }));
      expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String), objectId: OBJECT });
    },
  );

  test("a fee in another currency, or none yet, names no fee", async () => {
    for (const balance_transaction of [{ fee: 10, currency: "usd" }, "txn_1", null]) {
      server.reply = json(200, intent({ latest_charge: attempt({ balance_transaction }) }));
      const ended = await sent();
      expect(ended.kind === "seen" && ended.sighting.outcome).toEqual({
        kind: "charged",
        amount: EXPECTED.amount,
      });
    }
  });

  test("requires_action with a redirect: the payer is asked, for an hour from the answer's own date", async () => {
    server.reply = (response) => {
      response.writeHead(200, { date: "Sun, 05 Apr 2026 06:00:00 GMT" });
      response.end(
        JSON.stringify(
          unconfirmed({
            status: "requires_action",
            next_action: {
              type: "redirect_to_url",
              redirect_to_url: { url: "https://hooks.example/3ds/1", return_url: "https://pay.example/1" },
            },
          }),
        ),
      );
    };
    expect(await sent()).toMatchObject(
      seen({
        kind: "challenged",
        confirmationUrl: "https://hooks.example/3ds/1",
        confirmBy: "2026-04-05T07:00:00.000Z",
      }),
    );
  });

  test("requires_action that no page of ours can do: an alarm, for nobody would ever answer", async () => {
    server.reply = json(
      200,
      unconfirmed({ status: "requires_action", next_action: { type: "use_stripe_sdk" } }),
    );
    expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("processing: pending", async () => {
    server.reply = json(200, unconfirmed({ status: "processing" }));
    expect(await sent()).toMatchObject(seen({ kind: "pending" }));
  });

  test("requires_capture: held, until the card says", async () => {
    const card = { type: "card", card: { brand: "visa", last4: "4242", capture_before: 1_775_973_600 } };
    server.reply = json(
      200,
      unconfirmed({
        status: "requires_capture",
        latest_charge: attempt({ payment_method_details: card }),
      }),
    );
    expect(await sent()).toMatchObject(
      seen({ kind: "held", amount: EXPECTED.amount, expiresAt: "2026-04-12T06:00:00.000Z" }),
    );
  });

  test("canceled: voided", async () => {
    server.reply = json(200, unconfirmed({ status: "canceled", cancellation_reason: "abandoned" }));
    expect(await sent()).toMatchObject(seen({ kind: "not-charged", how: "voided", reason: "abandoned" }));
  });

  test("200 that shows no attempt at all is an alarm, not a decline", async () => {
    server.reply = json(200, unconfirmed());
    expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test.each([
    ["insufficient_funds", { decline_code: "insufficient_funds" }],
    ["authentication_required", { code: "authentication_required", decline_code: "authentication_required" }],
    ["expired_card", { code: "expired_card", decline_code: null }],
  ])("402 %s: declined with the vendor's own code", async (reason, change) => {
    server.reply = json(402, decline(change));
    expect(await sent()).toMatchObject(seen({ kind: "not-charged", how: "declined", reason }));
  });

  test("402 with advice: the issuer's, the network's and the network's own code travel along", async () => {
    server.reply = json(
      402,
      decline({ advice_code: "do_not_try_again", network_advice_code: "03", network_decline_code: "51" }),
    );
    expect(await sent()).toMatchObject(
      seen({
        reason: "insufficient_funds",
        advice: { code: "do_not_try_again", networkAdviceCode: "03", networkDeclineCode: "51" },
      }),
    );
  });

  test("an attempt that nobody finished in time has expired", async () => {
    server.reply = json(402, decline({ code: "payment_intent_payment_attempt_expired", decline_code: null }));
    expect(await sent()).toMatchObject(seen({ kind: "not-charged", how: "expired" }));
  });

  test.each([
    ["without its intent", decline({}, {})],
    ["of another payment", decline({}, declined({ metadata: { payment_id: "KV-OTHER" } }))],
    ["of an intent that has succeeded", decline({}, intent())],
    ["of an intent in processing", decline({}, unconfirmed({ status: "processing" }))],
  ])("402 %s is an alarm, never a decline", async (_, body) => {
    server.reply = json(402, body);
    expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test.each([
    ["another intent", { id: "pi_3Other" }],
    ["another payment", { metadata: { payment_id: "KV-OTHER" } }],
    ["no metadata", { metadata: null }],
    ["another amount", { amount: 153_051 }],
    ["major units", { amount: 1_530 }],
    ["another currency", { currency: "usd" }],
    ["live for test", { livemode: true }],
    ["more received than asked", { amount_received: 999_999 }],
    ["nothing received", { amount_received: 0 }],
    ["an unknown status", { status: "almost_succeeded" }],
  ])("200 with %s is an alarm, not a success", async (_, change) => {
    server.reply = json(200, intent(change));
    expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("400 idempotency_error: the key was used with other parameters, an alarm", async () => {
    server.reply = json(400, errorOf({ type: "idempotency_error" }));
    expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test.each([
    [409, { code: "lock_timeout" }],
    [429, { code: "rate_limit" }],
    [429, { code: "lock_timeout" }],
  ])("%i %o did not run and is not remembered: refused, technical", async (status, change) => {
    server.reply = json(status, errorOf(change));
    expect(await sent()).toMatchObject({ kind: "refused", class: "technical", status, code: change.code });
  });

  test("409 because the same key is being executed is no refusal: that execution is our charge", async () => {
    server.reply = json(409, errorOf({ type: "idempotency_error", code: "idempotency_key_in_use" }));
    const ended = await sent();
    expect(ended.kind).toBe("unanswered");
  });

  test("a throttle that writes no JSON is one too", async () => {
    server.reply = text(429, "<html>slow down</html>");
    expect(await sent()).toMatchObject({ kind: "refused", class: "technical", status: 429 });
  });

  test.each([
    [400, "parameter_unknown"],
    [401, undefined],
    [403, "secret_key_required"],
    [404, "resource_missing"],
  ])("%i with the vendor's error: refused, ours", async (status, code) => {
    server.reply = json(status, errorOf({ code, param: "payment_method" }));
    expect(await sent()).toMatchObject({
      kind: "refused",
      class: "ours",
      status,
      code: code ?? "invalid_request_error",
      parameter: "payment_method",
    });
  });

  test.each([
    ["shown", { code: "payment_intent_unexpected_state", payment_intent: intent() }],
    ["named", { code: "payment_intent_unexpected_state" }],
  ])("400 because the intent has moved on (%s) is no refusal: a look decides", async (_, change) => {
    server.reply = json(400, errorOf(change));
    expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test.each([400, 404])("%i without the vendor's error is an alarm", async (status) => {
    server.reply = text(status, "<html>proxy</html>");
    expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test.each([500, 502, 503, 504])("%i is unknown", async (status) => {
    server.reply = json(status, errorOf({ type: "api_error" }));
    expect(await sent()).toEqual({ kind: "unanswered", detail: `status ${status}` });
  });

  test.each([201, 202, 204, 302])("%i is no success", async (status) => {
    server.reply = status === 204 ? text(204, "") : json(status, intent());
    expect((await sent()).kind).toBe("unanswered");
  });

  test.each(["{", "", "[]", "null", '"succeeded"'])("200 with the body %j is no success", async (body) => {
    server.reply = text(200, body);
    expect(await sent()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("what odd decoration says of the card never spoils the answer about money", async () => {
    const odd = { brand: 7, last4: "four", exp_month: 13, wallet: "phone", capture_before: -1 };
    server.reply = json(
      200,
      intent({
        latest_charge: attempt({ payment_method_details: { type: "card", card: odd }, outcome: "fine" }),
      }),
    );
    expect(await sent()).toMatchObject(seen({ kind: "charged" }));
  });
});
