import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Gateway } from "../../../adapters/gateways/port.ts";
import { adapterAt, EXPECTED, OBJECT, payment, SHOP } from "./examples.ts";
import { json, type PretendGateway, refusal, startPretendGateway, text } from "./pretend-gateway.ts";

let server: PretendGateway;
let gateway: Gateway;
beforeEach(async () => {
  server = await startPretendGateway();
  gateway = adapterAt(server.url);
});
afterEach(() => server.close());

const idOf = (n: number): string => `2f0b4c1e-000f-5001-8000-${String(n).padStart(12, "0")}`;
const foreign = (n: number) => payment({ id: idOf(n), metadata: { charge_id: `other-${n}` } });
const find = () =>
  gateway.findCharge({
    chargeId: EXPECTED.chargeId,
    createdFrom: "2026-04-05T05:55:00.000Z",
    createdTo: "2026-04-06T07:00:00.000Z",
    expected: EXPECTED,
  });

describe("a scan for a charge", () => {
  test("reads every page with one window and the largest limit", async () => {
    server.reply = (response, request) => {
      const cursor = new URL(request.url, "http://x").searchParams.get("cursor");
      const pages: Record<string, unknown> = {
        start: { type: "list", items: [foreign(1), foreign(2)], next_cursor: "two" },
        two: { type: "list", items: [foreign(3)], next_cursor: "three" },
        three: { type: "list", items: [payment()] },
      };
      json(200, pages[cursor ?? "start"])(response, request);
    };
    expect(await find()).toMatchObject({
      kind: "found",
      sighting: { objectId: OBJECT, outcome: { kind: "charged" } },
      seenObjectIds: [idOf(1), idOf(2), idOf(3), OBJECT],
    });
    for (const { url } of server.arrived) {
      const query = new URL(url, "http://x").searchParams;
      expect(query.get("created_at.gte")).toBe("2026-04-05T05:55:00.000Z");
      expect(query.get("created_at.lte")).toBe("2026-04-06T07:00:00.000Z");
      expect(query.get("limit")).toBe("100");
      expect(query.has("status")).toBe(false);
    }
  });

  test("nothing of ours: says what else it saw, so that the caller can judge whether the list was complete", async () => {
    server.reply = json(200, {
      type: "list",
      items: [foreign(1), payment({ id: idOf(2), metadata: undefined })],
    });
    expect(await find()).toEqual({ kind: "nothing", seenObjectIds: [idOf(1), idOf(2)] });
  });

  test("two objects of one charge: the one with money counts, and both are named", async () => {
    const canceled = payment({ id: idOf(7), status: "canceled", paid: false });
    server.reply = json(200, { type: "list", items: [canceled, payment()] });
    expect(await find()).toMatchObject({
      kind: "found",
      sighting: { objectId: OBJECT },
      seenObjectIds: [idOf(7), OBJECT],
    });
  });

  test.each([
    ["a page that fails", (page: number) => (page === 1 ? refusal(500, "x") : undefined)],
    ["a page that cannot be read", (page: number) => (page === 1 ? text(200, "{") : undefined)],
    ["a cursor that repeats", () => undefined],
    [
      "an object that cannot be read",
      (page: number) => (page === 1 ? json(200, { type: "list", items: [{}] }) : undefined),
    ],
    [
      "our object with another amount",
      () => json(200, { type: "list", items: [payment({ amount: { value: "1.00", currency: "RUB" } })] }),
    ],
  ])("%s: unanswered, it proves no absence", async (_name, choose) => {
    let page = 0;
    server.reply = (response, request) => {
      const reply = choose(page) ?? json(200, { type: "list", items: [foreign(page)], next_cursor: "again" });
      page += 1;
      reply(response, request);
    };
    expect(await find()).toMatchObject({ kind: "unanswered" });
  });
});

test("our charge with another sum in the list: an alarm, and the id of the object to look at", async () => {
  server.reply = json(200, {
    type: "list",
    items: [payment({ amount: { value: "1.00", currency: "RUB" } })],
  });
  expect(await find()).toEqual({
    kind: "unanswered",
    detail: "our object in the list disagrees about amount.value",
    alarm: expect.stringContaining("yookassa"),
    objectId: OBJECT,
  });
});

