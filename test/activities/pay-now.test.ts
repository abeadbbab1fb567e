import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  charge,
  duePayment,
  livingNotice,
  makePayer,
  payment,
  payNow,
  planAll,
  pushBill,
  toldTo,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

async function dueWithOwner() {
  const payer = await makePayer(engine);
  return { ...payer, ...(await duePayment(engine.db, payer)) };
}

describe("a person pays now what a mandate has announced", () => {
  test("the planned debit ends taken over, its notice is void, and only the person's charge is made", async () => {
    const { db, bank } = engine;
    const { billId, residentId, methodId, paymentId } = await dueWithOwner();
    const own = await payNow(db, { billId, residentId, methodId });
    expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "taken-over" });
    expect(await livingNotice(db, paymentId)).toBeUndefined();
    expect(await engine.charge(paymentId)).toBeNull();

    const mine = own.paymentId ?? "";
    expect(await engine.charge(mine)).toMatchObject({ payment: "charging", charge: "challenged" });
    await planAll(db);
    await bank.settle((await charge(db, `${mine}-1`)).object_id ?? "", "succeeded");
    expect(await engine.lookUp(`${mine}-1`)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toEqual([]);
    expect(await bank.debits(mine)).toHaveLength(1);
  });

  test("while its charge is undecided nobody else may pay: refused, and no second charge", async () => {
    const { db, bank } = engine;
    const { billId, paymentId, chargeId } = await dueWithOwner();
    await bank.arm({ kind: "commit-then-drop" }, { chargeId });
    await engine.charge(paymentId);
    const stranger = await makePayer(engine);
    expect(
      await payNow(db, { billId, residentId: stranger.residentId, methodId: stranger.methodId }),
    ).toMatchObject({
      refused: "bill-being-paid",
    });
    await engine.lookUp(chargeId);
    expect(await payNow(db, { billId, residentId: stranger.residentId })).toMatchObject({
      refused: "bill-not-owed",
    });
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("gate and person at one moment: exactly one of them gets the debt", async () => {
    const { db, bank } = engine;
    for (let round = 0; round < 6; round += 1) {
      const { billId, residentId, methodId, paymentId } = await dueWithOwner();
      const [planned, own] = await Promise.all([
        engine.charge(paymentId),
        payNow(db, { billId, residentId, methodId }),
      ]);
      expect(planned === null, "the mandate's charge was sent exactly if the person was refused").toBe(
        own.paymentId !== undefined,
      );
      expect(await bank.posts(paymentId)).toHaveLength(planned === null ? 0 : 1);
    }
  });

  test("two people at one moment: one payment, the other hears that it is being paid", async () => {
    const { db } = engine;
    const { account } = await makePayer(engine);
    const { billId } = await pushBill(db, { account: `${account}-unplanned` });
    const [first, second] = await Promise.all([makePayer(engine), makePayer(engine)]);
    const answers = await Promise.all(
      [first, second].map(({ residentId, methodId }) => payNow(db, { billId, residentId, methodId })),
    );
    expect(answers.filter(({ paymentId }) => paymentId !== undefined)).toHaveLength(1);
    expect(answers.filter(({ refused }) => refused === "bill-being-paid")).toHaveLength(1);
  });

  test("another amount than the one shown is refused, and nothing is written", async () => {
    const { db } = engine;
    const { billId, residentId, methodId, paymentId } = await dueWithOwner();
    expect(await payNow(db, { billId, residentId, methodId, amountMinor: 1 })).toMatchObject({
      refused: "amount-changed",
    });
    expect((await payment(db, paymentId)).state).toBe("scheduled");
  });
});

describe("a person who starts and walks away", () => {
  test("blocks the debt for one confirmation window: then it is free, and the mandate plans anew", async () => {
    const { db, bank } = engine;
    const { billId, account, residentId } = await dueWithOwner();
    const stranger = await makePayer(engine);
    const parked = await payNow(db, { billId, residentId: stranger.residentId, methodId: stranger.methodId });
    const id = parked.paymentId ?? "";
    expect(await engine.charge(id)).toMatchObject({ charge: "challenged" });
    await engine.jump({ minutes: 61 });
    expect(await engine.lookUp(`${id}-1`)).toMatchObject({ payment: "closed", charge: "not-charged" });
    expect(await payment(db, id)).toMatchObject({ outcome: "gave-up" });
    await planAll(db);
    expect(account).not.toBe("");
    expect((await toldTo(db, residentId)).filter((event) => event === "notice")).toHaveLength(2);
    expect(await bank.debits(id)).toEqual([]);
  });

  test("three times in a day is refused the fourth time; anybody else may still pay", async () => {
    const { db } = engine;
    const { account } = await makePayer(engine);
    const { billId } = await pushBill(db, { account: `${account}-parked` });
    const parker = await makePayer(engine);
    for (const _ of [1, 2, 3]) {
      const { paymentId = "" } = await payNow(db, {
        billId,
        residentId: parker.residentId,
        methodId: parker.methodId,
      });
      await engine.charge(paymentId);
      await engine.jump({ minutes: 61 });
      await engine.lookUp(`${paymentId}-1`);
    }
    expect(
      await payNow(db, { billId, residentId: parker.residentId, methodId: parker.methodId }),
    ).toMatchObject({
      refused: "too-many-unfinished",
    });
    const other = await makePayer(engine);
    const answer = await payNow(db, { billId, residentId: other.residentId, methodId: other.methodId });
    expect(answer.paymentId).toBeDefined();
  });
});

describe("the bill changes while the payer is at the bank", () => {
  async function atTheBank() {
    const { db } = engine;
    const payer = await makePayer(engine);
    const { billId } = await pushBill(db, { account: `${payer.account}-own` });
    const { paymentId = "" } = await payNow(db, {
      billId,
      residentId: payer.residentId,
      methodId: payer.methodId,
    });
    await engine.charge(paymentId);
    const { object_id: objectId } = await charge(db, `${paymentId}-1`);
    return { ...payer, account: `${payer.account}-own`, billId, paymentId, objectId: objectId ?? "" };
  }

  async function confirm({ paymentId, objectId }: { readonly paymentId: string; readonly objectId: string }) {
    await engine.bank.settle(objectId, "succeeded");
    return engine.lookUp(`${paymentId}-1`);
  }

  test("annulled, then confirmed: owed back in full", async () => {
    const { db } = engine;
    const at = await atTheBank();
    await pushBill(db, { account: at.account, version: 2, status: "annulled" });
    await planAll(db);
    expect(await confirm(at)).toMatchObject({ payment: "returning", charge: "charged" });
  });

  test("lowered, then confirmed: the due part is kept, the excess is owed back", async () => {
    const { db } = engine;
    const at = await atTheBank();
    await pushBill(db, { account: at.account, version: 2, amountMinor: 400_000 });
    await planAll(db);
    expect(await confirm(at)).toMatchObject({ payment: "paid" });
    const refunds = await db
      .selectFrom("refunds")
      .select("amount_minor")
      .where("payment_id", "=", at.paymentId)
      .execute();
    expect(refunds).toEqual([{ amount_minor: 112_345 }]);
  });

  test("raised, then confirmed: kept as part payment, with a case for the rest", async () => {
    const { db } = engine;
    const at = await atTheBank();
    await pushBill(db, { account: at.account, version: 2, amountMinor: 600_000 });
    await planAll(db);
    expect(await confirm(at)).toMatchObject({ payment: "paid" });
    const cases = await db
      .selectFrom("cases")
      .select(["kind", "amount_minor"])
      .where("subject", "=", `${at.paymentId}-1`)
      .execute();
    expect(cases).toEqual([{ kind: "part-paid", amount_minor: 87_655 }]);
  });

  test("confirmed after the payer's deadline had passed: kept, never lost", async () => {
    const { db } = engine;
    const at = await atTheBank();
    await db.updateTable("payments").set({ stop_mark: "gave-up" }).where("id", "=", at.paymentId).execute();
    expect(await confirm(at)).toMatchObject({ payment: "paid" });
    expect((await toldTo(db, at.residentId)).at(-1)).toBe("charged-after-stop");
  });
});
