import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followWithdrawals } from "../../db/queries/sweeping.ts";
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
let anna: Person;
let card: string;
let account = 9_000;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  card = await bindCard(under, anna);
});
afterAll(() => under.close());

function wish(change: Record<string, unknown> = {}) {
  account += 1;
  return mandateWish([card], { account: String(account), ...change });
}

async function query<Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> {
  return (await under.database.pool.query<Row>(text, values)).rows;
}

test("201: an active mandate; consent, account, message and words to planner and Temporal in one go", async () => {
  const billId = await oweBill(under, anna, { account: "9500" });
  const answer = await createMandate(
    under,
    anna,
    mandateWish([card], { account: "9500", externalId: "crm-7" }),
  );
  const id = String(answer.body["id"]);
  expect(answer.status).toBe(201);
  expect(answer.headers.get("location")).toBe(`/v1/mandates/${id}`);
  expect(answer.body).toMatchObject({
    state: "active",
    version: 1,
    biller: { id: "gorod-zhkh", category: "housing" },
    terms: {
      methods: [card],
      noticePack: "demo",
      zone: "Europe/Moscow",
      limitPerPayment: { amountMinor: 1_000_000 },
    },
    upcoming: [],
    externalId: "crm-7",
    livemode: false,
  });
  const [consent] = await query<Record<string, unknown>>("select * from consents where mandate_id = $1", id);
  expect(consent).toMatchObject({
    text: "Я согласна",
    text_hash: createHash("sha256").update("Я согласна").digest("hex"),
    locale: "ru",
    version: 1,
    ip: "203.0.113.9",
  });
  expect(
    await query("select kind, subject_id from outbox where subject_id = any($1) order by id", [id, billId]),
  ).toEqual([
    { kind: "plan-bill", subject_id: billId },
    { kind: "start-mandate", subject_id: id },
    { kind: "plan-bill", subject_id: billId },
  ]);
  expect(await query("select event, state from notifications where subject_id = $1", id)).toEqual([
    { event: "mandate-created", state: "queued" },
  ]);
  const bill = await ask(under, anna, `GET /v1/bills/${billId}`);
  expect(bill.body).toMatchObject({ mandateId: id });
});

test("409 for a second living mandate of one payer and account, also when both come at once", async () => {
  const twice = wish();
  const answers = await Promise.all([1, 2, 3].map(() => createMandate(under, anna, twice)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: "mandate-overlap" });
});

test("a refused mandate leaves nothing behind but its look-up, not even the connected account", async () => {
  const lookUps = { audit: expect.anything(), rate_limits: expect.anything() };
  const before = await countRows(under);
  expect((await createMandate(under, anna, wish({ methods: ["KV-0000-0000-0000"] }))).status).toBe(422);
  expect(await countRows(under)).toEqual({ ...before, ...lookUps });
});

test("narrower terms work at once; wider ones need a consent; each is a version of its own", async () => {
  const { body } = await createMandate(under, anna, wish());
  const path = `PATCH /v1/mandates/${String(body["id"])}`;
  const limit = (amountMinor: number) => ({ limitPerPayment: { amountMinor, currency: "RUB" } });
  const narrowed = await ask(under, anna, path, { body: limit(500_000) });
  expect(narrowed.body).toMatchObject({ version: 2, terms: { limitPerPayment: { amountMinor: 500_000 } } });
  const before = await countRows(under);
  const refused = await ask(under, anna, path, { body: limit(900_000) });
  expect(refused.body).toMatchObject({
    status: 422,
    code: "consent-missing",
    errors: [{ field: "consent" }],
  });
  expect(await countRows(under)).toEqual(before);
  const consent = { text: "Согласна на больший лимит", locale: "ru", version: "2026-01" };
  const widened = await ask(under, anna, path, { body: { ...limit(900_000), consent } });
  expect(widened.body).toMatchObject({ version: 3, terms: { limitPerPayment: { amountMinor: 900_000 } } });
  expect(
    await query(
      "select version, narrowing from mandate_versions where mandate_id = $1 order by version",
      body["id"],
    ),
  ).toEqual([
    { version: 1, narrowing: false },
    { version: 2, narrowing: true },
    { version: 3, narrowing: false },
  ]);
  const same = await ask(under, anna, path, { body: limit(900_000) });
  expect(same.body).toMatchObject({ version: 3 });
});

test("pause, resume, cancel: a stop says when and what is under way; resuming revives nothing; ended is final", async () => {
  const { body } = await createMandate(under, anna, wish());
  const path = `/v1/mandates/${String(body["id"])}`;
  const until = "2030-01-01T00:00:00+03:00";
  const paused = await ask(under, anna, `POST ${path}/pause`, { body: { until, why: "отпуск" } });
  expect(paused.body).toMatchObject({
    mandate: { state: "paused", pausedBy: "payer", pausedUntil: "2029-12-31T21:00:00.000Z", why: "отпуск" },
    inFlight: [],
  });
  const again = await ask(under, anna, `POST ${path}/pause`, { body: { until } });
  expect(again.body["stoppedAt"]).toBe(paused.body["stoppedAt"]);
  const resumed = await ask(under, anna, `POST ${path}/resume`);
  expect(resumed.body).toMatchObject({ mandate: { state: "active", pausedUntil: null }, inFlight: [] });
  const cancelled = await ask(under, anna, `POST ${path}/cancel`);
  expect(cancelled.body).toMatchObject({ mandate: { state: "ended", why: "cancelled" } });
  for (const line of [`POST ${path}/resume`, `POST ${path}/pause`]) {
    expect((await ask(under, anna, line)).body).toMatchObject({ status: 409, code: "mandate-ended" });
  }
  const edited = await ask(under, anna, `PATCH ${path}`, { body: { overLimit: "skip" } });
  expect(edited.body).toMatchObject({ status: 409, code: "mandate-ended" });
  expect((await ask(under, anna, `POST ${path}/cancel`)).status).toBe(200);
});

