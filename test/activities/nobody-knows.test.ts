import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { raiseUndecidedAlarms } from "../../db/queries/charge-objects.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  acceptNotices,
  casesOf,
  charge,
  confirmPayment,
  duePayment,
  makeMethod,
  makePayer,
  payment,
  planAll,
  planBillFor,
  pushBill,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

/** A civil day so many days from the engine's today. */
async function dayIn(days: number): Promise<string> {
  const { rows } = await sql<{ day: string }>`
    select ((business_now() at time zone 'Europe/Moscow')::date + ${days}::int)::text as day`.execute(
    engine.db,
  );
  return rows[0]?.day ?? "";
}

async function lost(bill: Parameters<typeof duePayment>[2] = {}) {
  const payer = await makePayer(engine);
  const due = await duePayment(engine.db, payer, bill);
  await engine.bank.arm({ kind: "commit-then-drop" }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  return { ...payer, ...due };
}

describe("an unknown charge is somebody's business", () => {
  test("six hours without the payer: one alarm, settled when the outcome is known", async () => {
    const { db } = engine;
    const { chargeId } = await lost();
    await engine.jump({ hours: 5, minutes: 59 });
    await raiseUndecidedAlarms(db);
    expect(await casesOf(db, chargeId)).toEqual([]);
    await engine.jump({ minutes: 2 });
    await raiseUndecidedAlarms(db);
    await raiseUndecidedAlarms(db);
    expect(await casesOf(db, chargeId)).toEqual(["undecided-alarm"]);
    expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "charged" });
    expect(await casesOf(db, chargeId)).toEqual([]);
  });

  test("fifteen minutes while the payer waits", async () => {
    const { db, bank } = engine;
    const payer = await makePayer(engine);
    const { paymentId } = await planBillFor(db, payer);
    await db
      .updateTable("payments")
      .set({ state: "needs-payer", need: "confirm-again" })
      .where("id", "=", paymentId)
      .execute();
    await confirmPayment(db, { paymentId, residentId: payer.residentId, methodId: payer.methodId });
    await bank.arm({ kind: "drop-before" }, { chargeId: `${paymentId}-1` });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "unknown" });
    await engine.jump({ minutes: 14 });
    await raiseUndecidedAlarms(db);
    expect(await casesOf(db, `${paymentId}-1`)).toEqual([]);
    await engine.jump({ minutes: 2 });
    await raiseUndecidedAlarms(db);
    expect(await casesOf(db, `${paymentId}-1`)).toEqual(["undecided-alarm"]);
    await engine.lookUp(`${paymentId}-1`);
  });

  test("a payer who may still confirm is no alarm", async () => {
    const { db } = engine;
    const { chargeId } = await lost();
    const confirmBy = new Date(Date.now() + 400 * 86_400_000).toISOString();
    await db
      .updateTable("charges")
      .set({ state: "challenged", confirm_by: confirmBy })
      .where("id", "=", chargeId)
      .execute();
    await engine.jump({ hours: 7 });
    await raiseUndecidedAlarms(db);
    expect(await casesOf(db, chargeId)).toEqual([]);
    await db.updateTable("charges").set({ state: "unknown" }).where("id", "=", chargeId).execute();
    await engine.lookUp(chargeId);
  });

  test("due within two days: a case at once, settled when the outcome is known", async () => {
    const { db } = engine;
    const { chargeId } = await lost({ dueOn: await dayIn(2) });
    expect(await casesOf(db, chargeId)).toEqual(["undecided-due-soon"]);
    await engine.lookUp(chargeId);
    expect(await casesOf(db, chargeId)).toEqual([]);
  });
});

describe("pending for days", () => {
  test("a confirmation that is over is waited for no longer: pending without a link, never negative by time", async () => {
    const { db, bank } = engine;
    const payer = await makePayer(engine);
    const due = await duePayment(db, payer);
    await bank.arm({ kind: "hold" }, { chargeId: due.chargeId });
    await engine.charge(due.paymentId);
    await db
      .updateTable("charges")
      .set({ state: "challenged", confirm_by: new Date(0).toISOString() })
      .where("id", "=", due.chargeId)
      .execute();
    await engine.jump({ hours: 30 });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "charging", charge: "pending" });
    const { object_id: objectId } = await charge(db, due.chargeId);
    await bank.settle(objectId ?? "", "succeeded");
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid" });
  });
});

