import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { settleNotifications } from "../../db/queries/notifications.ts";
import { sql } from "kysely";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  acceptNotices,
  casesOf,
  charge,
  duePayment,
  livingNotice,
  makePayer,
  payee,
  payment,
  paymentOf,
  payNow,
  planAll,
  pushBill,
  toldTo,
} from "../support/rows.ts";
import { atTheBank } from "./at-the-bank.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

test("registry shows our own payment first: no refund, nothing new is sent, decided when our charge is", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const due = await duePayment(db, payer);
  await bank.arm({ kind: "commit-then-drop" }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  expect(await pushBill(db, { account: payer.account, version: 2, status: "paid" })).toMatchObject({
    result: "echo",
  });
  await planAll(db);
  expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid" });
  const refunds = await db
    .selectFrom("refunds")
    .select("id")
    .where("payment_id", "=", due.paymentId)
    .execute();
  expect(refunds).toEqual([]);
  expect(await bank.posts(due.paymentId)).toHaveLength(1);
});

test.each([
  ["raised", { amountMinor: 600_000 }, "paid", [], ["part-paid"]],
  ["lowered", { amountMinor: 400_000 }, "paid", [112_345], []],
  ["annulled", { status: "annulled" as const }, "returning", [512_345], ["money-to-return"]],
])(
  "amount raised, lowered, or annulled during the challenge, then confirmed: %s",
  async (_, change, state, back, cases) => {
    const { db, bank } = engine;
    const { account, paymentId, chargeId, objectId } = await atTheBank(engine);
    await pushBill(db, { account, version: 2, ...change });
    await planAll(db);
    await bank.settle(objectId, "succeeded");
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: state, charge: "charged" });
    const refunds = await db
      .selectFrom("refunds")
      .select("amount_minor")
      .where("payment_id", "=", paymentId)
      .execute();
    expect(refunds.map((row) => row.amount_minor)).toEqual(back);
    expect(await casesOf(db, chargeId)).toEqual(cases);
  },
);

test("two payers' mandates, one bill: one notice of a debit, one word to the other", async () => {
  const { db, bank } = engine;
  const first = await makePayer(engine);
  const second = await makePayer(engine, { account: first.account });
  const { billId } = await pushBill(db, { account: first.account });
  await planAll(db);
  const planned = await paymentOf(db, billId);
  const told = await Promise.all([first, second].map(({ residentId }) => toldTo(db, residentId)));
  expect(told.flat().filter((event) => event === "notice")).toHaveLength(1);
  expect(told.map((events) => events.length)).toEqual([1, 1]);
  await acceptNotices(db, planned.id);
  expect(await engine.charge(planned.id)).toMatchObject({ payment: "paid" });
  expect(await bank.debits(planned.id)).toHaveLength(1);
});

test("stranger starts and leaves: blocks the bill for one confirmation window at most", async () => {
  const { db } = engine;
  const stranger = await atTheBank(engine);
  const owner = await makePayer(engine);
  const wish = { billId: stranger.billId, residentId: owner.residentId, methodId: owner.methodId };
  expect(await payNow(db, wish)).toMatchObject({ refused: "bill-being-paid" });
  await engine.jump({ minutes: 61 });
  await engine.lookUp(stranger.chargeId);
  expect(await payment(db, stranger.paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
  const { paymentId } = await payNow(db, wish);
  expect(paymentId).toBeDefined();
});

test("payee's account swapped after the notice: asked, nothing is sent until a person has looked", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const { paymentId } = await duePayment(db, payer);
  await pushBill(db, {
    account: payer.account,
    version: 2,
    payee: { ...payee, account: "40702810900000000999" },
  });
  expect(await engine.charge(paymentId)).toBeNull();
  expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "payee-changed" });
  expect(await bank.posts(paymentId)).toEqual([]);
});

test("notice accepted, bounced an hour later: no debit stands on it", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const { paymentId } = await duePayment(db, payer);
  const notice = await livingNotice(db, paymentId);
  expect(notice).toMatchObject({ state: "accepted" });
  // the relay's later word about the same message
  await sql`select void_notice(${notice?.id ?? ""}, 'bounced')`.execute(db);
  expect(await engine.charge(paymentId)).toBeNull();
  expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  expect(await bank.posts(paymentId)).toEqual([]);
});

test("hold or outage beyond not_after: a new notice first, then the debit", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const { paymentId, chargeId } = await duePayment(db, payer);
  await db
    .insertInto("holds")
    .values({ scope: "biller", scope_id: "gorod-zhkh", reason: "drill", placed_by: "olga" })
    .execute();
  expect(await engine.charge(paymentId)).toBeNull();
  await engine.jump({ hours: 25 });
  await db.deleteFrom("holds").execute();
  await engine.jump({ minutes: 15 });
  expect(await engine.charge(paymentId)).toBeNull();
  expect(await bank.posts(paymentId)).toEqual([]);
  expect(await livingNotice(db, paymentId)).toMatchObject({ state: "queued" });
  const { rows } = await sql<{
    id: string;
  }>`update notifications set state = 'sending' where payment_id = ${paymentId}
    and notice_id is not null and state = 'queued' returning id`.execute(db);
  await settleNotifications(
    db,
    rows.map(({ id }) => ({ id, outcome: "accepted", answer: "250", againSeconds: 0 })),
  );
  await engine.jump({ seconds: 5 });
  expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
  expect(await charge(db, chargeId)).toMatchObject({ state: "charged" });
});
