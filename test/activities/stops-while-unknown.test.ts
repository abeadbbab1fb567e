import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { followWithdrawals } from "../../db/queries/sweeping.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  balanceOf,
  casesOf,
  charge,
  duePayment,
  makePayer,
  type Payer,
  payment,
  planAll,
  pushBill,
  skipPayment,
  stopMandate,
  toldTo,
  withdrawMethod,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

type Situation = Payer & { readonly paymentId: string; readonly billId: string; readonly chargeId: string };

/** A charge whose only transmission was lost, with the money taken or not. */
async function unknownCharge(kind: "commit-then-drop" | "drop-before"): Promise<Situation> {
  const payer = await makePayer(engine);
  const due = await duePayment(engine.db, payer);
  await engine.bank.arm({ kind }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  return { ...payer, ...due };
}

type Stop = readonly [name: string, stop: (situation: Situation) => Promise<unknown>];

const stopsByPayer: readonly Stop[] = [
  ["cancel", ({ mandateId }) => stopMandate(engine.db, { mandateId, kind: "cancel" })],
  ["pause", ({ mandateId }) => stopMandate(engine.db, { mandateId, kind: "pause" })],
  ["skip", ({ paymentId, residentId }) => skipPayment(engine.db, paymentId, residentId)],
  ["withdrawal of the method", ({ methodId, residentId }) => withdrawMethod(engine.db, methodId, residentId)],
];

async function annul({ account }: Situation): Promise<void> {
  await pushBill(engine.db, { account, version: 2, status: "annulled" });
  await planAll(engine.db);
}

describe("a stop while a charge is unknown", () => {
  for (const [name, stop] of [...stopsByPayer, ["annulment", annul] as const]) {
    test(`${name}: no replay, not even with the same key; the scan finds the money`, async () => {
      const { bank, db } = engine;
      const situation = await unknownCharge("commit-then-drop");
      await stop(situation);

      expect(await engine.lookUp(situation.chargeId)).toMatchObject({ charge: "charged" });

      expect(await bank.posts(situation.paymentId)).toHaveLength(1);
      expect(await bank.debits(situation.paymentId)).toHaveLength(1);
      expect(await charge(db, situation.chargeId)).toMatchObject({ transmissions: 1, state: "charged" });
    });

    test(`${name}: what never arrived is never sent`, async () => {
      const { bank, db } = engine;
      const situation = await unknownCharge("drop-before");
      await stop(situation);
      for (const _ of [1, 2, 3]) {
        expect(await engine.lookUp(situation.chargeId)).toMatchObject({ charge: "unknown" });
      }
      expect(await bank.posts(situation.paymentId)).toHaveLength(1);
      expect(await bank.debits(situation.paymentId)).toEqual([]);
      expect((await payment(db, situation.paymentId)).state).toBe("charging");
    });
  }

  test("the stop's answer lists the charge that is under way", async () => {
    const { mandateId, paymentId } = await unknownCharge("commit-then-drop");
    const { inFlight } = await stopMandate(engine.db, { mandateId, kind: "cancel" });
    expect(inFlight).toMatchObject([{ payment: paymentId, state: "unknown" }]);
  });

  for (const [name, stop] of stopsByPayer) {
    test(`${name}: money that had left before is kept for the debt, and the payer hears it plainly`, async () => {
      const { db } = engine;
      const situation = await unknownCharge("commit-then-drop");
      await stop(situation);
      expect(await engine.lookUp(situation.chargeId)).toMatchObject({ payment: "paid" });
      expect((await toldTo(db, situation.residentId)).at(-1)).toBe("charged-after-stop");
      expect(await balanceOf(db, "biller:gorod-zhkh", situation.paymentId)).toBe(-512_345);
    });
  }

  test("annulment: money that had left before is owed back in full", async () => {
    const { db } = engine;
    const situation = await unknownCharge("commit-then-drop");
    await annul(situation);
    expect(await engine.lookUp(situation.chargeId)).toMatchObject({ payment: "returning" });
    expect(await balanceOf(db, "refunds-due", situation.paymentId)).toBe(-512_345);
    expect(await casesOf(db, situation.chargeId)).toEqual(["money-to-return"]);
    expect(await toldTo(db, situation.residentId)).toContain("money-returning");
  });

  test("card withdrawn: other mandates with this card alone are paused at once", async () => {
    const { db } = engine;
    const { methodId, residentId, mandateId } = await unknownCharge("commit-then-drop");
    await withdrawMethod(db, methodId, residentId);
    await followWithdrawals(db);
    const mandate = await db
      .selectFrom("mandates")
      .select(["state", "why", "paused_by"])
      .where("id", "=", mandateId)
      .executeTakeFirstOrThrow();
    expect(mandate).toEqual({ state: "paused", why: "no-method", paused_by: "system" });
  });

  test("card withdrawn: its token is kept while a charge of it is undecided, and goes when it is decided", async () => {
    const { db } = engine;
    const { methodId, residentId, chargeId } = await unknownCharge("commit-then-drop");
    const token = async () =>
      (await db.selectFrom("methods").select("token").where("id", "=", methodId).executeTakeFirstOrThrow())
        .token;
    await withdrawMethod(db, methodId, residentId);
    await followWithdrawals(db);
    expect(await token()).not.toBeNull();
    await engine.lookUp(chargeId);
    await followWithdrawals(db);
    expect(await token()).toBeNull();
  });
});

describe("the source says that nothing is due while our charge is unknown", () => {
  test("it is our own echo: no replay, no refund, the bill is paid by us", async () => {
    const { db, bank } = engine;
    const { account, billId, paymentId, chargeId } = await unknownCharge("commit-then-drop");
    expect(await pushBill(db, { account, version: 2, status: "paid" })).toMatchObject({ result: "echo" });
    await planAll(db);
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
    expect(await bank.posts(paymentId)).toHaveLength(1);
    expect(await casesOf(db, chargeId)).toEqual([]);
    const bill = await db
      .selectFrom("bills")
      .select(["state", "echo"])
      .where("id", "=", billId)
      .executeTakeFirst();
    expect(bill).toEqual({ state: "paid", echo: false });
  });

  test("it was somebody else: once our charge is known to have failed, the bill is paid elsewhere and nothing is tried again", async () => {
    const { db, bank } = engine;
    const { account, billId, paymentId, chargeId } = await unknownCharge("commit-then-drop");
    await pushBill(db, { account, version: 2, status: "paid" });
    await planAll(db);
    const [object] = await bank.debits(paymentId);
    await sql`select record_evidence(${chargeId}, ${JSON.stringify({
      source: "look-up",
      rank: 1,
      hash: "final",
      outcome: "not-charged",
      how: "declined",
      reason: "insufficient_funds",
      objectId: object?.paymentId,
    })}::jsonb, ${JSON.stringify({ next: "again", rule: { kind: "after-minutes", minutes: 1 }, need: "new-method" })}::jsonb, 0, null, null)`.execute(
      db,
    );
    expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "paid-elsewhere" });
    const bill = await db
      .selectFrom("bills")
      .select(["state", "echo"])
      .where("id", "=", billId)
      .executeTakeFirst();
    expect(bill).toEqual({ state: "paid-elsewhere", echo: false });
  });
});
