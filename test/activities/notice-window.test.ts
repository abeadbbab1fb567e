import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePayment } from "../../db/queries/looks.ts";
import { readStoppedPayments } from "../../db/queries/sweeping.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  acceptNotices,
  duePayment,
  livingNotice,
  makePayer,
  type Payer,
  payee,
  payment,
  planAll,
  pushBill,
  resumeMandate,
  skipPayment,
  stopMandate,
  toldTo,
  withdrawMethod,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

type Situation = Payer & { readonly paymentId: string; readonly billId: string };

/** A debit that is announced, its notice accepted, its moment three seconds ahead. */
async function announced(): Promise<Situation> {
  const payer = await makePayer(engine, { terms: { noticePack: NOTICE_PACKS.demo } });
  return { ...payer, ...(await duePayment(engine.db, payer)) };
}

/** The sweeper's part: closes what stops have ended. */
async function carryOutStops(): Promise<void> {
  for (const { paymentId, outcome } of await readStoppedPayments(engine.db)) {
    await closePayment(engine.db, { paymentId, outcome, reason: "stopped" });
  }
}

describe("a stop during the notice window", () => {
  const stops: readonly (readonly [string, string, (situation: Situation) => Promise<unknown>])[] = [
    ["cancel", "stopped", ({ mandateId }) => stopMandate(engine.db, { mandateId, kind: "cancel" })],
    ["pause", "stopped", ({ mandateId }) => stopMandate(engine.db, { mandateId, kind: "pause" })],
    ["skip", "skipped", ({ paymentId, residentId }) => skipPayment(engine.db, paymentId, residentId)],
  ];
  for (const [name, outcome, stop] of stops) {
    test(`${name}: nothing is sent, whoever comes first, gate or sweeper`, async () => {
      const { db, bank } = engine;
      for (const first of ["gate", "sweeper"]) {
        const situation = await announced();
        await stop(situation);
        if (first === "sweeper") await carryOutStops();
        await engine.jump({ seconds: 10 });
        expect(await engine.charge(situation.paymentId)).toBeNull();
        expect(await payment(db, situation.paymentId)).toMatchObject({ state: "closed", outcome });
        expect(await livingNotice(db, situation.paymentId)).toBeUndefined();
        expect(await bank.posts(situation.paymentId)).toEqual([]);
      }
    });
  }

  test("the claim is free again and the limit given back", async () => {
    const { db } = engine;
    const { paymentId, mandateId } = await announced();
    await stopMandate(db, { mandateId, kind: "cancel" });
    await carryOutStops();
    expect(
      await db.selectFrom("claims").select("state").where("payment_id", "=", paymentId).execute(),
    ).toEqual([]);
    const use = await db
      .selectFrom("limit_use")
      .select("state")
      .where("payment_id", "=", paymentId)
      .execute();
    expect(use).toEqual([{ state: "freed" }]);
  });

  test("resuming never revives what a pause has stopped: a new payment with a new notice", async () => {
    const { db, bank } = engine;
    const { paymentId, mandateId, billId, residentId } = await announced();
    await stopMandate(db, { mandateId, kind: "pause" });
    await resumeMandate(db, mandateId);
    await engine.jump({ seconds: 10 });
    expect(await engine.charge(paymentId)).toBeNull();
    await planAll(db);
    const next = await db
      .selectFrom("payments")
      .select(["id", "state"])
      .where("bill_id", "=", billId)
      .where("state", "=", "scheduled")
      .executeTakeFirstOrThrow();
    expect(next.id).not.toBe(paymentId);
    expect(await livingNotice(db, next.id)).toMatchObject({ state: "queued" });
    expect((await toldTo(db, residentId)).filter((event) => event === "notice")).toHaveLength(2);
    expect(await engine.charge(next.id), "not before its notice is accepted").toBeNull();
    expect(await bank.posts()).not.toContainEqual(expect.objectContaining({ key: `${paymentId}-1` }));
  });

  test("a skipped debt is never planned again by that mandate", async () => {
    const { db } = engine;
    const { paymentId, residentId, account, billId } = await announced();
    await skipPayment(db, paymentId, residentId);
    await carryOutStops();
    await planAll(db);
    await pushBill(db, { account, version: 2, amountMinor: 600_000 });
    await planAll(db);
    const rows = await db.selectFrom("payments").select("outcome").where("bill_id", "=", billId).execute();
    expect(rows).toEqual([{ outcome: "skipped" }]);
  });

  test("card withdrawn: the gate sends nothing and asks for another method", async () => {
    const { db, bank } = engine;
    const { paymentId, residentId, methodId } = await announced();
    await withdrawMethod(db, methodId, residentId);
    await engine.jump({ seconds: 10 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "new-method" });
    expect(await bank.posts(paymentId)).toEqual([]);
  });

  test("a stop that commits while the gate runs is in the stop's list, or the gate has seen it", async () => {
    const { db, bank } = engine;
    for (let round = 0; round < 8; round += 1) {
      const { paymentId, mandateId } = await announced();
      await engine.jump({ seconds: 10 });
      const [result, stop] = await Promise.all([
        engine.charge(paymentId),
        stopMandate(db, { mandateId, kind: "cancel" }),
      ]);
      const sent = await bank.posts(paymentId);
      const { state } = await payment(db, paymentId);
      if (sent.length === 0) expect(result).toBeNull();
      else
        expect(stop.inFlight.map((one) => one.payment).concat(state === "paid" ? [paymentId] : [])).toContain(
          paymentId,
        );
    }
  });
});

