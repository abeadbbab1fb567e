import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { json, type PretendGateway, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import {
  adapterAt,
  attempt,
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
});
afterEach(() => server.close());

const WINDOW = { createdFrom: "2026-04-05T05:55:00.000Z", createdTo: "2026-04-06T07:00:00.000Z" };

/** Answers a list page by page, newest first, as the vendor does. */
function listing(objects: readonly Record<string, unknown>[], pageSize = 100): void {
  server.reply = (response, request) => {
    const query = new URL(request.url, "http://pretend").searchParams;
    const after = query.get("starting_after");
    const from = after === null ? 0 : objects.findIndex(({ id }) => id === after) + 1;
    const data = objects.slice(from, from + pageSize);
    const has_more = from + pageSize < objects.length;
    json(200, { object: "list", url: "/v1/x", data, has_more })(response, request);
  };
}

const other = (n: number) => unconfirmed({ id: `pi_3Other${n}`, metadata: { payment_id: `KV-OTHER-${n}` } });

describe("the scan", () => {
  const find = (attemptBefore: string | null = null) =>
    adapterAt(server.port).findCharge({
      chargeId: EXPECTED.chargeId,
      ...WINDOW,
      expected: { ...EXPECTED, attemptBefore },
    });

  test("asks for the window in whole seconds, rounded outwards, with the attempts", async () => {
    listing([]);
    expect(await find()).toEqual({ kind: "nothing", seenObjectIds: [] });
    const query = new URL(server.arrived[0]?.url ?? "", "http://pretend").searchParams;
    expect(Object.fromEntries(query)).toEqual({
      "created[gte]": "1775368500",
      "created[lte]": "1775458800",
      limit: "100",
      "expand[0]": "data.latest_charge",
    });
  });

  test("reads every page and tells every object of it", async () => {
    const others = Array.from({ length: 7 }, (_, n) => other(n));
    listing([...others, intent()], 3);
    expect(await find()).toMatchObject({
      kind: "found",
      sighting: { objectId: OBJECT, outcome: { kind: "charged" } },
      seenObjectIds: [...others.map(({ id }) => id), OBJECT],
    });
    expect(server.arrived).toHaveLength(3);
  });

  test("an intent of the payment that shows no attempt of ours is nothing found", async () => {
    listing([declined({ latest_charge: attempt({ status: "failed" }) })]);
    expect(await find("ch_3Attempt1")).toMatchObject({ kind: "nothing", seenObjectIds: [OBJECT] });
    expect(await find(null)).toMatchObject({ kind: "found", sighting: { outcome: { how: "declined" } } });
  });

  test("an older intent of the payment counts with money, its declines are of charges before ours", async () => {
    const older = { id: "pi_3Older" };
    listing([unconfirmed(), declined({ ...older, latest_charge: attempt({ status: "failed" }) })]);
    expect(await find()).toMatchObject({ kind: "nothing" });
    listing([unconfirmed(), intent(older)]);
    expect(await find()).toMatchObject({ kind: "found", sighting: { outcome: { kind: "charged" } } });
  });

  test("anything less than all of it proves nothing", async () => {
    for (const broken of [
      json(500, errorOf()),
      json(200, { object: "list", data: [{ nothing: true }], has_more: false }),
      json(200, { object: "list", data: [], has_more: true }),
      json(200, { object: "list", data: [other(1)], has_more: true }),
      json(200, { object: "list", data: [intent({ status: "odd" })], has_more: false }),
      json(200, { object: "list", data: [intent({ amount: 1 })], has_more: false }),
      json(200, { data: [] }),
    ]) {
      server.reply = broken;
      expect(await find()).toMatchObject({ kind: "unanswered" });
    }
  });
});

const REFUND = {
  refundId: "KV-7F3K-9Q2M-0001-r1",
  chargeObjectId: OBJECT,
  amount: { amountMinor: 50_000, currency: "EUR" },
  livemode: false,
} as const;

function refund(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "re_3Refund1",
    object: "refund",
    status: "succeeded",
    amount: 50_000,
    currency: "eur",
    created: 1_775_368_900,
    payment_intent: OBJECT,
    metadata: { refund_id: REFUND.refundId },
    ...change,
  };
}

