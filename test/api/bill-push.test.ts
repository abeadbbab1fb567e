import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, ask, billOf, push, signIn, startApi } from "./support/api-under-test.ts";
import { challenge, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());

const resultsOf = (answer: { body: Record<string, unknown> }) =>
  answer.body["results"] as {
    index: number;
    billId: string;
    result: string;
    problem?: { errors: unknown[] };
  }[];

test("one bill pushed three times in parallel is one row, whatever the message is called", async () => {
  const bill = billOf({ account: "100" });
  const answers = await Promise.all([push(under, bill), push(under, bill), push(under, bill)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const results = answers.flatMap(resultsOf);
  expect(results.map(({ result }) => result).sort()).toEqual(["duplicate", "duplicate", "new"]);
  expect(new Set(results.map(({ billId }) => billId)).size).toBe(1);
  const { rows } = await under.database.pool.query("select version from bills where account = '100'");
  expect(rows).toEqual([{ version: 1 }]);
  expect(await plansOf(results[0]?.billId), "nobody follows it").toBe(0);
});

const plansOf = async (billId: string | undefined) =>
  (
    await under.database.pool.query("select 1 from outbox where kind = 'plan-bill' and subject_id = $1", [
      billId,
    ])
  ).rowCount;

test("a bill is planned where somebody follows its account, and for who begins to follow it", async () => {
  const boris = await signIn(under, "boris");
  const connect = (account: string) =>
    ask(under, boris, "POST /v1/accounts", { body: { billerId: "gorod-zhkh", account } });
  await connect("110");
  const [followed] = resultsOf(await push(under, billOf({ account: "110" })));
  expect(await plansOf(followed?.billId)).toBe(1);
  const [alone] = resultsOf(await push(under, billOf({ account: "111" })));
  expect(await plansOf(alone?.billId)).toBe(0);
  await connect("111");
  expect(await plansOf(alone?.billId)).toBe(1);
});

test("one message redelivered five times gets five identical answers", async () => {
  const bill = billOf({ account: "200" });
  const id = `msg_${randomUUID()}`;
  const answers = await Promise.all(Array.from({ length: 5 }, () => push(under, bill, { id })));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(resultsOf(answers[0] ?? { body: {} })[0]?.result).toBe("new");
});

test("a bill that is withdrawn answers with the charge that had left, without how its payer pays; told again, with today's", async () => {
  const anna = await signIn(under, "anna");
  const billId = await oweBill(under, anna, { account: "250" });
  const amount = { amountMinor: 512_345, currency: "RUB" };
  const { body } = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  const charge = await challenge(under, String(body["id"]));
  const withdrawn = { ...billOf({ account: "250" }), version: 2, status: "annulled" };
  const [told] = resultsOf(await push(under, withdrawn));
  expect(told).toMatchObject({
    result: "annulled",
    stop: {
      stoppedAt: expect.stringMatching(/Z$/),
      inFlightTotal: 1,
      inFlight: [{ payment: body["id"], charge, amount, state: "challenged", method: null }],
    },
  });
  await see(under, charge, { outcome: "not-charged", how: "expired", reason: "expired" });
  const [again] = resultsOf(await push(under, withdrawn));
  expect(again).toMatchObject({ stop: { inFlightTotal: 0, inFlight: [] } });
});

test("the biller's own version decides, not the order of arrival", async () => {
  const at = (version: number, amountMinor: number) =>
    billOf({ account: "300", version, amount: { amountMinor, currency: "RUB" } });
  const said = async (content: unknown) => resultsOf(await push(under, content))[0]?.result;
  expect(await said(at(2, 200))).toBe("new");
  expect(await said(at(1, 100))).toBe("stale");
  expect(await said(at(2, 200))).toBe("duplicate");
  expect(await said(at(2, 201))).toBe("conflict");
  expect(await said(at(3, 300))).toBe("amended");
  expect(await said({ ...at(4, 300), status: "annulled" })).toBe("annulled");
  expect(await said(at(5, 300))).toBe("reinstated");
  const { rows } = await under.database.pool.query(
    "select state, version, amount_minor from bills where account = '300'",
  );
  expect(rows, "ours counts what changed").toEqual([{ state: "owed", version: 4, amount_minor: 300 }]);
});

test("account, period and kind make a debt: each of them is another bill", async () => {
  const bills = [
    billOf({ account: "400" }),
    billOf({ account: "401" }),
    billOf({ account: "400", period: "2026-03" }),
    billOf({ account: "400", kind: "penalty" }),
  ];
  const results = resultsOf(await push(under, { bills }));
  expect(results.map(({ result }) => result)).toEqual(["new", "new", "new", "new"]);
  expect(new Set(results.map(({ billId }) => billId)).size).toBe(4);
});

test("in a batch the good bills are taken and the bad ones are named by their place", async () => {
  const results = resultsOf(
    await push(under, { bills: [billOf({ account: "500" }), billOf({ dueOn: "soon" }), 7] }),
  );
  expect(results.map(({ index, result }) => [index, result])).toEqual([
    [0, "new"],
    [1, "invalid"],
    [2, "invalid"],
  ]);
  expect(results[1]?.problem?.errors).toEqual([
    expect.objectContaining({ field: "dueOn", code: "date-invalid" }),
  ]);
});

test("identifiers are taken in their normal form, so blanks on paper make no other payee", async () => {
  const payee = billOf()["payee"] as Record<string, string>;
  const printed = { ...payee, account: "40702 810 9 0000 0000301", inn: "77 00 99 00 10" };
  await push(under, billOf({ account: "600" }));
  expect(resultsOf(await push(under, billOf({ account: "600", payee: printed })))[0]?.result).toBe(
    "duplicate",
  );
});

test("paid elsewhere, told while our charge is under way, is an echo and ends nothing", async () => {
  const anna = await signIn(under, "anna");
  const billId = await oweBill(under, anna, { account: "700" });
  const paying = ask(under, anna, "POST /v1/payments", {
    body: { billId, amount: { amountMinor: 512_345, currency: "RUB" } },
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
  await challenge(under, rows[0]?.id ?? "");
  await paying;
  const answer = await push(under, billOf({ account: "700", version: 2, status: "paid" }));
  expect(resultsOf(answer)[0]?.result).toBe("echo");
  expect((await ask(under, anna, `GET /v1/bills/${billId}`)).body).toMatchObject({ state: "owed" });
});
