import { createECDH } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVICE_TERMS } from "../../words/service-terms.ts";
import {
  type ApiUnderTest,
  ask,
  countRows,
  type Person,
  signIn,
  startApi,
} from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish, oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi({ trustedProxies: ["10.0.0.0/8"] });
});
afterAll(() => under.close());

const { version } = SERVICE_TERMS;

/** Every address that the document declares for a person who is signed in, operators' own and the page's own left out. */
async function residentRoutes(): Promise<readonly string[]> {
  const { paths } = (await ask(under, null, "GET /openapi.json")).body as {
    paths: Record<string, Record<string, { security?: unknown }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // an empty list: for whoever holds a link, signed in or not
      .filter(([, { security }]) => Array.isArray(security) && security.length > 0)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
}

/** A browser that could be told of something. */
const browser = {
  endpoint: "https://push.example.org/send/1",
  keys: {
    p256dh: createECDH("prime256v1").generateKeys("base64url"),
    auth: Buffer.alloc(16, 1).toString("base64url"),
  },
};

/** What has to work before the terms, and what has no terms. */
const WITHOUT_TERMS = new Set([
  "GET /v1/me",
  "POST /v1/me/terms",
  "GET /v1/me/sessions",
  "DELETE /v1/me/sessions",
  "DELETE /v1/me/sessions/{id}",
  "POST /v1/me/sessions",
  "GET /v1/me/session",
  "DELETE /v1/me/session",
  "GET /v1/billers",
  "GET /v1/billers/{id}",
  "GET /v1/categories",
  "GET /v1/method-kinds",
  "GET /v1/webhook-events",
  // what a text may be: nothing is looked up or kept
  "POST /v1/identify",
  "POST /v1/payment-qr",
  "POST /v1/payment-qr/picture",
  "GET /v1/me/export",
  "DELETE /v1/me",
]);

test("before the terms are accepted nothing of a resident's works, and nothing is written", async () => {
  const anna = await signIn(under, "anna-before", { beforeTerms: true });
  const before = await countRows(under);
  const bodies: Record<string, unknown> = {
    "POST /v1/accounts": { billerId: "gorod-zhkh", account: "1" },
    "POST /v1/mandates": mandateWish(["KV-0000-0000-0000"]),
    "PATCH /v1/mandates/{id}": { overLimit: "ask" },
    "POST /v1/methods/order": { order: ["KV-0000-0000-0000"] },
    "POST /v1/payments": { billId: "KV-0000-0000-0000", amount: { amountMinor: 1, currency: "RUB" } },
    "POST /v1/payments/{id}/confirm": { amount: { amountMinor: 1, currency: "RUB" } },
    "POST /v1/bills/look-up": { kind: "sts", text: "9942123456" },
    "POST /v1/bills/added": { uin: "18810192085432512349" },
    "POST /v1/templates": { name: "Flat", billId: "KV-0000-0000-0000", amount: "due" },
    "PATCH /v1/templates/{id}": { name: "House" },
    "POST /v1/templates/{id}/payments": { amount: { amountMinor: 1, currency: "RUB" } },
    "PATCH /v1/me": { locale: "en" },
    "POST /v1/me/email": { address: "anna@city.example" },
    "POST /v1/me/email/proof": { code: "x".repeat(43) },
    "POST /v1/me/identifiers": { text: "9942123456", kind: "sts" },
    "PATCH /v1/me/identifiers/{id}": { label: "my car" },
    "POST /v1/me/push-devices": browser,
    "PATCH /v1/me/push-devices": { amountsShown: true },
    "PUT /v1/me/notifications": { digestAt: "18:00" },
    "PUT /v1/me/notifications/choices": { choices: [{ topic: "bills", channel: "email", choice: "off" }] },
    "PUT /v1/me/notifications/choices/{topic}/{channel}": { choice: "off" },
    "POST /v1/me/notifications/tests": { channel: "email" },
    "POST /v1/me/notifications/mutes": { kind: "bill", id: "KV-0000-0000-0000" },
  };
  // operators' own, and those of a biller's files
  const others = /\/v1\/operator\/|\/registry-files/;
  const routes = (await residentRoutes()).filter((line) => !others.test(line) && !WITHOUT_TERMS.has(line));
  expect(routes.length).toBeGreaterThan(20);
  for (const line of routes) {
    const query = line === "GET /v1/method-choice" ? "?billerId=gorod-zhkh&use=pay-now" : "";
    const path = line
      .replace("{id}", "KV-0000-0000-0000")
      .replace("{topic}", "bills")
      .replace("{channel}", "email")
      .replace("{kind}", "bill");
    const answer = await ask(under, anna, path + query, {
      body: bodies[line],
    });
    expect([line, answer.status, answer.body["code"]]).toEqual([line, 403, "terms-not-accepted"]);
  }
  expect(await countRows(under)).toEqual(before);
});

test("an acceptance keeps edition, language, hash of the text, time, address and device, for ever", async () => {
  const anna = await signIn(under, "anna-accepts", { beforeTerms: true });
  const text = await ask(under, null, "GET /v1/terms?locale=en");
  expect(text.body).toMatchObject({ version, locale: "en", title: SERVICE_TERMS.en.title });
  const accepted = await ask(under, anna, "POST /v1/me/terms", {
    body: { version, locale: "en" },
    from: "10.0.0.1",
    headers: { "x-forwarded-for": "203.0.113.50", "user-agent": "Device/1.0" },
  });
  expect(accepted).toMatchObject({ status: 201, body: { version, textHash: text.body["textHash"] } });
  const me = await ask(under, anna, "GET /v1/me");
  expect(me.body).toMatchObject({ terms: { current: version, accepted: version } });
  const { rows } = await under.database.pool.query("select * from terms_acceptances where resident_id = $1", [
    me.body["id"],
  ]);
  expect(rows).toEqual([
    expect.objectContaining({
      version,
      locale: "en",
      text_hash: SERVICE_TERMS.en.hash,
      ip: "203.0.113.50",
      user_agent: "Device/1.0",
      accepted_at: expect.any(String),
    }),
  ]);
  for (const change of ["update terms_acceptances set version = 'x'", "delete from terms_acceptances"]) {
    await expect(under.database.pool.query(change)).rejects.toMatchObject({ code: "23001" });
  }
  expect((await ask(under, anna, "GET /v1/bills")).status).toBe(200);
});

test("another edition than today's is not accepted", async () => {
  const anna = await signIn(under, "anna-late", { beforeTerms: true });
  const answer = await ask(under, anna, "POST /v1/me/terms", { body: { version: "2020-01", locale: "ru" } });
  expect(answer).toMatchObject({ status: 409, body: { code: "terms-changed" } });
  expect((await ask(under, anna, "GET /v1/me")).body).toMatchObject({ id: null, terms: { accepted: null } });
});

test("after a new edition one reads and stops as before, and permits nothing new until it is accepted", async () => {
  const anna: Person = await signIn(under, "anna-old");
  const billId = await oweBill(under, anna);
  const card = await bindCard(under, anna);
  const mandate = await createMandate(under, anna, mandateWish([card]));
  await under.database.pool.query("update residents set terms_version = 'older' where subject = $1", [
    "anna-old",
  ]);
  const amount = { amountMinor: 512_345, currency: "RUB" };
  const refused = [
    await ask(under, anna, "POST /v1/payments", { body: { billId, amount } }),
    await createMandate(under, anna, mandateWish([card], { account: "2" })),
    await ask(under, anna, "POST /v1/methods"),
    await ask(under, anna, `POST /v1/mandates/${String(mandate.body["id"])}/resume`),
  ];
  expect(refused.map(({ body }) => body["code"])).toEqual(refused.map(() => "terms-not-accepted"));
  expect((await ask(under, anna, "GET /v1/mandates")).body["items"]).toHaveLength(1);
  expect((await ask(under, anna, `POST /v1/mandates/${String(mandate.body["id"])}/cancel`)).status).toBe(200);
  expect((await ask(under, anna, `DELETE /v1/methods/${card}`)).status).toBe(200);
  await ask(under, anna, "POST /v1/me/terms", { body: { version, locale: "ru" } });
  expect((await ask(under, anna, "POST /v1/methods")).status).toBe(201);
});

test("what a resident chose here is theirs: the provider's next word changes only the rest", async () => {
  const anna = await signIn(under, "anna-chooses");
  const chosen = await ask(under, anna, "PATCH /v1/me", {
    body: { locale: "en", zone: "Asia/Yekaterinburg" },
  });
  expect(chosen).toMatchObject({ status: 200, body: { locale: "en", zone: "Asia/Yekaterinburg" } });
  const token = await under.identity.token({
    sub: "anna-chooses",
    name: "Anna of another name",
    email: "new@city.example",
    email_verified: true,
    locale: "ru",
    zoneinfo: "Europe/Moscow",
    roles: ["resident"],
  });
  expect((await ask(under, { token, subject: "anna-chooses" }, "GET /v1/me")).body).toMatchObject({
    name: "Anna of another name",
    email: "new@city.example",
    locale: "en",
    zone: "Asia/Yekaterinburg",
  });
  const wrong = await ask(under, anna, "PATCH /v1/me", { body: { zone: "Moon/Crater" } });
  expect(wrong.body).toMatchObject({ status: 422, errors: [{ field: "zone", code: "zone-unknown" }] });
});