describe("a refund", () => {
  const parts = () => must(adapterAt(server.port).refunds);
  const give = (mayStillSend = () => true) => {
    const { body } = parts().build({ ...REFUND, paymentId: EXPECTED.paymentId, description: "Excess" });
    return parts().send({ key: REFUND.refundId, body, expected: REFUND, mayStillSend });
  };

  test("of a part, in minor units, under its own key", async () => {
    server.reply = json(200, refund());
    expect(await give()).toMatchObject({
      kind: "seen",
      sighting: { objectId: "re_3Refund1", createdAt: "2026-04-05T06:01:40.000Z", outcome: { kind: "done" } },
    });
    expect(server.arrived[0]).toMatchObject({ method: "POST", url: "/v1/refunds" });
    expect(server.arrived[0]?.headers["idempotency-key"]).toBe(REFUND.refundId);
    expect(formOf(server)).toEqual({
      payment_intent: OBJECT,
      amount: "50000",
      "metadata[refund_id]": REFUND.refundId,
      "metadata[payment_id]": EXPECTED.paymentId,
      "metadata[engine]": "kvitok",
    });
  });

  test.each([
    ["pending", { kind: "pending" }],
    ["requires_action", { kind: "pending" }],
    ["failed", { kind: "refused", reason: "lost_or_stolen_card" }],
    ["canceled", { kind: "refused", reason: "lost_or_stolen_card" }],
  ])("%s", async (status, outcome) => {
    server.reply = json(200, refund({ status, failure_reason: "lost_or_stolen_card" }));
    expect(await give()).toMatchObject({ kind: "seen", sighting: { outcome } });
  });

  test.each([
    ["another amount", { amount: 1 }],
    ["another currency", { currency: "usd" }],
    ["another refund", { metadata: { refund_id: "KV-OTHER" } }],
    ["another charge", { payment_intent: "pi_3Other" }],
    ["an unknown status", { status: "half" }],
  ])("an answer about %s is an alarm", async (_, change) => {
    server.reply = json(200, refund(change));
    expect(await give()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("refused, throttled, unanswered, never sent: as for a charge", async () => {
    server.reply = json(400, errorOf({ code: "charge_already_refunded" }));
    expect(await give()).toMatchObject({ kind: "refused", class: "ours", code: "charge_already_refunded" });
    server.reply = json(429, errorOf());
    expect(await give()).toMatchObject({ kind: "refused", class: "technical" });
    server.reply = json(500, errorOf());
    expect(await give()).toMatchObject({ kind: "unanswered" });
    expect(await give(() => false)).toMatchObject({ kind: "never-sent" });
    const body = new TextEncoder().encode("{}");
    expect(await parts().send({ key: "r", body, expected: REFUND, mayStillSend: () => true })).toMatchObject({
      kind: "never-sent",
    });
  });

  test("is read by its id", async () => {
    server.reply = json(200, refund());
    expect(await parts().lookUp({ objectId: "re_3Refund1", expected: REFUND })).toMatchObject({
      kind: "seen",
    });
    expect(server.arrived[0]?.url).toBe("/v1/refunds/re_3Refund1");
    expect(await parts().lookUp({ objectId: "re_3Other", expected: REFUND })).toMatchObject({
      kind: "unanswered",
    });
    server.reply = json(404, errorOf());
    expect(await parts().lookUp({ objectId: "re_3Refund1", expected: REFUND })).toMatchObject({
      kind: "missing",
    });
  });

  test("is found by our id among all refunds of the account in the window", async () => {
    listing([refund({ id: "re_3Twin", metadata: { refund_id: "KV-OTHER" } }), refund()], 1);
    const find = (refundId: string) => parts().find({ expected: { ...REFUND, refundId }, ...WINDOW });
    expect(await find(REFUND.refundId)).toMatchObject({
      kind: "found",
      sighting: { objectId: "re_3Refund1" },
      seenObjectIds: ["re_3Twin", "re_3Refund1"],
    });
    expect(await find("KV-NONE")).toMatchObject({ kind: "nothing" });
    const query = new URL(server.arrived[0]?.url ?? "", "http://pretend").searchParams;
    expect([...query.keys()]).toEqual(["created[gte]", "created[lte]", "limit"]);
    server.reply = json(500, errorOf());
    expect(await find(REFUND.refundId)).toMatchObject({ kind: "unanswered" });
  });

  test("of nothing cannot be built", () => {
    const amount = { amountMinor: 0, currency: "EUR" } as const;
    expect(() => parts().build({ ...REFUND, paymentId: "KV-1", description: "x", amount })).toThrow(
      RangeError,
    );
  });
});
