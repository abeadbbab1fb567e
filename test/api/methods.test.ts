import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, challenge, createMandate, mandateWish, oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

test("201: a binding waits for the payer at the bank and knows the way back", async () => {
  const started = await ask(under, anna, "POST /v1/methods", {
    body: { locale: "en", returnPath: "/mandates/new?step=2" },
  });
  expect(started.status).toBe(201);
  const id = String(started.body["id"]);
  expect(started.body).toMatchObject({
    state: "binding",
    confirmationUrl: `https://bank.example/bind/${id}`,
    returnPath: "/mandates/new?step=2",
    mandates: [],
  });
  const looked = await ask(under, anna, `GET /v1/methods/${id}?refresh=true`);
  expect(looked.body).toMatchObject({ state: "binding" });
  under.gateway.answers.set(id, "active");
  expect((await ask(under, anna, `GET /v1/methods/${id}`)).body).toMatchObject({ state: "binding" });
  const bound = await ask(under, anna, `GET /v1/methods/${id}?refresh=true`);
  expect(bound.body).toMatchObject({
    state: "active",
    last4: "4477",
    confirmationUrl: null,
    title: "Bank card *4477",
  });
});

test("what the payer read about saving the card is kept word by word, once", async () => {
  const consent = { text: "You save a card.", locale: "en", version: "binding-2026-11" };
  const { body } = await ask(under, anna, "POST /v1/methods", { body: { consent } });
  const { rows } = await under.database.pool.query(
    "select text, locale, mandate_id, sign_in from consents where method_id = $1",
    [body["id"]],
  );
  expect(rows).toEqual([
    { text: "You save a card.", locale: "en", mandate_id: null, sign_in: "oidc; text binding-2026-11" },
  ]);
});

test("the token is sealed, is nowhere in an answer, and the owner is told once", async () => {
  const id = await bindCard(under, anna);
  await Promise.all([1, 2, 3].map(() => ask(under, anna, `POST /v1/methods/${id}/refresh`)));
  const { rows } = await under.database.pool.query<{ token: Buffer; told: number }>(
    "select token, (select count(*) from notifications where subject_id = m.id) as told from methods m where id = $1",
    [id],
  );
  expect(rows[0]?.told).toBe(1);
  expect(rows[0]?.token.toString("latin1")).not.toContain("token-of");
  expect(under.sealer.open(rows[0]?.token ?? Buffer.alloc(0), id).toString()).toBe(`token-of-${id}`);
  expect((await ask(under, anna, `GET /v1/methods/${id}`)).text).not.toContain("token");
});

test("a binding that failed at the bank is withdrawn and says why", async () => {
  const { body } = await ask(under, anna, "POST /v1/methods");
  under.gateway.answers.set(String(body["id"]), "failed");
  const failed = await ask(under, anna, `POST /v1/methods/${String(body["id"])}/refresh`);
  expect(failed.body).toMatchObject({ state: "withdrawn", reason: "binding-failed", confirmationUrl: null });
});

test("502 when the gateway refuses to begin a binding", async () => {
  const original = under.gateway.gateway.startBinding;
  Object.assign(under.gateway.gateway, {
    startBinding: async () => ({ kind: "refused", code: "invalid_request", detail: "no" }),
  });
  const answer = await ask(under, anna, "POST /v1/methods");
  Object.assign(under.gateway.gateway, { startBinding: original });
  expect([answer.status, answer.body["code"]]).toEqual([502, "gateway-refused"]);
});

test("withdrawing is a stop: it lists the charge under way and the mandates, which pause", async () => {
  const billId = await oweBill(under, anna, { account: "100" });
  const methodId = await bindCard(under, anna);
  const mandate = await createMandate(under, anna, mandateWish([methodId], { account: "101" }));
  const paying = ask(under, anna, "POST /v1/payments", {
    body: { billId, methodId, amount: { amountMinor: 512_345, currency: "RUB" } },
  });
  await expect
    .poll(
      async () =>
        (await under.database.pool.query("select 1 from payments where bill_id = $1", [billId])).rowCount,
    )
    .toBe(1);
  const { rows } = await under.database.pool.query<{ id: string }>(
    "select id from payments where bill_id = $1",
    [billId],
  );
  const chargeId = await challenge(under, rows[0]?.id ?? "");
  await paying;
  const stop = await ask(under, anna, `DELETE /v1/methods/${methodId}`);
  expect(stop.status).toBe(200);
  expect(stop.body).toMatchObject({
    methodId,
    mandates: [mandate.body["id"]],
    inFlight: [
      {
        payment: rows[0]?.id,
        charge: chargeId,
        amount: { amountMinor: 512_345, currency: "RUB" },
        payee: "Городские коммунальные услуги (демо)",
        method: "Bank card *4477",
        state: "challenged",
      },
    ],
  });
  const paused = await ask(under, anna, `GET /v1/mandates/${String(mandate.body["id"])}`);
  expect(paused.body).toMatchObject({ state: "paused", pausedBy: "system", why: "no-method" });
  // the link to the bank goes dark
  const payment = await ask(under, anna, `GET /v1/payments/${rows[0]?.id ?? ""}`);
  expect(payment.body).toMatchObject({ state: "charging", confirmation: null });
  const again = await ask(under, anna, `DELETE /v1/methods/${methodId}`);
  expect(again.body).toMatchObject({ stoppedAt: stop.body["stoppedAt"] });
  expect((await ask(under, anna, "GET /v1/methods")).text).not.toContain(methodId);
});
