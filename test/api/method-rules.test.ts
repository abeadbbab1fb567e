import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { makeGateway } from "./support/gateway-stand-in.ts";
import { secondGateway } from "./support/second-gateway.ts";
import { bindCard, createMandate, mandateWish, oweBill } from "./support/situations.ts";

const walletToken = "apple-pay-token";
let under: ApiUnderTest;
let anna: Person;
const stripe = secondGateway();
const yookassa = makeGateway();
beforeAll(async () => {
  const gateways = new Map([yookassa.gateway, stripe.gateway].map((gateway) => [gateway.name, gateway]));
  under = { ...(await startApi({ gateways })), gateway: yookassa };
  anna = await signIn(under, "anna");
  await under.database.pool.query("update billers set gateway = 'stripe' where id = 'mgts'");
  await under.database.pool.query("update billers set section = 'additional' where id = 'school-1507'");
});
afterAll(() => under.close());

async function bindAtStripe(wallet?: { readonly kind: string; readonly token: string }): Promise<string> {
  const body = { gateway: "stripe", ...(wallet ? { wallet } : {}) };
  const started = await ask(under, anna, "POST /v1/methods", { body });
  const id = String(started.body["id"]);
  stripe.answers.set(id, "active");
  await ask(under, anna, `POST /v1/methods/${id}/refresh`);
  return id;
}

describe("GET /v1/method-kinds", () => {
  test("names the gateways here and what each kind may do, with the reason in the caller's language", async () => {
    const { status, body } = await ask(under, anna, "GET /v1/method-kinds", {
      headers: { "accept-language": "en" },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      gateways: [
        {
          gateway: "yookassa",
          isDefault: true,
          kinds: [
            {
              kind: "bank_card",
              bindable: true,
              withoutSaving: true,
              payers: ["resident", "organisation"],
              amounts: [{ currency: "RUB", leastMinor: 100, mostMinor: 35_000_000 }],
            },
          ],
        },
        {
          gateway: "stripe",
          isDefault: false,
          kinds: [
            { kind: "bank_card", withoutSaving: false },
            { kind: "apple_pay", wallet: true, notInSections: ["additional"] },
            { kind: "google_pay" },
          ],
        },
      ],
    });
    expect(JSON.stringify(body)).toContain("With this method bills are paid one by one.");
  });
});

describe("my own order", () => {
  test("the first usable one is the default; those left out stay behind; what is not mine is refused", async () => {
    const clara = await signIn(under, "clara");
    const [a, b, d] = [
      await bindCard(under, clara),
      await bindCard(under, clara),
      await bindCard(under, clara),
    ];
    const ids = async () =>
      (
        (await ask(under, clara, "GET /v1/methods")).body["items"] as { id: string; isDefault: boolean }[]
      ).map(({ id, isDefault }) => [id, isDefault]);
    expect(await ids()).toEqual([
      [a, true],
      [b, false],
      [d, false],
    ]);
    const ordered = await ask(under, clara, "POST /v1/methods/order", { body: { order: [d] } });
    expect(ordered.status).toBe(200);
    expect(await ids()).toEqual([
      [d, true],
      [a, false],
      [b, false],
    ]);
    const foreign = await bindCard(under, anna);
    const refused = await ask(under, clara, "POST /v1/methods/order", { body: { order: [b, foreign] } });
    expect([refused.status, refused.body["code"]]).toEqual([422, "method-not-active"]);
    expect(await ids()).toEqual([
      [d, true],
      [a, false],
      [b, false],
    ]);
    await ask(under, clara, `DELETE /v1/methods/${d}`);
    expect(await ids()).toEqual([
      [a, true],
      [b, false],
    ]);
  });
});

