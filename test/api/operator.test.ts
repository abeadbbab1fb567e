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
  const underWay = await challenge(under, await startPayment("2-sent"));
  const hold = { scope: "biller", scopeId: "gorod-zhkh", reason: "проверка реквизитов" };
  const placed = await ask(under, olga, "POST /v1/operator/holds", { body: hold });
  expect(placed.status).toBe(201);
  const since = placed.body["placedAt"];
  expect(placed.body).toMatchObject({ ...hold, placedAt: expect.stringMatching(/Z$/), stoppedAt: since });
  expect(placed.body, "what was under way is listed").toMatchObject({
    inFlightTotal: 1,
    inFlight: [
      {
        charge: underWay,
        state: "challenged",
        amount,
        payee: "Городские коммунальные услуги (демо)",
        voiding: false,
      },
    ],
  });
  await expect(challenge(under, paymentId)).rejects.toThrow('"check":"holds"');
  expect((await ask(under, olga, "GET /v1/operator/holds")).body).toMatchObject({ items: [hold] });
  const lifted = await ask(under, olga, "DELETE /v1/operator/holds/biller/gorod-zhkh");
  expect([lifted.status, lifted.body]).toEqual([
    200,
    {
      scope: "biller",
      scopeId: "gorod-zhkh",
      rate: 60,
      hold: { ...hold, placedBy: expect.any(String), placedAt: since },
    },
  ]);
  const now = await ask(under, olga, "GET /v1/operator/holds");
  expect(now.body, "what it releases, and how fast").toMatchObject({
    items: [],
    releases: [{ scope: "biller", scopeId: "gorod-zhkh", perMinute: 60, admitted: 0, waiting: 0 }],
  });
  const faster = await ask(under, olga, "DELETE /v1/operator/holds/biller/gorod-zhkh?rate=unlimited");
  expect(faster.body, "the rate of a release is changed").toMatchObject({ rate: "unlimited", hold: null });
  expect((await ask(under, olga, "DELETE /v1/operator/holds/biller/gorod-zhkh")).status).toBe(404);
  const next = await startPayment("3");
  await expect(challenge(under, next)).resolves.toContain(next);
  const everything = await ask(under, olga, "POST /v1/operator/holds", {
    body: { scope: "all", reason: "учения" },
  });
  expect(everything.body).toMatchObject({ scope: "all", scopeId: null });
  const slowly = await ask(under, olga, "DELETE /v1/operator/holds/all?rate=5");
  expect(slowly.body).toMatchObject({ scope: "all", scopeId: null, rate: 5 });
  expect((await ask(under, olga, "DELETE /v1/operator/holds/all?rate=unlimited")).status).toBe(200);
});

test.each(["0", "-1", "1.5", "soon", "", "100001"])("422 for a release at the rate of “%s”", async (rate) => {
  const answer = await ask(under, olga, `DELETE /v1/operator/holds/all?rate=${rate}`);
  expect([answer.status, answer.body["errors"]]).toEqual([422, [expect.objectContaining({ field: "rate" })]]);
});

test("a release admits as fast as this deployment is configured, where nobody says more", async () => {
  const slow = await startApi({ releasePerMinute: 3 });
  const operator = await signIn(slow, "olga", { roles: ["operator"] });
  await ask(slow, operator, "POST /v1/operator/holds", { body: { scope: "all", reason: "учения" } });
  expect((await ask(slow, operator, "DELETE /v1/operator/holds/all")).body).toMatchObject({ rate: 3 });
  await slow.close();
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

test("a step of the clock goes no further than the next thing that is to happen, and not at all over what is due", async () => {
  const own = await startApi();
  const operator = await signIn(own, "olga", { roles: ["operator"] });
  await ask(own, operator, "GET /v1/me");
  const stand = await ask(own, operator, "GET /v1/operator/clock");
  const from = Date.parse(String(stand.body["businessNow"]));
  const until = new Date(from + 40 * 86_400_000).toISOString();
  const { rows } = await own.database.pool.query<{ id: string }>(
    `insert into notifications (dedupe_key, event_key, event, resident_id, channel, subject_id, args, locale, preference, legal_minimum, state, message_id, due_at)
       select 'of-the-clock', 'of-the-clock', 'reminder', id, 'email', id, '{}', 'ru', '{}', false, 'queued', 'of-the-clock', business_now() + interval '3 days'
       from residents limit 1 returning id`,
  );
  expect((await ask(own, operator, "GET /v1/operator/clock")).body["next"]).toMatchObject({
    kind: "message",
    id: rows[0]?.id,
  });
  const step = () => ask(own, operator, "POST /v1/operator/clock/steps", { body: { until } });
  const stopped = await step();
  expect([stopped.status, stopped.body["arrived"]]).toEqual([200, false]);
  const days = (Date.parse(String(stopped.body["businessNow"])) - from) / 86_400_000;
  expect([days > 2.9, days < 3.1]).toEqual([true, true]);
  // nobody sends messages in this test: the clock stays, and names the one that is due
  const stuck = await step();
  expect(stuck.body["waitingFor"]).toEqual([expect.objectContaining({ kind: "message", id: rows[0]?.id })]);
  await own.database.pool.query("delete from notifications where id = $1", [rows[0]?.id]);
  expect((await step()).body["arrived"]).toBe(false);
  expect((await step()).body["arrived"]).toBe(true);
  await own.close();
  const live = await startApi({ livemode: true });
  const liveOlga = await signIn(live, "olga", { roles: ["operator"] });
  expect((await ask(live, liveOlga, "GET /v1/operator/clock")).status).toBe(404);
  expect((await ask(live, liveOlga, "POST /v1/operator/clock/steps", { body: { until } })).status).toBe(404);
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
