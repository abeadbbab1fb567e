import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { json, type PretendGateway, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import { adapterAt, attempt, declined, errorOf, EXPECTED, intent, OBJECT, unconfirmed } from "./examples.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
});
afterEach(() => server.close());

const seen = (outcome: Record<string, unknown>) => ({
  kind: "seen",
  sighting: { objectId: OBJECT, outcome },
});

describe("a look", () => {
  const look = (attemptBefore: string | null) =>
    adapterAt(server.port).lookUpCharge({ objectId: OBJECT, expected: { ...EXPECTED, attemptBefore } });

  test("an untouched intent: our charge has not run, which proves no absence", async () => {
    server.reply = json(200, unconfirmed());
    expect(await look(null)).toMatchObject({ kind: "not-run", objectId: OBJECT });
  });

  test("the attempt before ours is not ours", async () => {
    server.reply = json(200, declined());
    expect(await look("ch_3Attempt1")).toMatchObject({ kind: "not-run" });
  });

  test("a new attempt that failed is our decline", async () => {
    server.reply = json(200, declined());
    expect(await look(null)).toMatchObject(seen({ how: "declined", reason: "insufficient_funds" }));
    expect(await look("ch_3Earlier")).toMatchObject(seen({ how: "declined", reason: "insufficient_funds" }));
  });

  test("3-D Secure that failed before any charge was made is our decline too", async () => {
    const error = { type: "card_error", code: "payment_intent_authentication_failure" };
    server.reply = json(200, unconfirmed({ last_payment_error: error }));
    expect(await look(null)).toMatchObject(
      seen({ how: "declined", reason: "payment_intent_authentication_failure" }),
    );
    server.reply = json(200, declined({ last_payment_error: error }));
    expect(await look("ch_3Attempt1")).toMatchObject(seen({ how: "declined" }));
    expect(await look("ch_3Attempt1+payment_intent_authentication_failure")).toMatchObject({
      kind: "not-run",
    });
  });

  test("an error that was merely cleared since is no attempt", async () => {
    server.reply = json(200, declined({ last_payment_error: null }));
    expect(await look("ch_3Attempt1+payment_intent_authentication_failure")).toMatchObject({
      kind: "not-run",
    });
  });

  test("a failed attempt whose error is gone is read from the attempt itself", async () => {
    const failed = attempt({
      status: "failed",
      failure_code: "card_declined",
      outcome: { reason: "do_not_honor", network_advice_code: "02", network_decline_code: "05" },
    });
    server.reply = json(200, declined({ last_payment_error: null, latest_charge: failed }));
    expect(await look(null)).toMatchObject(
      seen({ reason: "do_not_honor", advice: { networkAdviceCode: "02", networkDeclineCode: "05" } }),
    );
  });

  test("an attempt that succeeded on an intent that asks for a method contradicts itself: an alarm", async () => {
    server.reply = json(200, declined({ latest_charge: attempt() }));
    expect(await look(null)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("whatever moved on is told whatever the attempt before was", async () => {
    server.reply = json(200, intent());
    expect(await look("ch_3Attempt1")).toMatchObject(seen({ kind: "charged" }));
    server.reply = json(200, declined({ status: "canceled" }));
    expect(await look("ch_3Attempt1")).toMatchObject(seen({ kind: "not-charged", how: "voided" }));
  });

  test.each([100_000, 200_000])("%i was taken: money is told as it was taken", async (amount_received) => {
    server.reply = json(200, intent({ amount_received }));
    expect(await look(null)).toMatchObject(
      seen({ kind: "charged", amount: { amountMinor: amount_received, currency: "EUR" } }),
    );
    server.reply = json(200, intent({ amount_received: 0 }));
    expect(await look(null)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("asks for the attempt and its fee in one read, and the id is checked", async () => {
    server.reply = json(200, intent({ id: "pi_3Other" }));
    expect(await look(null)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
    expect(decodeURIComponent(server.arrived[0]?.url ?? "")).toBe(
      `/v1/payment_intents/${OBJECT}?expand[0]=latest_charge.balance_transaction`,
    );
  });

  test("404 is missing, any other status tells nothing", async () => {
    server.reply = json(404, errorOf({ code: "resource_missing" }));
    expect(await look(null)).toMatchObject({ kind: "missing" });
    for (const status of [401, 429, 500]) {
      server.reply = json(status, errorOf());
      expect(await look(null)).toMatchObject({ kind: "unanswered" });
    }
  });
});
