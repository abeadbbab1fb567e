import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Gateway, Transmission } from "../../../adapters/gateways/port.ts";
import { adapterAt, EXPECTED, OBJECT, payment } from "./examples.ts";
import { json, type PretendGateway, refusal, startPretendGateway } from "./pretend-gateway.ts";

let server: PretendGateway;
let gateway: Gateway;
beforeEach(async () => {
  server = await startPretendGateway();
  server.reply = json(200, payment());
  gateway = adapterAt(server.url);
});
afterEach(() => server.close());

function act(
  verb: "capture" | "void",
  change: { key?: string; mayStillSend?: () => boolean } = {},
): Promise<Transmission> {
  const run = gateway[verb];
  if (run === undefined) throw new Error(`the adapter has no ${verb}`);
  const key = `${EXPECTED.chargeId}-${verb}`;
  return run({ key, objectId: OBJECT, expected: EXPECTED, mayStillSend: () => true, ...change });
}

describe("capture", () => {
  test("names the whole sum, so that never more is taken than was asked, under its own key", async () => {
    expect(await act("capture")).toMatchObject({
      kind: "seen",
      sighting: { objectId: OBJECT, outcome: { kind: "charged", amount: EXPECTED.amount } },
    });
    const [arrived] = server.arrived;
    expect(arrived).toMatchObject({ method: "POST", url: `/v3/payments/${OBJECT}/capture` });
    expect(arrived?.headers["idempotence-key"]).toBe(`${EXPECTED.chargeId}-capture`);
    expect(JSON.parse(arrived?.body ?? "")).toEqual({ amount: { value: "1530.50", currency: "RUB" } });
  });

  test("the same capture is the same bytes, so a replay is the same request", async () => {
    await act("capture");
    await act("capture");
    expect(server.arrived[0]?.body).toBe(server.arrived[1]?.body);
  });

  test("less or more was taken: the true sum is told", async () => {
    for (const value of ["1000.00", "1530.51"]) {
      server.reply = json(200, payment({ amount: { value, currency: "RUB" } }));
      expect(await act("capture")).toMatchObject({
        sighting: { outcome: { kind: "charged", amount: { amountMinor: Number(value.replace(".", "")) } } },
      });
    }
  });

  test("a hold that lapsed is refused; the look-up tells how it ended", async () => {
    server.reply = refusal(400, "invalid_request", "payment_id");
    expect(await act("capture")).toMatchObject({ kind: "refused", class: "ours", parameter: "payment_id" });
    const cancellation_details = { party: "yoo_money", reason: "expired_on_capture" };
    server.reply = json(200, payment({ status: "canceled", paid: false, cancellation_details }));
    expect(await gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED })).toMatchObject({
      sighting: { outcome: { kind: "not-charged", how: "expired", reason: "expired_on_capture" } },
    });
  });
});

describe("void", () => {
  test("gives the money back: ended for good, voided", async () => {
    const cancellation_details = { party: "merchant", reason: "canceled_by_merchant" };
    server.reply = json(200, payment({ status: "canceled", paid: false, cancellation_details }));
    expect(await act("void")).toMatchObject({
      kind: "seen",
      sighting: { outcome: { kind: "not-charged", how: "voided", reason: "canceled_by_merchant" } },
    });
    expect(server.arrived[0]).toMatchObject({
      method: "POST",
      url: `/v3/payments/${OBJECT}/cancel`,
      body: "{}",
    });
  });

  test("is not offered for a payment that waits for its payer", () => {
    expect(gateway.can).toMatchObject({ voidHeld: true, voidPending: false, captureHeld: true });
  });
});

describe.each(["capture", "void"] as const)("%s", (verb) => {
  test.each([
    ["500", refusal(500, "internal_server_error")],
    ["202", json(202, { retry_after: 1 })],
    ["another object", json(200, payment({ id: OBJECT.replace("2", "3") }))],
    ["another charge", json(200, payment({ metadata: { charge_id: "KV-OTHER-1" } }))],
    ["another shop", json(200, payment({ recipient: { account_id: "9" } }))],
  ])("answered by %s is unanswered, never a success", async (_name, reply) => {
    server.reply = reply;
    expect(await act(verb)).toMatchObject({ kind: "unanswered" });
  });

  test("too late, or with a key that the vendor would not take: nothing is sent", async () => {
    expect(await act(verb, { mayStillSend: () => false })).toMatchObject({ kind: "never-sent" });
    expect(await act(verb, { key: "a b" })).toMatchObject({ kind: "never-sent" });
    expect(server.arrived).toEqual([]);
  });

  test("the money still waits: held, with the day until which it does", async () => {
    const expires_at = "2026-04-12T06:00:01.120Z";
    server.reply = json(200, payment({ status: "waiting_for_capture", expires_at }));
    expect(await act(verb)).toMatchObject({ sighting: { outcome: { kind: "held", expiresAt: expires_at } } });
  });
});