describe("what may pay what", () => {
  test("a card of one gateway neither pays nor stands in a mandate of a biller of another", async () => {
    const card = await bindCard(under, anna);
    const wish = mandateWish([card], { billerId: "mgts", account: "5550001" });
    const mandate = await createMandate(under, anna, wish);
    expect([mandate.status, mandate.body["code"]]).toEqual([422, "method-at-another-gateway"]);
    expect(mandate.body["errors"]).toMatchObject([
      { field: "methods[0]", code: "method-at-another-gateway" },
    ]);
    const atStripe = await bindAtStripe();
    const good = await createMandate(
      under,
      anna,
      mandateWish([atStripe], { billerId: "mgts", account: "5550001" }),
    );
    expect(good.status).toBe(201);
    const widened = await ask(under, anna, `PATCH /v1/mandates/${String(good.body["id"])}`, {
      body: { methods: [atStripe, card], consent: { text: "ok", locale: "en", version: "1" } },
    });
    expect([widened.status, widened.body["errors"]]).toMatchObject([422, [{ field: "methods[1]" }]]);
  });

  test("a phone account is refused for a mandate with its reason, whoever saved it", async () => {
    const card = await bindCard(under, anna);
    await under.database.pool.query("update methods set kind = 'mobile_balance' where id = $1", [card]);
    await under.database.pool.query(
      "update billers set allowed_methods = '{bank_card,mobile_balance}' where id = 'gorod-zhkh'",
    );
    const refused = await createMandate(under, anna, mandateWish([card], { account: "5550002" }));
    expect([refused.status, refused.body["code"]]).toEqual([422, "confirmed-each-time"]);
    expect(refused.text).toContain("СМС");
  });

  test("Apple Pay pays nothing of additional payments", async () => {
    await under.database.pool.query("update billers set gateway = 'stripe' where id = 'school-1507'");
    const wallet = await bindAtStripe({ kind: "apple_pay", token: walletToken });
    const wish = mandateWish([wallet], { billerId: "school-1507", account: "5550003" });
    expect((await createMandate(under, anna, wish)).body["code"]).toBe("not-in-section");
  });

  test("a card that was bound for own payments only stands in no mandate", async () => {
    const started = await ask(under, anna, "POST /v1/methods", { body: { uses: ["pay-now"] } });
    const id = String(started.body["id"]);
    yookassa.answers.set(id, "active");
    await ask(under, anna, `POST /v1/methods/${id}/refresh`);
    const refused = await createMandate(under, anna, mandateWish([id], { account: "5550004" }));
    expect(refused.body["code"]).toBe("use-not-consented");
  });

  test("paying without a method is refused where the gateway has no place to type a card", async () => {
    const billId = await oweBill(under, anna, { account: "5550005" });
    await under.database.pool.query("update billers set gateway = 'stripe' where id = 'gorod-zhkh'");
    const amount = { amountMinor: 512_345, currency: "RUB" };
    const refused = await ask(under, anna, "POST /v1/payments", { body: { billId, methodId: null, amount } });
    expect([refused.status, refused.body["code"]]).toEqual([422, "method-needed"]);
    const choice = await ask(under, anna, `GET /v1/method-choice?billId=${billId}&use=pay-now`);
    expect(choice.body).toMatchObject({ gateway: "stripe", canEnterCard: false, canBindCard: true });
    const items = choice.body["items"] as {
      allowed: boolean;
      method: { gateway: string };
      whyNot: { code: string; detail: string }[];
    }[];
    expect(items.every(({ allowed, method }) => allowed === (method.gateway === "stripe"))).toBe(true);
    expect(items.flatMap(({ whyNot }) => whyNot.map(({ code }) => code))).toContain(
      "method-at-another-gateway",
    );
    await under.database.pool.query("update billers set gateway = 'yookassa' where id = 'gorod-zhkh'");
    expect((await ask(under, anna, `GET /v1/method-choice?billId=${billId}&use=pay-now`)).body).toMatchObject(
      { canEnterCard: true },
    );
  });

  test.each([
    ["neither bill nor biller", "use=pay-now", 422],
    ["both", "billId=KV-0000-0000-0000&billerId=mgts&use=pay-now", 422],
    ["no use", "billerId=mgts", 422],
    ["a bill of nobody", "billId=KV-0000-0000-0000&use=pay-now", 404],
    ["an unknown biller", "billerId=nobody&use=mandate", 422],
  ])("%s: a choice about nothing is refused", async (_, query, status) => {
    expect((await ask(under, anna, `GET /v1/method-choice?${query}`)).status).toBe(status);
  });
});

test("the withdrawal is asked, done and proved at one address, and says the same each time", async () => {
  const boris = await signIn(under, "boris");
  const [first, second] = [await bindCard(under, boris), await bindCard(under, boris)];
  const stops = await createMandate(under, boris, mandateWish([first], { account: "600" }));
  const goesOn = await createMandate(under, boris, mandateWish([first, second], { account: "601" }));
  const path = `/v1/methods/${first}/withdrawal`;
  const follows = [
    { mandate: stops.body["id"], account: "600", outcome: "stops", next: null },
    { mandate: goesOn.body["id"], account: "601", outcome: "goes-on", next: "Bank card *4477" },
  ];
  const before = await ask(under, boris, `GET ${path}`);
  expect(before.body).toMatchObject({ stoppedAt: null, follows, sentAfter: 0, lastSentAt: null });
  const stop = await ask(under, boris, `DELETE /v1/methods/${first}`);
  expect(stop.body).toMatchObject({ follows, inFlight: [], sentAfter: 0 });
  const after = await ask(under, boris, `GET ${path}`);
  expect(after.body).toMatchObject({
    stoppedAt: stop.body["stoppedAt"],
    sentAfter: 0,
    follows: [
      { outcome: "stops", state: "paused" },
      { outcome: "goes-on", state: "active" },
    ],
  });
  expect((await ask(under, anna, `GET ${path}`)).status).toBe(404);
});
