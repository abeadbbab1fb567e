import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { json, type PretendGateway, type Reply, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import { adapterAt, errorOf, formOf } from "./examples.ts";

let server: PretendGateway;
beforeEach(async () => {
  server = await startPretendGateway();
});
afterEach(() => server.close());

const CARD = {
  brand: "mastercard",
  last4: "4444",
  exp_month: 1,
  exp_year: 2031,
  fingerprint: "Fp4444",
  wallet: null,
};

function method(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "pm_1Bound",
    object: "payment_method",
    type: "card",
    livemode: false,
    customer: "cus_Bound",
    card: CARD,
    ...change,
  };
}

function setup(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "seti_1Bound",
    object: "setup_intent",
    status: "succeeded",
    livemode: false,
    client_secret: "seti_1Bound_secret_NobodySeesThis",
    customer: "cus_Bound",
    payment_method: method(),
    last_setup_error: null,
    next_action: null,
    ...change,
  };
}

function session(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "cs_test_a1Bound",
    object: "checkout.session",
    mode: "setup",
    status: "open",
    livemode: false,
    url: "https://checkout.example/c/pay/cs_test_a1Bound#fid",
    expires_at: 1_775_455_200,
    setup_intent: setup({ status: "requires_payment_method", payment_method: null }),
    ...change,
  };
}

const REQUEST = {
  key: "bind-1",
  bindingId: "B-1",
  returnUrl: "http://127.0.0.1:4600/methods/B-1",
  locale: "ru",
} as const;

const CLICK_TO_CONFIRM = {
  type: "redirect_to_url",
  redirect_to_url: { url: "https://hooks.example/3ds/2", return_url: REQUEST.returnUrl },
};

describe("a card", () => {
  test("is bound on the vendor's page, by full redirect, and never typed here", async () => {
    server.reply = (response, request) => {
      const body = request.url === "/v1/customers" ? { id: "cus_Bound", object: "customer" } : session();
      json(200, body)(response, request);
    };
    expect(await adapterAt(server.port).startBinding(REQUEST)).toEqual({
      kind: "waiting",
      objectId: "cs_test_a1Bound",
      confirmationUrl: "https://checkout.example/c/pay/cs_test_a1Bound#fid",
      confirmBy: "2026-04-06T06:00:00.000Z",
    });
    expect(server.arrived[1]).toMatchObject({ method: "POST", url: "/v1/checkout/sessions" });
    expect(server.arrived.map(({ headers }) => headers["idempotency-key"])).toEqual([
      "bind-1-owner",
      "bind-1",
    ]);
    expect(formOf(server)).toEqual({
      mode: "setup",
      "allowed_payment_method_types[0]": "card",
      customer: "cus_Bound",
      client_reference_id: "B-1",
      success_url: REQUEST.returnUrl,
      cancel_url: REQUEST.returnUrl,
      locale: "ru",
      "metadata[binding_id]": "B-1",
      "metadata[engine]": "kvitok",
      "setup_intent_data[metadata][binding_id]": "B-1",
      "setup_intent_data[metadata][engine]": "kvitok",
    });
  });

  test("bound: the token names owner and card, the fingerprint makes equal cards equal", async () => {
    server.reply = json(200, session({ status: "complete", url: null, setup_intent: setup() }));
    expect(await adapterAt(server.port).lookUpBinding({ objectId: "cs_test_a1Bound" })).toEqual({
      kind: "active",
      objectId: "cs_test_a1Bound",
      method: {
        token: "cus_Bound/pm_1Bound",
        saved: true,
        kind: "bank_card",
        title: "Mastercard *4444",
        brand: "Mastercard",
        last4: "4444",
        expiryMonth: 1,
        expiryYear: 2031,
        fingerprint: "Fp4444",
      },
    });
    expect(decodeURIComponent(server.arrived[0]?.url ?? "")).toBe(
      "/v1/checkout/sessions/cs_test_a1Bound?expand[0]=setup_intent.payment_method",
    );
  });

  test.each([
    ["waits while the page is open", session(), { kind: "waiting" }],
    [
      "has failed when the page expired",
      session({ status: "expired", url: null }),
      { kind: "failed", reason: "expired" },
    ],
    [
      "is no method while the bank decides",
      session({ status: "complete", setup_intent: setup({ status: "processing" }) }),
      { kind: "unanswered" },
    ],
    [
      "is no method without its owner",
      session({ status: "complete", setup_intent: setup({ payment_method: method({ customer: null }) }) }),
      { kind: "unanswered" },
    ],
    ["of a live page is none of ours", session({ livemode: true }), { kind: "unanswered" }],
    ["of another page is none of ours", session({ id: "cs_test_other" }), { kind: "unanswered" }],
    ["is unknown when the answer cannot be read", { object: "checkout.session" }, { kind: "unanswered" }],
  ])("%s", async (_, body, binding) => {
    server.reply = json(200, body);
    expect(await adapterAt(server.port).lookUpBinding({ objectId: "cs_test_a1Bound" })).toMatchObject(
      binding,
    );
  });

  test("refusals are told; throttling and outages tell nothing", async () => {
    const look = () => adapterAt(server.port).lookUpBinding({ objectId: "cs_test_a1Bound" });
    server.reply = json(404, errorOf({ code: "resource_missing" }));
    expect(await look()).toMatchObject({ kind: "refused", code: "resource_missing" });
    for (const status of [409, 429, 500]) {
      server.reply = json(status, errorOf());
      expect(await look()).toMatchObject({ kind: "unanswered" });
    }
  });
});

