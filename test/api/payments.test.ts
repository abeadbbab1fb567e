import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type ApiUnderTest,
  ask,
  countRows,
  type Person,
  push,
  billOf,
  signIn,
  startApi,
} from "./support/api-under-test.ts";
import { bindCard, challenge, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let account = 7_701_000_000;

beforeAll(async () => {
  under = await startApi({ firstResultMs: 3_000 });
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

/** Every test has a debt of its own. */
function ownDebt(): Promise<string> {
  account += 1;
  return oweBill(under, anna, { account: String(account) });
}

const amount = { amountMinor: 512_345, currency: "RUB" };

test("202 with Location after three seconds when no worker is there; the payment is planned", async () => {
  const billId = await ownDebt();
  const answer = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  expect(answer.status).toBe(202);
  expect(answer.headers.get("location")).toBe(`/v1/payments/${String(answer.body["id"])}`);
  expect(answer.body).toMatchObject({
    state: "scheduled",
    route: "api",
    channel: "api",
    confirmation: null,
    charges: [],
  });
  const seen = await ask(under, anna, `GET ${answer.headers.get("location") ?? ""}`);
  expect(seen.body).toEqual(answer.body);
});

test("201 with the bank's address as soon as the charge waits for the payer; the address is its owner's only", async () => {
  const billId = await ownDebt();
  const methodId = await bindCard(under, anna);
  const paying = ask(under, anna, "POST /v1/payments", {
    body: { billId, methodId, amount },
    headers: { "x-kvitok-channel": "web" },
  });
  const paymentId = await paymentOf(billId);
  await challenge(under, paymentId);
  const answer = await paying;
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    id: paymentId,
    state: "charging",
    route: "manual",
    channel: "web",
    method: { id: methodId, title: "Bank card *4477" },
    confirmation: { url: "https://bank.example/3ds" },
  });
  const operator = await signIn(under, "olga", { roles: ["operator"] });
  const seen = await ask(under, operator, `GET /v1/operator/payments/${paymentId}`);
  expect(seen.body).toMatchObject({ payment: { id: paymentId, confirmation: null } });
  expect(seen.text).not.toContain("bank.example");
});

test("409 while somebody is paying: the caller's own payment is named, a stranger's is not", async () => {
  const billId = await ownDebt();
  const first = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  const again = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  expect(again.status).toBe(409);
  expect(again.body).toMatchObject({ code: "bill-being-paid", paymentId: first.body["id"] });
  const boris = await signIn(under, "boris");
  await ask(under, boris, "POST /v1/accounts", {
    body: { billerId: "gorod-zhkh", account: String(account) },
  });
  const foreign = await ask(under, boris, "POST /v1/payments", { body: { billId, amount } });
  expect(foreign.status).toBe(409);
  expect(foreign.body["paymentId"]).toBeUndefined();
  expect((await ask(under, boris, `GET /v1/bills/${billId}`)).body).toMatchObject({
    paidByOthers: true,
    payment: null,
  });
});

test("409 and nothing written when the amount is not the bill's", async () => {
  const billId = await ownDebt();
  const before = await countRows(under);
  const answer = await ask(under, anna, "POST /v1/payments", {
    body: { billId, amount: { ...amount, amountMinor: 1 } },
  });
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({
    code: "bill-changed",
    errors: [{ field: "amount", code: "bill-changed" }],
  });
  expect(await countRows(under)).toEqual(before);
});

test("422 for a method that is foreign or not active, and for one the biller does not take", async () => {
  const billId = await ownDebt();
  const boris = await signIn(under, "boris");
  const foreign = await bindCard(under, boris);
  const refused = await ask(under, anna, "POST /v1/payments", {
    body: { billId, methodId: foreign, amount },
  });
  expect(refused.status).toBe(422);
  expect(refused.body).toMatchObject({ errors: [{ field: "methodId", code: "method-not-active" }] });
  const own = await bindCard(under, anna);
  await under.database.pool.query("update methods set kind = 'mobile_balance' where id = $1", [own]);
  const kind = await ask(under, anna, "POST /v1/payments", { body: { billId, methodId: own, amount } });
  expect(kind.body).toMatchObject({
    status: 422,
    errors: [{ field: "methodId", code: "method-not-allowed" }],
  });
});

test("409 for a receipt before the payment is paid, 200 with the true amount afterwards", async () => {
  const billId = await ownDebt();
  const paying = ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  const paymentId = await paymentOf(billId);
  const chargeId = await challenge(under, paymentId);
  await paying;
  const early = await ask(under, anna, `GET /v1/payments/${paymentId}/receipt`);
  expect(early.status).toBe(409);
  expect(early.body).toMatchObject({ code: "not-paid-yet" });
  await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB", feeMinor: 1_000 });
  const receipt = await ask(under, anna, `GET /v1/payments/${paymentId}/receipt`);
  expect(receipt.status).toBe(200);
  expect(receipt.body).toMatchObject({
    paymentId,
    billId,
    amount,
    fee: { amountMinor: 0 },
    chargeId,
    gatewayObjectId: `object-of-${chargeId}`,
    acknowledgement: "awaited",
    payee: { inn: "7700990010" },
  });
  const bill = await ask(under, anna, `GET /v1/bills/${billId}`);
  expect(bill.body).toMatchObject({ state: "paid", payment: { id: paymentId, state: "paid" } });
  const again = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  expect(again.body).toMatchObject({ status: 409, code: "bill-not-owed" });
  const told = (await ask(under, anna, `GET /v1/payments/${paymentId}/timeline`)).body["items"] as {
    what: string;
  }[];
  expect(told.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      "payment.created",
      "instruction.given",
      "gate.passed",
      "evidence.challenged",
      "charge.charged",
    ]),
  );
});

