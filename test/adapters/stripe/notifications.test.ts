import { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { createStripe } from "../../../adapters/gateways/stripe/stripe.ts";
import { ACCOUNT, SECRET_KEY, WEBHOOK_SECRET } from "./examples.ts";

const NOW = 1_775_368_800;
const NEXT_SECRET = "whsec_test_fixture_2";

function gatewayWith(webhookSecrets: readonly string[] = [WEBHOOK_SECRET]) {
  return createStripe({
    url: "http://127.0.0.1:9",
    secretKey: SECRET_KEY,
    account: ACCOUNT,
    livemode: false,
    webhookSecrets,
  });
}

function event(type: string, object: Record<string, unknown>, change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    id: "evt_1Example",
    object: "event",
    type,
    created: NOW,
    livemode: false,
    data: { object },
    ...change,
  });
}

const PAID = event("payment_intent.succeeded", { id: "pi_3One", object: "payment_intent" });

/** Signs as the vendor does, by the SDK's own hand. */
function signed(payload: string, { secret = WEBHOOK_SECRET, timestamp = NOW } = {}): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

function read(body: string, header: string | undefined = signed(body), gateway = gatewayWith()) {
  return gateway.readNotification({ headers: { "stripe-signature": header }, body, nowSeconds: NOW });
}

describe("a genuine event names the object to look up", () => {
  test.each([
    ["payment_intent.succeeded", { id: "pi_3One" }, "charge", "pi_3One"],
    ["payment_intent.payment_failed", { id: "pi_3One" }, "charge", "pi_3One"],
    ["payment_intent.requires_action", { id: "pi_3One" }, "charge", "pi_3One"],
    ["charge.succeeded", { id: "ch_3One", payment_intent: "pi_3One" }, "charge", "pi_3One"],
    ["charge.refunded", { id: "ch_3One", payment_intent: { id: "pi_3One" } }, "charge", "pi_3One"],
    ["refund.created", { id: "re_3One", payment_intent: "pi_3One" }, "refund", "re_3One"],
    ["refund.failed", { id: "re_3One" }, "refund", "re_3One"],
    ["charge.refund.updated", { id: "re_3One" }, "refund", "re_3One"],
    ["checkout.session.completed", { id: "cs_test_a1" }, "binding", "cs_test_a1"],
    ["checkout.session.expired", { id: "cs_test_a1" }, "binding", "cs_test_a1"],
    ["setup_intent.succeeded", { id: "seti_1One" }, "binding", "seti_1One"],
    ["payment_method.detached", { id: "pm_1One" }, "binding", "pm_1One"],
    ["payment_method.automatically_updated", { id: "pm_1One" }, "binding", "pm_1One"],
  ])("%s", (type, object, subject, objectId) => {
    const body = event(type, object);
    expect(read(body)).toEqual({
      kind: "look",
      eventId: "evt_1Example",
      event: type,
      subject,
      objectId,
      chargeId: null,
    });
  });

  test("a permission is told by the method that it is for, and named beside it", () => {
    const type = "mandate.updated";
    const mandate = { id: "mandate_1", payment_method: "pm_1One", status: "inactive" };
    expect(read(event(type, mandate))).toEqual({
      kind: "look",
      eventId: "evt_1Example",
      event: type,
      subject: "binding",
      objectId: "pm_1One",
      permissionId: "mandate_1",
      chargeId: null,
    });
  });

  test.each([[{ payment_intent: "pi_3One" }, { ofObjectId: "pi_3One" }] as const, [{}, {}] as const])(
    "a dispute, and the intent whose money it is about: %o",
    (link, of) => {
      const body = event("charge.dispute.created", { id: "dp_1One", ...link });
      expect(read(body)).toEqual({
        kind: "look",
        eventId: "evt_1Example",
        event: "charge.dispute.created",
        subject: "dispute",
        objectId: "dp_1One",
        ...of,
        chargeId: null,
      });
    },
  );

  test.each([
    ["invoice.paid", { id: "in_1" }],
    ["customer.created", { id: "cus_1" }],
    ["charge.succeeded", { id: "ch_1", payment_intent: null }],
  ])("%s of nothing that we follow is ignored", (type, object) => {
    expect(read(event(type, object))).toEqual({ kind: "ignored", event: type });
  });
});