describe("a wallet's token", () => {
  /** The vendor's answers on the way: owner, method, setup. */
  function road(end: Reply): Reply {
    return (response, request) => {
      if (request.url === "/v1/customers")
        json(200, { id: "cus_Bound", object: "customer" })(response, request);
      else if (request.url === "/v1/payment_methods")
        json(200, method({ customer: null }))(response, request);
      else end(response, request);
    };
  }
  const start = (wallet: { kind: "apple_pay" | "google_pay"; token: string }) =>
    adapterAt(server.port).startBinding({ ...REQUEST, wallet });

  test("becomes a saved card at once, and its title names the wallet", async () => {
    const card = { ...CARD, wallet: { type: "apple_pay", dynamic_last4: "1234" } };
    server.reply = road(json(200, setup({ payment_method: method({ card }) })));
    expect(await start({ kind: "apple_pay", token: "tok_1Apple" })).toMatchObject({
      kind: "active",
      objectId: "seti_1Bound",
      method: { token: "cus_Bound/pm_1Bound", title: "Mastercard *4444 (Apple Pay)", wallet: "apple_pay" },
    });
    expect(formOf(server, 1)).toMatchObject({ type: "card", "card[token]": "tok_1Apple" });
    expect(formOf(server, 2)).toMatchObject({
      customer: "cus_Bound",
      payment_method: "pm_1Bound",
      usage: "off_session",
      confirm: "true",
      return_url: REQUEST.returnUrl,
      "metadata[binding_id]": "B-1",
    });
    expect(server.arrived.map(({ headers }) => headers["idempotency-key"])).toEqual([
      "bind-1-owner",
      "bind-1-method",
      "bind-1",
    ]);
  });

  test("whose bank asks first waits for the payer", async () => {
    const asked = setup({ status: "requires_action", next_action: CLICK_TO_CONFIRM });
    server.reply = road(json(200, asked));
    const binding = await start({ kind: "google_pay", token: "tok_1Google" });
    expect(binding).toMatchObject({
      kind: "waiting",
      objectId: "seti_1Bound",
      confirmationUrl: "https://hooks.example/3ds/2",
    });
    expect(JSON.stringify(binding)).not.toContain("_secret_");
    server.reply = json(200, setup());
    expect(await adapterAt(server.port).lookUpBinding({ objectId: "seti_1Bound" })).toMatchObject({
      kind: "active",
    });
  });

  test("that the bank declines has failed with its code", async () => {
    const shown = setup({ status: "requires_payment_method", payment_method: null });
    server.reply = road(
      json(
        402,
        errorOf({
          type: "card_error",
          code: "card_declined",
          decline_code: "do_not_honor",
          setup_intent: shown,
        }),
      ),
    );
    expect(await start({ kind: "apple_pay", token: "tok_1Apple" })).toEqual({
      kind: "failed",
      objectId: "seti_1Bound",
      reason: "do_not_honor",
    });
    const failed = {
      ...shown,
      last_setup_error: { type: "card_error", code: "setup_intent_authentication_failure" },
    };
    server.reply = json(200, failed);
    expect(await adapterAt(server.port).lookUpBinding({ objectId: "seti_1Bound" })).toMatchObject({
      kind: "failed",
      reason: "setup_intent_authentication_failure",
    });
  });

  test("that was used before is refused on the way", async () => {
    server.reply = (response, request) => {
      if (request.url === "/v1/customers")
        json(200, { id: "cus_Bound", object: "customer" })(response, request);
      else json(400, errorOf({ code: "token_already_used" }))(response, request);
    };
    expect(await start({ kind: "apple_pay", token: "tok_1Apple" })).toMatchObject({
      kind: "refused",
      code: "token_already_used",
    });
    expect(server.arrived).toHaveLength(2);
  });

  test("that is none is refused without a request", async () => {
    for (const token of ["", "4242424242424242", "pm_1Bound", '{"paymentData":{}}'])
      expect(await start({ kind: "apple_pay", token })).toMatchObject({
        kind: "refused",
        code: "wallet-token",
      });
    expect(server.arrived).toHaveLength(0);
  });
});

test("what is no binding of this gateway is refused without a request", async () => {
  for (const objectId of ["cus_Bound/pm_1Bound", "pm_1Bound", "2f0b4c1e-000f-5001"])
    expect(await adapterAt(server.port).lookUpBinding({ objectId })).toMatchObject({ kind: "refused" });
  expect(server.arrived).toHaveLength(0);
});

test("any other kind of method is refused without a request", async () => {
  expect(await adapterAt(server.port).startBinding({ ...REQUEST, methodKind: "sbp" })).toMatchObject({
    kind: "refused",
    code: "method-kind",
  });
  expect(server.arrived).toHaveLength(0);
});
