import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { json, type PretendGateway, type Reply, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import { adapterAt, errorOf } from "./examples.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
});
afterEach(() => server.close());

const TOKEN = "cus_Bound/pm_1Bound";
const PERMISSION = "mandate_1Bound";

const method = (change: Record<string, unknown> = {}): Reply =>
  json(200, {
    id: "pm_1Bound",
    object: "payment_method",
    type: "card",
    livemode: false,
    customer: "cus_Bound",
    card: { brand: "visa", last4: "1881", exp_month: 11, exp_year: 2039, fingerprint: "Fp1881" },
    ...change,
  });

const mandate = (change: Record<string, unknown> = {}): Reply =>
  json(200, {
    id: PERMISSION,
    object: "mandate",
    livemode: false,
    status: "active",
    type: "multi_use",
    payment_method: "pm_1Bound",
    ...change,
  });

const look = (permissionId?: string) =>
  adapterAt(server.port).lookUpMethod({
    token: TOKEN,
    ...(permissionId === undefined ? {} : { permissionId }),
  });

/** One answer for the method, another one for its permission. */
function answers(ofMethod: Reply, ofMandate: Reply): void {
  server.reply = (response, request) =>
    ((request.url ?? "").startsWith("/v1/mandates/") ? ofMandate : ofMethod)(response, request);
}

describe("a look at a saved method", () => {
  test("shows the card as the network knows it now; the token stays", async () => {
    server.reply = method();
    expect(await look()).toEqual({
      kind: "usable",
      method: {
        token: TOKEN,
        saved: true,
        kind: "bank_card",
        title: "Visa *1881",
        brand: "Visa",
        last4: "1881",
        expiryMonth: 11,
        expiryYear: 2039,
        fingerprint: "Fp1881",
      },
    });
    expect(server.arrived.map(({ url }) => url)).toEqual(["/v1/payment_methods/pm_1Bound"]);
    expect(adapterAt(server.port).methodIdOf(TOKEN)).toBe("pm_1Bound");
  });

  test("taken from its owner it is gone", async () => {
    server.reply = method({ customer: null });
    expect(await look()).toEqual({ kind: "gone", why: "unlinked" });
  });

  test.each([
    ["another method", { id: "pm_1Other" }],
    ["live money", { livemode: true }],
    ["another owner", { customer: "cus_Other" }],
  ])("an answer about %s is an alarm, never a reason to do anything", async (_, change) => {
    server.reply = method(change);
    expect(await look()).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("404 is missing; a refused key, a throttle or an outage says nothing about it", async () => {
    server.reply = json(404, errorOf({ code: "resource_missing" }));
    expect(await look()).toMatchObject({ kind: "missing" });
    for (const status of [401, 403, 429, 500]) {
      server.reply = json(status, errorOf());
      expect(await look()).toMatchObject({ kind: "unanswered" });
    }
  });

  test("a token of another gateway is missing, without a request", async () => {
    const gateway = adapterAt(server.port);
    expect(await gateway.lookUpMethod({ token: "2f0b4c1e" })).toMatchObject({ kind: "missing" });
    expect(gateway.methodIdOf("2f0b4c1e")).toBeNull();
    expect(server.arrived).toEqual([]);
  });
});

describe("news of its permission", () => {
  test("ended: withdrawn, whatever the method shows", async () => {
    answers(method(), mandate({ status: "inactive" }));
    expect(await look(PERMISSION)).toEqual({ kind: "gone", why: "permission-withdrawn" });
  });

  test.each([
    ["it stands", { status: "active" }],
    ["it waits", { status: "pending" }],
    ["it was for one use, which is over", { status: "inactive", type: "single_use" }],
  ])("%s: the method is usable", async (_, change) => {
    answers(method(), mandate(change));
    expect(await look(PERMISSION)).toMatchObject({ kind: "usable" });
  });

  test("of another method it is an alarm: news name what they like", async () => {
    answers(method(), mandate({ status: "inactive", payment_method: "pm_1Other" }));
    expect(await look(PERMISSION)).toMatchObject({ kind: "unanswered", alarm: expect.any(String) });
  });

  test("of a method that is gone anyway nothing more is asked", async () => {
    answers(method({ customer: null }), mandate());
    expect(await look(PERMISSION)).toEqual({ kind: "gone", why: "unlinked" });
    expect(server.arrived).toHaveLength(1);
  });
});