describe("a binding", () => {
  const method = (change: Record<string, unknown> = {}) => ({
    type: "bank_card",
    id: OBJECT,
    saved: false,
    status: "pending",
    holder: { account_id: SHOP, gateway_id: "1" },
    ...change,
  });
  const link = "https://bank.example/checkout/2";
  const startOf = (change: Partial<Parameters<Gateway["startBinding"]>[0]>) =>
    gateway.startBinding({
      key: "b-1",
      bindingId: "KV-B",
      returnUrl: "http://127.0.0.1/methods/return",
      locale: "en",
      ...change,
    });
  const start = () => startOf({});

  test("sends the payer to the bank's page, without any card of ours", async () => {
    server.reply = json(200, method({ confirmation: { type: "redirect", confirmation_url: link } }));
    const binding = await start();
    expect(binding).toMatchObject({ kind: "waiting", objectId: OBJECT, confirmationUrl: link });
    expect(binding.kind === "waiting" && Date.parse(binding.confirmBy)).toBeGreaterThan(
      Date.now() + 59 * 60_000,
    );
    expect(server.arrived[0]).toMatchObject({ method: "POST", url: "/v3/payment_methods" });
    expect(JSON.parse(server.arrived[0]?.body ?? "")).toEqual({
      type: "bank_card",
      confirmation: { type: "redirect", return_url: "http://127.0.0.1/methods/return", locale: "en_US" },
      metadata: { binding_id: "KV-B", engine: "kvitok" },
    });
  });

  test("of a bank account is confirmed in the payer's bank and bears no card", async () => {
    const confirmation = { type: "redirect", confirmation_url: link };
    server.reply = json(200, method({ type: "sbp", confirmation }));
    expect(await startOf({ methodKind: "sbp" })).toMatchObject({ kind: "waiting", confirmationUrl: link });
    expect(JSON.parse(server.arrived[0]?.body ?? "")).toMatchObject({
      type: "sbp",
      confirmation: { type: "redirect" },
    });
    server.reply = json(200, method({ type: "sbp", saved: true, status: "active", title: "SBP" }));
    expect(await gateway.lookUpBinding({ objectId: OBJECT })).toEqual({
      kind: "active",
      objectId: OBJECT,
      method: { token: OBJECT, saved: true, kind: "sbp", title: "SBP" },
    });
  });

  test.each([
    ["a kind that is saved only by paying", { methodKind: "yoo_money" } as const, "method-kind"],
    ["a phone account", { methodKind: "mobile_balance" } as const, "method-kind"],
    ["a wallet's token", { wallet: { kind: "apple_pay", token: "t" } } as const, "wallet"],
    ["a key of other letters", { key: "b 1" }, "key"],
  ])("of %s is refused with the reason before anything is sent", async (_name, change, code) => {
    expect(await startOf(change)).toMatchObject({ kind: "refused", code });
    expect(server.connections()).toBe(0);
  });

  test("is active only when saved and active", async () => {
    const card = { last4: "4444", expiry_month: "01", expiry_year: "2031", card_type: "Mir" };
    server.reply = json(200, method({ saved: true, status: "active", title: "Bank card *4444", card }));
    expect(await gateway.lookUpBinding({ objectId: OBJECT })).toEqual({
      kind: "active",
      objectId: OBJECT,
      method: {
        token: OBJECT,
        saved: true,
        kind: "bank_card",
        title: "Mir *4444",
        last4: "4444",
        brand: "Mir",
        expiryMonth: 1,
        expiryYear: 2031,
      },
    });
    server.reply = json(200, method({ saved: false, status: "active", card }));
    expect(await gateway.lookUpBinding({ objectId: OBJECT })).toMatchObject({ kind: "unanswered" });
  });

  test("inactive: failed, with the vendor's reason where it gives one", async () => {
    server.reply = json(200, method({ status: "inactive" }));
    expect(await gateway.lookUpBinding({ objectId: OBJECT })).toEqual({
      kind: "failed",
      objectId: OBJECT,
      reason: "inactive",
    });
    const cancellation_details = { party: "payment_network", reason: "invalid_csc" };
    server.reply = json(200, method({ status: "inactive", cancellation_details }));
    expect(await gateway.lookUpBinding({ objectId: OBJECT })).toMatchObject({ reason: "invalid_csc" });
  });

  test.each([
    [400, "refused"],
    [403, "refused"],
    [404, "refused"],
    [429, "unanswered"],
    [500, "unanswered"],
    [302, "unanswered"],
  ])("%i: %s", async (status, kind) => {
    server.reply = refusal(status, "code");
    expect(await start()).toMatchObject({ kind });
  });

  test("another shop's or another method is no answer", async () => {
    server.reply = json(200, method({ status: "inactive", holder: { account_id: "1" } }));
    expect(await gateway.lookUpBinding({ objectId: OBJECT })).toMatchObject({ kind: "unanswered" });
    server.reply = json(200, method({ status: "inactive", id: idOf(9) }));
    expect(await gateway.lookUpBinding({ objectId: OBJECT })).toMatchObject({ kind: "unanswered" });
  });
});