test("a return from the bank asks the workflow and answers what the rows say then; 202 when it cannot be asked", async () => {
  const billId = await ownDebt();
  const paying = ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  const paymentId = await paymentOf(billId);
  const chargeId = await challenge(under, paymentId);
  await paying;
  const unasked = await ask(under, anna, `POST /v1/payments/${paymentId}/return`);
  expect(unasked.status).toBe(202);
  expect(unasked.headers.get("location")).toBe(`/v1/payments/${paymentId}`);
  under.temporal.payerReturned = async (id, deadlineMs) => {
    expect({ id, deadlineMs }).toEqual({ id: paymentId, deadlineMs: 3_000 });
    await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB" });
    return { payment: "paid", charge: "charged" };
  };
  const asked = await ask(under, anna, `POST /v1/payments/${paymentId}/return`);
  under.temporal.payerReturned = async () => "unavailable";
  expect(asked.status).toBe(200);
  expect(asked.body).toMatchObject({ state: "paid", confirmation: null });
});

test("409 for confirming a payment that waits for nobody and for skipping one that no mandate made", async () => {
  const billId = await ownDebt();
  const { body } = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  const paymentId = String(body["id"]);
  const skipped = await ask(under, anna, `POST /v1/payments/${paymentId}/skip`);
  expect(skipped.body).toMatchObject({ status: 409, code: "move-not-allowed" });
  await under.database.pool.query("select close_payment($1, 'gave-up', 'test')", [paymentId]);
  const confirmed = await ask(under, anna, `POST /v1/payments/${paymentId}/confirm`, { body: { amount } });
  expect(confirmed.body).toMatchObject({ status: 409, code: "payment-waits-for-nobody" });
});

test("a payer meets a need; a second device gets the same confirmation, and one charge is made", async () => {
  const billId = await ownDebt();
  const methodId = await bindCard(under, anna);
  const paymentId = await needingPayment({ billId, methodId });
  const confirm = () => ask(under, anna, `POST /v1/payments/${paymentId}/confirm`, { body: { amount } });
  const devices = [confirm(), confirm()];
  await expect.poll(() => instructionsOf(paymentId)).toBe(1);
  await challenge(under, paymentId);
  const answers = await Promise.all(devices);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers[0]?.body["confirmation"]).toEqual(answers[1]?.body["confirmation"]);
  expect(answers[0]?.body).toMatchObject({ confirmation: { url: "https://bank.example/3ds" } });
  expect(answers[0]?.body["charges"]).toHaveLength(1);
});

