import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiProblem, type ClientOptions, createClient } from "../../api/client.ts";
import { type ApiUnderTest, type Person, push, billOf, signIn, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

function clientOf(change: Partial<ClientOptions> = {}, inProcess = false) {
  return createClient({
    baseUrl: "https://pay.city.example",
    token: anna.token,
    fetch: async (request) => under.api.fetch(request, inProcess ? { page: true } : {}),
    ...change,
  });
}

test("the whole road of a resident, by intention", async () => {
  const client = clientOf({ channel: "web" });
  expect((await client.listBillers()).items.map(({ id }) => id)).toContain("gorod-zhkh");
  const account = await client.connectAccount({ billerId: "gorod-zhkh", account: "1", label: "Дом" });
  expect(account).toMatchObject({ biller: { category: "housing" }, label: "Дом" });
  await push(under, billOf({ account: "1" }));
  const [bill] = (await client.listBills({ state: "owed" })).items;
  const card = await client.startBinding({ returnPath: "/methods" });
  under.gateway.answers.set(card.id, "active");
  expect(await client.getMethod(card.id, { refresh: "true" })).toMatchObject({ state: "active" });
  const mandate = await client.createMandate({
    billerId: "gorod-zhkh",
    account: "1",
    methods: [card.id],
    limitPerPayment: "unlimited",
    limitPerPeriod: "unlimited",
    overLimit: "ask",
    lateBill: "ask",
    consent: { text: "да", locale: "ru", version: "1" },
  });
  expect(mandate.terms.noticePack).toBe("RU");
  expect((await client.pauseMandate(mandate.id)).mandate.state).toBe("paused");
  expect((await client.resumeMandate(mandate.id)).mandate.state).toBe("active");
  expect((await client.editMandate(mandate.id, { overLimit: "ask" })).version).toBe(1);
  const payment = await client.payBill({
    billId: bill?.id ?? "",
    methodId: card.id,
    amount: { amountMinor: 512_345, currency: "RUB" },
  });
  expect(payment).toMatchObject({ route: "manual", channel: "web", state: "scheduled" });
  expect((await client.listPayments()).items.map(({ id }) => id)).toEqual([payment.id]);
  expect((await client.getTimeline(payment.id)).items.length).toBeGreaterThan(0);
  expect((await client.cancelMandate(mandate.id)).mandate.state).toBe("ended");
  expect(await client.withdrawMethod(card.id)).toMatchObject({ methodId: card.id, inFlight: [] });
  expect(await client.ready()).toMatchObject({ status: "ready" });
});

test("a problem is thrown with its code, words in the client's language and the fields", async () => {
  const english = clientOf({ locale: "en" });
  const failure = await english
    .connectAccount({ billerId: "nobody", account: "1" })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiProblem);
  expect(failure).toMatchObject({
    status: 422,
    code: "biller-unknown",
    title: "Unknown biller",
    errors: [{ field: "billerId", code: "biller-unknown" }],
  });
  await expect(clientOf().getPayment("KV-0000-0000-0000")).rejects.toMatchObject({
    status: 404,
    code: "payment-not-found",
  });
});

test("an answer that is not the API's own is a problem, not a crash", async () => {
  const behindProxy = clientOf({
    fetch: async () => new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "retry-after": "7" } }),
  });
  await expect(behindProxy.me()).rejects.toMatchObject({
    status: 502,
    code: "unreadable-answer",
    retryAfterSeconds: 7,
  });
  const lying = clientOf({ fetch: async () => new Response("ok") });
  await expect(lying.me()).rejects.toMatchObject({ status: 200, code: "unreadable-answer" });
});

test("the page's word about its payer's address counts only inside the process", async () => {
  const payer = { address: "198.51.100.7", userAgent: "Firefox" };
  const wish = {
    billerId: "mgts",
    limitPerPayment: "unlimited",
    limitPerPeriod: "unlimited",
    overLimit: "ask",
    lateBill: "ask",
    consent: { text: "да", locale: "ru", version: "1" },
  } as const;
  const card = await clientOf().startBinding();
  under.gateway.answers.set(card.id, "active");
  await clientOf().refreshMethod(card.id);
  const believed = await clientOf({ payer }, true).createMandate({
    ...wish,
    methods: [card.id],
    account: "1",
  });
  const claimed = await clientOf({ payer }).createMandate({ ...wish, methods: [card.id], account: "2" });
  const { rows } = await under.database.pool.query(
    "select mandate_id, ip, user_agent from consents order by given_at desc limit 2",
  );
  expect(rows).toEqual([
    expect.objectContaining({ mandate_id: claimed.id, ip: null }),
    { mandate_id: believed.id, ip: "198.51.100.7", user_agent: "Firefox" },
  ]);
});