describe("gate, stop, sweeper and planner at one moment", () => {
  test("none of them blocks another for good, and at most what the gate permitted is debited", async () => {
    const { db, bank } = engine;
    for (let round = 0; round < 8; round += 1) {
      const { paymentId, mandateId, account } = await announced();
      await engine.jump({ seconds: 10 });
      await Promise.all([
        engine.charge(paymentId),
        stopMandate(db, { mandateId, kind: "cancel" }).then(carryOutStops),
        closePayment(db, { paymentId, outcome: "stopped", reason: "stopped" }),
        pushBill(db, { account, version: 2, status: "annulled" }).then(() => planAll(db)),
      ]);
      const sent = await bank.posts(paymentId);
      expect(await bank.debits(paymentId)).toHaveLength(sent.length);
      expect(["closed", "paid", "returning"]).toContain((await payment(db, paymentId)).state);
    }
  });
});

describe("the bill changes during the notice window", () => {
  test("amended upwards: the old notice is void, a new one names the new sum, and only that is charged", async () => {
    const { db, bank } = engine;
    const { paymentId, account, residentId } = await announced();
    const old = await livingNotice(db, paymentId);
    await pushBill(db, { account, version: 2, amountMinor: 600_000 });
    await engine.jump({ seconds: 10 });

    expect(await engine.charge(paymentId), "amended, not yet planned anew").toBeNull();
    await planAll(db);
    const fresh = await livingNotice(db, paymentId);
    expect(fresh).toMatchObject({ state: "queued", amount_minor: 600_000 });
    expect(fresh?.id).not.toBe(old?.id);
    expect(await engine.charge(paymentId), "announced, not yet accepted").toBeNull();
    await acceptNotices(db, paymentId);
    expect(await engine.charge(paymentId), "accepted, its clock runs anew").toBeNull();
    expect(await bank.posts(paymentId)).toEqual([]);

    await engine.jump({ seconds: 10 });
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toMatchObject([{ amountMinor: 600_000 }]);
    expect(await toldTo(db, residentId)).toEqual(["notice", "notice-changed", "paid"]);
  });

  test("annulled: nothing is sent, planner or no planner", async () => {
    const { db, bank } = engine;
    for (const planned of [true, false]) {
      const { paymentId, account } = await announced();
      await pushBill(db, { account, version: 2, status: "annulled" });
      if (planned) await planAll(db);
      await engine.jump({ seconds: 10 });
      expect(await engine.charge(paymentId)).toBeNull();
      expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "annulled" });
      expect(await bank.posts(paymentId)).toEqual([]);
    }
  });

  test("annulled and issued again: fresh plan, fresh notice, one debit", async () => {
    const { db, bank } = engine;
    const { paymentId, account, billId } = await announced();
    await pushBill(db, { account, version: 2, status: "annulled" });
    await planAll(db);
    await pushBill(db, { account, version: 3 });
    await planAll(db);
    const again = await db
      .selectFrom("payments")
      .select("id")
      .where("bill_id", "=", billId)
      .where("state", "=", "scheduled")
      .executeTakeFirstOrThrow();
    await acceptNotices(db, again.id);
    await engine.jump({ seconds: 10 });
    expect(await engine.charge(again.id)).toMatchObject({ payment: "paid" });
    expect(await bank.posts(paymentId)).toEqual([]);
    expect(await bank.debits(again.id)).toHaveLength(1);
  });

  test("paid elsewhere: nothing is sent", async () => {
    const { db, bank } = engine;
    const { paymentId, account } = await announced();
    await pushBill(db, { account, version: 2, status: "paid" });
    await engine.jump({ seconds: 10 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "paid-elsewhere" });
    expect(await bank.posts(paymentId)).toEqual([]);
  });

  test("the payee's account was swapped: the payer is asked, nothing is sent", async () => {
    const { db, bank } = engine;
    const { paymentId, account } = await announced();
    await pushBill(db, { account, version: 2, payee: { ...payee, account: "40702810900000000999" } });
    await engine.jump({ seconds: 10 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "payee-changed" });
    expect(await bank.posts(paymentId)).toEqual([]);
  });
});