describe("a source that was not confirmed", () => {
  test("is waited for, and asked about in the last safe hour; the payer's own word is the answer", async () => {
    const { db } = engine;
    const payer = await makePayer(engine);
    const { paymentId } = await duePayment(db, payer);
    await db.updateTable("billers").set({ max_age: "1 hour" }).execute();
    try {
      await engine.jump({ hours: 2 });
      expect(await engine.charge(paymentId)).toBeNull();
      expect(await payment(db, paymentId)).toMatchObject({
        state: "scheduled",
        remark: "source not confirmed",
      });
      await db
        .updateTable("payments")
        .set({ give_up_at: (await payment(db, paymentId)).next_look_at })
        .where("id", "=", paymentId)
        .execute();
      expect(await engine.charge(paymentId)).toBeNull();
      expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "confirm-amount" });
      await confirmPayment(db, { paymentId, residentId: payer.residentId, methodId: payer.methodId });
      expect(await engine.charge(paymentId)).not.toBeNull();
    } finally {
      await db.updateTable("billers").set({ max_age: null }).execute();
    }
  });
});

describe("words of banks and our own remarks", () => {
  test("stand apart, whoever writes the row", async () => {
    const { db, bank } = engine;
    const due = await duePayment(db, await makePayer(engine));
    await bank.arm({ kind: "decline", reason: "insufficient_funds" }, { chargeId: due.chargeId });
    await engine.charge(due.paymentId);
    expect(await payment(db, due.paymentId)).toMatchObject({ reason: "insufficient_funds", remark: null });
    await db.updateTable("payments").set({ reason: "held:all" }).where("id", "=", due.paymentId).execute();
    expect(await payment(db, due.paymentId)).toMatchObject({
      reason: "insufficient_funds",
      remark: "held:all",
    });
  });
});

describe("another method during a challenge at a gateway that cannot end it", () => {
  test("offered when the first is final, and says when; chosen then, it is a new charge", async () => {
    const { db, bank, sealer } = engine;
    const payer = await makePayer(engine);
    const { paymentId } = await planBillFor(db, payer);
    await db
      .updateTable("payments")
      .set({ state: "needs-payer", need: "confirm-again" })
      .where("id", "=", paymentId)
      .execute();
    const own = { paymentId, residentId: payer.residentId };
    await confirmPayment(db, { ...own, methodId: payer.methodId });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "challenged" });
    const token = await bank.bindCard();
    const other = await makeMethod({ db, sealer }, { residentId: payer.residentId, token });
    const first = await charge(db, `${paymentId}-1`);
    const answer = await confirmPayment(db, { ...own, methodId: other });
    expect(answer).toMatchObject({ refused: "first-not-final", state: "challenged" });
    expect(Date.parse((answer as { finalAt?: string }).finalAt ?? "")).toBe(
      Date.parse(first.confirm_by ?? ""),
    );
    await bank.settle(first.object_id ?? "", "canceled", "expired_on_confirmation");
    expect(await engine.lookUp(`${paymentId}-1`)).toMatchObject({ payment: "needs-payer" });
    expect(await confirmPayment(db, { ...own, methodId: other })).toMatchObject({ state: "scheduled" });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "challenged" });
    expect(await charge(db, `${paymentId}-2`)).toMatchObject({ method_id: other });
  });
});

test("a bill amended before its debit is charged anew by its new amount only", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const due = await duePayment(db, payer);
  await pushBill(db, { account: payer.account, version: 2, amountMinor: 400_000 });
  await planAll(db);
  await acceptNotices(db, due.paymentId);
  expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
  expect(await bank.debits(due.paymentId)).toMatchObject([{ amountMinor: 400_000 }]);
});
