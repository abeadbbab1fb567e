import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Gateway } from "../../../adapters/gateways/port.ts";
import { type Arrived, json, type PretendGateway, startPretendGateway } from "../yookassa/pretend-gateway.ts";
import {
  adapterAt,
  EXPECTED,
  intent,
  INTENT,
  must,
  OBJECT,
  SECRET_KEY,
  send,
  TOKEN,
  unconfirmed,
} from "./examples.ts";
import { findStripeMock, type RunningMock, startStripeMock } from "./stripe-mock.ts";

const supply = await findStripeMock();
if ("missing" in supply) console.warn(`SKIPPED: Stripe's request shapes are not checked: ${supply.missing}`);

/** What the vendor's mock said to one request. */
type Verdict = { readonly request: string; readonly status: number; readonly said: string };

const EXAMPLES: readonly (readonly [RegExp, Record<string, unknown>])[] = [
  [/^\/v1\/payment_intents\?/, { object: "list", data: [], has_more: false }],
  [/^\/v1\/payment_intents$/, unconfirmed()],
  [/^\/v1\/payment_intents\//, intent()],
  [/^\/v1\/customers$/, { id: "cus_1", object: "customer" }],
  [
    /^\/v1\/payment_methods/,
    { id: "pm_1", object: "payment_method", type: "card", livemode: false, customer: "cus_1" },
  ],
];

/** Everything that the adapter ever asks, and the requests that it makes. */
const ASKED: readonly (readonly [string, (gateway: Gateway) => Promise<unknown>, readonly string[]])[] = [
  ["prepare", (gateway) => prepare(gateway), ["POST /v1/payment_intents"]],
  [
    "prepare for another owner",
    (gateway) => prepare(gateway, { methodToken: "cus_Other/pm_Other" }),
    ["POST /v1/payment_intents", `POST /v1/payment_intents/${OBJECT}`],
  ],
  ["a charge without the payer", (gateway) => send(gateway), [`POST /v1/payment_intents/${OBJECT}/confirm`]],
  [
    "a charge with the payer",
    (gateway) => withPayer(gateway),
    [`POST /v1/payment_intents/${OBJECT}/confirm`],
  ],
  [
    "a look",
    (gateway) => gateway.lookUpCharge({ objectId: OBJECT, expected: EXPECTED }),
    [`GET /v1/payment_intents/${OBJECT}`],
  ],
  [
    "a scan",
    (gateway) => gateway.findCharge({ ...WINDOW, chargeId: "", expected: EXPECTED }),
    ["GET /v1/payment_intents"],
  ],
  ["void", (gateway) => must(gateway.void)(END), [`POST /v1/payment_intents/${OBJECT}/cancel`]],
  ["capture", (gateway) => must(gateway.capture)(END), [`POST /v1/payment_intents/${OBJECT}/capture`]],
  ["a refund", (gateway) => refund(gateway), ["POST /v1/refunds"]],
  [
    "a look at a refund",
    (gateway) => must(gateway.refunds).lookUp({ objectId: "re_1", expected: REFUND }),
    ["GET /v1/refunds/re_1"],
  ],
  [
    "a scan of refunds",
    (gateway) => must(gateway.refunds).find({ ...WINDOW, expected: REFUND }),
    ["GET /v1/refunds"],
  ],
  [
    "a binding on the vendor's page",
    (gateway) => gateway.startBinding(BINDING),
    ["POST /v1/customers", "POST /v1/checkout/sessions"],
  ],
  [
    "a binding by a wallet's token",
    (gateway) => gateway.startBinding({ ...BINDING, wallet: { kind: "apple_pay", token: "tok_visa" } }),
    ["POST /v1/customers", "POST /v1/payment_methods", "POST /v1/setup_intents"],
  ],
  [
    "a look at a page",
    (gateway) => gateway.lookUpBinding({ objectId: "cs_test_1" }),
    ["GET /v1/checkout/sessions/cs_test_1"],
  ],
  [
    "a look at a setup",
    (gateway) => gateway.lookUpBinding({ objectId: "seti_1" }),
    ["GET /v1/setup_intents/seti_1"],
  ],
  [
    "a look at a method",
    (gateway) => gateway.lookUpMethod({ token: "cus_1/pm_1", permissionId: "mandate_1" }),
    ["GET /v1/payment_methods/pm_1", "GET /v1/mandates/mandate_1"],
  ],
];

const WINDOW = { createdFrom: "2026-04-05T05:55:00.000Z", createdTo: "2026-04-06T07:00:00.000Z" };
const END = { key: "k", objectId: OBJECT, expected: EXPECTED, mayStillSend: () => true };
const BINDING = { key: "b", bindingId: "B-1", returnUrl: "http://127.0.0.1:9/r", locale: "ru" } as const;
const REFUND = { refundId: "r1", chargeObjectId: OBJECT, amount: EXPECTED.amount, livemode: false };

function prepare(gateway: Gateway, change: { readonly methodToken?: string } = {}): Promise<unknown> {
  return must(gateway.preparation).prepare({
    key: "k",
    paymentId: EXPECTED.paymentId,
    amount: EXPECTED.amount,
    description: "Utilities",
    payerReference: "payer-1",
    methodToken: TOKEN,
    methodKind: "bank_card",
    livemode: false,
    ...change,
  });
}

function withPayer(gateway: Gateway): Promise<unknown> {
  const { body } = gateway.buildCharge({ ...INTENT, initiatedBy: "cit" });
  return gateway.sendCharge({ key: INTENT.chargeId, body, expected: EXPECTED, mayStillSend: () => true });
}

function refund(gateway: Gateway): Promise<unknown> {
  const { build, send: give } = must(gateway.refunds);
  const { body } = build({ ...REFUND, paymentId: EXPECTED.paymentId, description: "Excess" });
  return give({ key: "r1", body, expected: REFUND, mayStillSend: () => true });
}

describe.skipIf("missing" in supply)("the shape of each request, judged by the vendor's own mock", () => {
  let mock: RunningMock;
  let server: PretendGateway;
  let verdicts: Verdict[];
  beforeAll(async () => {
    mock = await startStripeMock("binary" in supply ? supply.binary : "");
  });
  afterAll(() => mock.close());
  beforeEach(async () => {
    verdicts = [];
    server = await startPretendGateway();
    server.reply = (response, request) => {
      void judge(request).then((answer) => json(200, answer)(response, request));
    };
  });
  afterEach(() => server.close());

  /** Puts a request before the mock, and answers it so that the adapter goes on to the next one. */
  async function judge(request: Arrived): Promise<Record<string, unknown>> {
    const response = await fetch(mock.url + request.url, {
      method: request.method,
      headers: {
        authorization: request.headers.authorization ?? "",
        "content-type": "application/x-www-form-urlencoded",
        "idempotency-key": String(request.headers["idempotency-key"] ?? ""),
      },
      ...(request.method === "GET" ? {} : { body: inTheMocksVersion(request) }),
    });
    const { status } = response;
    const said = status === 200 ? "" : await response.text();
    const path = new URL(request.url, mock.url).pathname;
    verdicts.push({ request: `${request.method} ${path}`, status, said });
    return EXAMPLES.find(([pattern]) => pattern.test(request.url))?.[1] ?? {};
  }

  test.each(ASKED)("%s", async (_, ask, requests) => {
    await ask(adapterAt(server.port));
    expect(verdicts).toEqual(requests.map((request) => ({ request, status: 200, said: "" })));
  });

  test("the mock does refuse what is wrong, so its silence means something", async () => {
    const headers = {
      authorization: `Bearer ${SECRET_KEY}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    for (const body of [
      "amount=1.5&currency=eur",
      "amount=1&currency=eur&no_such_parameter=1",
      "currency=eur",
    ]) {
      const { status } = await fetch(`${mock.url}/v1/payment_intents`, { method: "POST", headers, body });
      expect(status).toBe(400);
    }
  });
});

/**
 * The mock speaks the version of August 2026. The one thing of ours that is named otherwise since (SDK 23, September 2026) is which methods a page
 * may offer; payment and setup intents know the new name in both versions.
 */
function inTheMocksVersion({ url, body }: Arrived): string {
  return url === "/v1/checkout/sessions"
    ? body.replace("allowed_payment_method_types", "payment_method_types")
    : body;
}