describe("the signature", () => {
  test("in the vendor's published form", () => {
    const body = '{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}';
    const header = "t=1767225600,v1=a133bd5fa9fdabdb2dfc338556f60baeb95f32002ece801f78134ac261b2b655";
    const at = (nowSeconds: number) =>
      gatewayWith().readNotification({ headers: { "stripe-signature": header }, body, nowSeconds });
    // Genuine, so it is read; that it names no object is the next question.
    expect(at(1_767_225_600)).toMatchObject({ kind: "unreadable" });
    expect(at(1_767_225_600 + 301)).toMatchObject({ kind: "forged" });
  });

  test("one byte more, another secret, no header, no secret at all: forged", () => {
    const header = signed(PAID);
    expect(read(`${PAID} `, header)).toMatchObject({ kind: "forged" });
    expect(read(PAID, signed(PAID, { secret: "whsec_of_somebody_else" }))).toMatchObject({ kind: "forged" });
    expect(gatewayWith().readNotification({ headers: {}, body: PAID, nowSeconds: NOW })).toMatchObject({
      kind: "forged",
    });
    for (const odd of ["", "t=1", "v1=00", "t=x,v1=y", `t=${NOW},v0=00`, ",,="])
      expect(read(PAID, odd)).toMatchObject({ kind: "forged" });
    expect(read(PAID, header, gatewayWith([]))).toMatchObject({ kind: "forged" });
    expect(read(PAID, header, gatewayWith([""]))).toMatchObject({ kind: "forged" });
    expect(read("", header)).toMatchObject({ kind: "forged" });
  });

  test("five minutes old at most, and five minutes ahead at most: the SDK alone would take any future", () => {
    for (const [off, kind] of [
      [-300, "look"],
      [-301, "forged"],
      [300, "look"],
      [301, "forged"],
      [86_400, "forged"],
    ] as const)
      expect(read(PAID, signed(PAID, { timestamp: NOW + off }))).toMatchObject({ kind });
    expect(
      Stripe.webhooks.signature?.verifyHeader(
        PAID,
        signed(PAID, { timestamp: NOW + 86_400 }),
        WEBHOOK_SECRET,
        300,
        undefined,
        NOW * 1_000,
      ),
    ).toBe(true);
  });

  test("a second time in the header does not hide the one that was signed", () => {
    const future = signed(PAID, { timestamp: NOW + 86_400 });
    expect(read(PAID, `t=${NOW},${future}`)).toMatchObject({ kind: "forged" });
    expect(read(PAID, `${future},t=${NOW}`)).toMatchObject({ kind: "forged" });
  });

  test("while a secret is being changed either one signs, and a header may carry both", () => {
    const both = gatewayWith([NEXT_SECRET, WEBHOOK_SECRET]);
    const next = signed(PAID, { secret: NEXT_SECRET });
    expect(read(PAID, signed(PAID), both)).toMatchObject({ kind: "look" });
    expect(read(PAID, next, both)).toMatchObject({ kind: "look" });
    expect(read(PAID, `${next},${signed(PAID).split(",")[1]}`)).toMatchObject({ kind: "look" });
  });

  test("nothing told of a forged event carries the body or a secret", () => {
    const told = JSON.stringify(read(PAID, signed(PAID, { secret: "whsec_of_somebody_else" })));
    expect(told).not.toContain("pi_3One");
    expect(told).not.toContain("whsec");
  });
});

test("a live event, or one of another account, is none of ours", () => {
  const one = { id: "pi_3One" };
  for (const change of [{ livemode: true }, { account: "acct_other" }]) {
    expect(read(event("payment_intent.succeeded", one, change))).toMatchObject({ kind: "forged" });
  }
  expect(read(event("payment_intent.succeeded", one, { account: ACCOUNT }))).toMatchObject({ kind: "look" });
});

test("signed, and yet no event: unreadable", () => {
  for (const body of ["{", "[]", "null", '{"object":"event"}', event("payment_intent.succeeded", {})])
    expect(read(body)).toMatchObject({ kind: "unreadable" });
});
