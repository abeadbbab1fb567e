import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { challenge, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let olga: Person;
const amount = { amountMinor: 512_345, currency: "RUB" };

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  olga = await signIn(under, "olga", { roles: ["operator"] });
});
afterAll(() => under.close());

async function startPayment(account: string): Promise<string> {
  const billId = await oweBill(under, anna, { account });
  const { body } = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  return String(body["id"]);
}

test("the trial balance is balanced and tells every account; a payment shows its gate and its evidence", async () => {
  const paymentId = await startPayment("1");
  const chargeId = await challenge(under, paymentId);
  await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB", feeMinor: 17_932 });
  const balance = await ask(under, olga, "GET /v1/operator/ledger/trial-balance");
  expect(balance.body).toEqual({
    balanced: true,
    accounts: [
      { account: "biller:gorod-zhkh", currency: "RUB", debitMinor: 0, creditMinor: 512_345 },
      { account: "fees", currency: "RUB", debitMinor: 17_932, creditMinor: 0 },
      { account: "gateway:yookassa:100500", currency: "RUB", debitMinor: 512_345, creditMinor: 17_932 },
    ],
  });
  const seen = await ask(under, olga, `GET /v1/operator/payments/${paymentId}`);
  expect(seen.body).toMatchObject({
    payment: { id: paymentId, state: "paid" },
    gatePasses: [{ chargeId, transmission: 1, checks: { holds: "pass", claim: "pass" } }],
    evidence: [
      { outcome: "challenged", moved: true },
      { outcome: "charged", moved: true },
    ],
  });
  expect((await ask(under, olga, "GET /v1/operator/payments/KV-0000-0000-0000")).status).toBe(404);
});

test("a hold stops the gate from its answer on, is listed, and is lifted", async () => {
  const paymentId = await startPayment("2");
  const hold = { scope: "biller", scopeId: "gorod-zhkh", reason: "проверка реквизитов" };
  const placed = await ask(under, olga, "POST /v1/operator/holds", { body: hold });
  expect(placed.status).toBe(201);
  expect(placed.body).toMatchObject({ ...hold, placedAt: expect.stringMatching(/Z$/) });
  await expect(challenge(under, paymentId)).rejects.toThrow('"check":"holds"');
  expect((await ask(under, olga, "GET /v1/operator/holds")).body).toMatchObject({ items: [hold] });
  const lifted = await ask(under, olga, "DELETE /v1/operator/holds/biller/gorod-zhkh");
  expect([lifted.status, lifted.body["scope"]]).toEqual([200, "biller"]);
  expect((await ask(under, olga, "DELETE /v1/operator/holds/biller/gorod-zhkh")).status).toBe(404);
  const next = await startPayment("3");
  await expect(challenge(under, next)).resolves.toContain(next);
  const everything = await ask(under, olga, "POST /v1/operator/holds", {
    body: { scope: "all", reason: "учения" },
  });
  expect(everything.body).toMatchObject({ scope: "all", scopeId: null });
  expect((await ask(under, olga, "DELETE /v1/operator/holds/all")).status).toBe(200);
});

test("422 for a hold whose scope and id do not fit together", async () => {
  for (const hold of [
    { scope: "all", scopeId: "x", reason: "r" },
    { scope: "biller", reason: "r" },
  ]) {
    const answer = await ask(under, olga, "POST /v1/operator/holds", { body: hold });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ field: "scopeId" }] });
  }
});

test("the city's clock leaps and changes its pace, never backwards; in live mode it does not exist", async () => {
  const now = async () => {
    const { rows } = await under.database.pool.query<{ now: string }>("select business_now() as now");
    return Date.parse(rows[0]?.now ?? "");
  };
  const before = await now();
  const leapt = await ask(under, olga, "POST /v1/operator/clock", {
    body: { advanceSeconds: 86_400, scale: 60 },
  });
  expect(leapt.body).toMatchObject({ scale: 60 });
  expect(Date.parse(String(leapt.body["businessNow"])) - before).toBeGreaterThanOrEqual(86_400_000);
  const back = await ask(under, olga, "POST /v1/operator/clock", { body: { scale: 1 } });
  expect(Date.parse(String(back.body["businessNow"]))).toBeGreaterThanOrEqual(
    Date.parse(String(leapt.body["businessNow"])),
  );
  expect((await ask(under, olga, "POST /v1/operator/clock", { body: { advanceSeconds: -1 } })).status).toBe(
    422,
  );
  const live = await startApi({ livemode: true });
  const answer = await ask(
    live,
    await signIn(live, "olga", { roles: ["operator"] }),
    "POST /v1/operator/clock",
    { body: { advanceSeconds: 1 } },
  );
  expect(answer.status).toBe(404);
  await live.close();
});

test("cases are listed, oldest first, by state", async () => {
  await under.database.pool.query("select open_case('our-fault', 'KV-1', 100, 'RUB', '{\"why\":\"test\"}')");
  const open = await ask(under, olga, "GET /v1/operator/cases?state=open");
  expect(open.body["items"]).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        kind: "our-fault",
        amount: { amountMinor: 100, currency: "RUB" },
        detail: { why: "test" },
      }),
    ]),
  );
  expect((await ask(under, olga, "GET /v1/operator/cases?state=closed")).body).toEqual({
    items: [],
    nextCursor: null,
  });
});