test("a pause by an operator is not the payer's to end", async () => {
  const { body } = await createMandate(under, anna, wish());
  await query("select stop_mandate($1, null, 'pause', null, 'checked', 'operator')", body["id"]);
  const answer = await ask(under, anna, `POST /v1/mandates/${String(body["id"])}/resume`);
  expect(answer.body).toMatchObject({ status: 409, code: "move-not-allowed" });
});

test("cancelling closes what was planned at once and lists the debit that is under way", async () => {
  const own = wish();
  const { body } = await createMandate(under, anna, own);
  const id = String(body["id"]);
  const planned = await plannedDebit(id, await oweBill(under, anna, { account: own.account }));
  const running = await plannedDebit(
    id,
    await oweBill(under, anna, { account: own.account, period: "2026-04" }),
  );
  await charge(running);
  const upcoming = await ask(under, anna, `GET /v1/mandates/${id}`);
  expect((upcoming.body["upcoming"] as unknown[]).length).toBe(2);
  const stop = await ask(under, anna, `POST /v1/mandates/${id}/cancel`, { body: { why: "переезд" } });
  expect(stop.body).toMatchObject({
    mandate: { state: "ended", why: "переезд", upcoming: [{ paymentId: running, state: "charging" }] },
    inFlight: [{ payment: running, charge: `${running}-1`, state: "sending", method: "Bank card *4477" }],
  });
  expect((await ask(under, anna, `GET /v1/payments/${planned}`)).body).toMatchObject({
    state: "closed",
    outcome: "stopped",
  });
});

test("the demo pack is refused with real money", async () => {
  const live = await startApi({ livemode: true });
  const person = await signIn(live, "anna");
  const method = await bindCard(live, person);
  const answer = await createMandate(live, person, mandateWish([method]));
  expect(answer.body).toMatchObject({
    status: 422,
    code: "notice-pack-refused",
    errors: [{ field: "noticePack" }],
  });
  await live.close();
});

/** A debit that the planner wrote, with its notice. */
async function plannedDebit(mandateId: string, billId: string): Promise<string> {
  const [row] = await query<{ id: string }>(
    `select plan_write($2, jsonb_build_object('do', 'pay', 'residentId', m.resident_id, 'mandateId', m.id, 'mandateVersion', m.version,
       'methodId', $3::text, 'gateway', 'yookassa', 'amountMinor', (select bill_due(b) from bills b where b.id = $2), 'plannedOn', k.planned_on, 'notBefore', k.not_before, 'notAfter', k.not_after,
       'giveUpAt', now() + interval '10 days')) ->> 'paymentId' as id
     from mandates m join mandate_versions v on v.mandate_id = m.id and v.version = m.version
     cross join lateral notice_clock(v.terms->'noticePack', business_now(), 'Europe/Moscow') k where m.id = $1`,
    mandateId,
    billId,
    card,
  );
  return row?.id ?? "";
}

/** Accepts the notice, lets its clock run out and passes the gate: a transmission is under way. */
async function charge(paymentId: string): Promise<void> {
  await query("select accept_notice(id, 'email') from notices where payment_id = $1", paymentId);
  await query(
    "update notices set not_before = business_now() - interval '1 second' where payment_id = $1",
    paymentId,
  );
  const [row] = await query<{ verdict: { verdict: string } }>(
    `select gate(jsonb_build_object('paymentId', y.id, 'chargeId', y.id || '-1', 'ordinal', 1, 'initiatedBy', 'mit', 'methodId', y.method_id,
       'noticeId', n.id, 'amountMinor', y.amount_minor, 'currency', y.currency, 'gateway', y.gateway, 'merchantAccount', '100500',
       'requestHash', 'h'), null) as verdict
     from payments y join notices n on n.payment_id = y.id where y.id = $1`,
    paymentId,
  );
  expect(row?.verdict).toMatchObject({ verdict: "passed" });
}

test("a pause for want of a card ends by a new card with consent, and by nothing else", async () => {
  const first = await bindCard(under, anna);
  const { body } = await createMandate(under, anna, { ...wish(), methods: [first] });
  const path = `/v1/mandates/${String(body["id"])}`;
  await under.database.pool.query("update methods set state = 'unusable' where id = $1", [first]);
  await followWithdrawals(under.database.db);
  expect((await ask(under, anna, `GET ${path}`)).body).toMatchObject({ state: "paused", pausedBy: "system" });
  expect((await ask(under, anna, `POST ${path}/resume`)).status).toBe(409);
  const second = await bindCard(under, anna);
  const consent = { text: "Согласна на другую карту", locale: "ru", version: "2026-01" };
  const edited = await ask(under, anna, `PATCH ${path}`, { body: { methods: [second], consent } });
  expect(edited.body).toMatchObject({ state: "active", version: 2 });
});