test("a planned debit that is skipped is closed, marked for its mandate and said to be so", async () => {
  const billId = await ownDebt();
  const methodId = await bindCard(under, anna);
  const paymentId = await needingPayment({ billId, methodId });
  const skipped = await ask(under, anna, `POST /v1/payments/${paymentId}/skip`);
  expect(skipped.status).toBe(200);
  expect(skipped.body).toMatchObject({ payment: paymentId, state: "closed", inFlight: [] });
  const payment = await ask(under, anna, `GET /v1/payments/${paymentId}`);
  expect(payment.body).toMatchObject({ state: "closed", outcome: "skipped" });
  const marks = await under.database.pool.query(
    "select 1 from skip_marks m join payments y on y.mandate_id = m.mandate_id where y.id = $1",
    [paymentId],
  );
  expect(marks.rowCount).toBe(1);
});

test("lists go on where their cursor says, without gaps and repetitions", async () => {
  const carl = await signIn(under, "carl");
  const bills = [];
  for (const day of ["2027-05-03", "2027-05-01", "2027-05-02", "2027-05-02"]) {
    bills.push(await oweBill(under, carl, { account: `88${bills.length}`, dueOn: day }));
  }
  const collected: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page = await ask(under, carl, `GET /v1/bills?state=owed&limit=1${query}`);
    collected.push(...(page.body["items"] as { id: string }[]).map(({ id }) => id));
    cursor = page.body["nextCursor"] as string | null;
  }
  expect(collected).toHaveLength(4);
  expect(new Set(collected)).toEqual(new Set(bills));
  expect(collected[0]).toBe(bills[1]);
  expect(collected[3]).toBe(bills[0]);
});

test("a bill that was amended after the payer looked is not paid", async () => {
  const billId = await ownDebt();
  const bill = billOf({
    account: String(account),
    version: 2,
    amount: { amountMinor: 600_000, currency: "RUB" },
  });
  expect((await push(under, bill)).body).toMatchObject({ results: [{ billId, result: "amended" }] });
  const answer = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  expect(answer.body).toMatchObject({ status: 409, code: "bill-changed" });
});

async function paymentOf(billId: string): Promise<string> {
  const read = async () => {
    const found = await under.database.pool.query<{ id: string }>(
      "select id from payments where bill_id = $1",
      [billId],
    );
    return found.rows[0]?.id;
  };
  await expect.poll(read).toBeDefined();
  return (await read()) ?? "";
}

async function instructionsOf(paymentId: string): Promise<number> {
  const { rowCount } = await under.database.pool.query("select 1 from instructions where payment_id = $1", [
    paymentId,
  ]);
  return rowCount ?? 0;
}

/** A debit of a mandate that waits for its payer, as the planner writes it for a bill above the limit. */
async function needingPayment(of: { readonly billId: string; readonly methodId: string }): Promise<string> {
  const { rows } = await under.database.pool.query<{ id: string }>(
    `with m as (insert into mandates (resident_id, biller_id, account, state, livemode)
        select t.resident_id, b.biller_id, b.account, 'active', false from bills b, methods t where b.id = $1 and t.id = $2 returning *),
      v as (insert into mandate_versions (mandate_id, version, terms, narrowing) select id, 1, '{"methods":[]}', false from m)
     select plan_write($1, jsonb_build_object('do', 'pay', 'residentId', m.resident_id, 'mandateId', m.id, 'mandateVersion', 1,
        'methodId', $2::text, 'gateway', 'yookassa', 'amountMinor', (select bill_due(b) from bills b where b.id = $1), 'need', 'over-limit', 'plannedOn', current_date, 'notBefore', now(),
        'notAfter', now() + interval '1 day', 'giveUpAt', now() + interval '2 days')) ->> 'paymentId' as id from m`,
    [of.billId, of.methodId],
  );
  return rows[0]?.id ?? "";
}
