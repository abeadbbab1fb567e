import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { sendRefund } from "../../activities/refunding.ts";
import { followWithdrawals } from "../../db/queries/sweeping.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  charge,
  duePayment,
  makeMandate,
  makePayer,
  planAll,
  pushBill,
  withdrawMethod,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

test("card withdrawn while a charge of it is unknown: no replay, other mandates stopped at once", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const other = await makeMandate(db, {
    residentId: payer.residentId,
    account: `${payer.account}-other`,
    methods: [payer.methodId],
  });
  const { paymentId, chargeId } = await duePayment(db, payer);
  const planned = await duePayment(db, { account: `${payer.account}-other` });
  await bank.arm({ kind: "commit-then-drop" }, { chargeId });
  await engine.charge(paymentId);

  await withdrawMethod(db, payer.methodId, payer.residentId);

  expect(await engine.charge(planned.paymentId), "the other mandate's debit, already announced").toBeNull();
  expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "charged" });
  expect(await bank.posts(paymentId)).toHaveLength(1);
  expect(await bank.posts(planned.paymentId)).toEqual([]);
  await followWithdrawals(db);
  const row = await db.selectFrom("mandates").select("state").where("id", "=", other).executeTakeFirst();
  expect(row).toEqual({ state: "paused" });
});

test("refund unknown; chargeback of a refunded payment: that money is blocked for other refunds, and comes back once", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const due = await duePayment(db, payer);
  await bank.arm({ kind: "commit-then-drop" }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  await pushBill(db, { account: payer.account, version: 2, status: "annulled" });
  await planAll(db);
  await engine.lookUp(due.chargeId);
  const refund = () =>
    db.selectFrom("refunds").selectAll().where("payment_id", "=", due.paymentId).executeTakeFirstOrThrow();
  await bank.arm({ kind: "commit-then-drop" }, { operation: "create_refund" });
  await sendRefund(engine.dependencies, { refundId: (await refund()).id });
  expect(await refund()).toMatchObject({ state: "unknown" });

  // a second decision about the same money, say for a chargeback, while the first is unknown
  await expect(
    sql`select owe_refund(${due.chargeId}, 512345, 'chargeback')`.execute(db),
    "never more goes back than was taken",
  ).rejects.toThrow(/refunds of charge/);

  const { object_id: objectId } = await charge(db, due.chargeId);
  const taken = await bank.control<{ refundedMinor: number }>("GET", `/payments/${objectId ?? ""}`);
  expect(taken.refundedMinor).toBe(512_345);
});
