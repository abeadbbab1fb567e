import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { storeSeen } from "../../activities/charging.ts";
import { evidenceOfSighting } from "../../activities/evidence.ts";
import { recordEvidence } from "../../db/queries/charging.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  acceptNotices,
  balanceOf,
  casesOf,
  charge,
  duePayment,
  makePayer,
  type Payer,
  payment,
  payNow,
  stopMandate,
  toldTo,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

type Situation = Payer & { readonly paymentId: string; readonly billId: string; readonly chargeId: string };

/** The bank has the money, and yet the charge was taken for ended: its gateway had called it canceled, say. */
async function moneyTakenButNotCharged(stopped: boolean): Promise<Situation> {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const due = await duePayment(db, payer);
  await bank.arm({ kind: "commit-then-drop" }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  if (stopped) await stopMandate(db, { mandateId: payer.mandateId, kind: "cancel" });
  await recordEvidence(db, {
    chargeId: due.chargeId,
    evidence: {
      source: "look-up",
      rank: 1,
      hash: "canceled",
      outcome: "not-charged",
      how: "declined",
      reason: "general_decline",
    },
    plan: { next: "again", rule: { kind: "after-minutes", minutes: 15 }, need: "confirm-again" },
    nextLookSeconds: 0,
  });
  return { ...payer, ...due };
}

/** What reconciliation does when the gateway's list shows money for a charge that counts as ended. */
async function findInList(chargeId: string) {
  const row = await charge(engine.db, chargeId);
  const found = await engine.gateway.findCharge({
    chargeId,
    createdFrom: new Date(Date.parse(row.first_sent_at) - 300_000).toISOString(),
    createdTo: new Date(Date.parse(row.last_sent_at) + 90_000_000).toISOString(),
    expected: {
      chargeId,
      paymentId: row.payment_id,
      amount: { amountMinor: row.amount_minor, currency: "RUB" },
      livemode: false,
    },
  });
  if (found.kind !== "found") throw new Error(`not in the list: ${found.kind}`);
  return storeSeen(
    engine.dependencies,
    "yookassa",
    { id: chargeId, looks: 0, initiatedBy: "mit", triesWithoutMoney: 0 },
    evidenceOfSighting(found.sighting, "list", 3),
  );
}

describe("money is found after a charge had ended without it", () => {
  test("payment closed, debt still owed and free: paid after all, claim spent, posted once, alarm", async () => {
    const { db } = engine;
    const { paymentId, chargeId, residentId } = await moneyTakenButNotCharged(true);
    expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });

    expect(await findInList(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });

    expect(await casesOf(db, chargeId)).toEqual(["success-after-final"]);
    expect(await payment(db, paymentId)).toMatchObject({ state: "paid", outcome: null, paid_minor: 512_345 });
    const claim = await db.selectFrom("claims").select("state").where("payment_id", "=", paymentId).execute();
    expect(claim).toEqual([{ state: "spent" }]);
    expect(await balanceOf(db, "biller:gorod-zhkh", paymentId)).toBe(-512_345);
    expect((await toldTo(db, residentId)).at(-1)).toBe("charged-after-stop");
    expect(await findInList(chargeId), "the same evidence again changes nothing").toMatchObject({
      payment: "paid",
    });
    expect(await balanceOf(db, "biller:gorod-zhkh", paymentId)).toBe(-512_345);
  });

  test("payment closed, debt held by somebody else's payment: owed back in full, the other one goes on", async () => {
    const { db } = engine;
    const { paymentId, chargeId, billId } = await moneyTakenButNotCharged(true);
    const other = await makePayer(engine);
    const second = await payNow(db, { billId, residentId: other.residentId, methodId: other.methodId });
    expect(second.paymentId).toBeDefined();

    expect(await findInList(chargeId)).toMatchObject({ payment: "returning", charge: "charged" });

    expect(await casesOf(db, chargeId)).toEqual(["money-to-return", "success-after-final"]);
    expect(await balanceOf(db, "refunds-due", paymentId)).toBe(-512_345);
    expect((await payment(db, second.paymentId ?? "")).state).toBe("scheduled");
  });

  test("a retry was planned: the payment is paid, the retry's notice is void and nothing more is sent", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await moneyTakenButNotCharged(false);
    expect((await payment(db, paymentId)).state).toBe("scheduled");
    await acceptNotices(db, paymentId);

    expect(await findInList(chargeId)).toMatchObject({ payment: "paid" });

    await engine.jump({ minutes: 30 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect((await payment(db, paymentId)).state).toBe("paid");
    expect(await bank.debits(paymentId)).toHaveLength(1);
    const living = await db
      .selectFrom("notices")
      .select("id")
      .where("payment_id", "=", paymentId)
      .where("state", "<>", "void")
      .execute();
    expect(living, "no notice announces a debit that will not come").toEqual([]);
  });

  test("the retry had paid already: the second sum is owed back, and the payment stays paid", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await moneyTakenButNotCharged(false);
    await engine.jump({ minutes: 17 });
    await acceptNotices(db, paymentId);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toHaveLength(2);

    expect(await findInList(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });

    expect(await balanceOf(db, "biller:gorod-zhkh", paymentId)).toBe(-512_345);
    expect(await balanceOf(db, "refunds-due", paymentId)).toBe(-512_345);
    expect(await casesOf(db, chargeId)).toEqual(["money-to-return", "success-after-final"]);
  });
});

describe("a ghost: the object of a charge that had ended is unfinished", () => {
  test("alarm, and its debt takes no new charge until it is final", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await moneyTakenButNotCharged(false);
    await acceptNotices(db, paymentId);
    await storeSeen(
      engine.dependencies,
      "yookassa",
      { id: chargeId, looks: 0, initiatedBy: "mit", triesWithoutMoney: 0 },
      {
        evidence: {
          source: "look-up",
          rank: 1,
          hash: createHash("sha256").update("pending again").digest("hex"),
          outcome: "pending",
        },
      },
    );
    expect(await casesOf(db, chargeId)).toEqual(["ghost"]);
    await engine.jump({ minutes: 30 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(db, paymentId)).toMatchObject({ state: "scheduled", remark: "ghost" });
    expect(await bank.posts(paymentId)).toHaveLength(1);
  });
});

describe("evidence of a lower rank moves nothing back", () => {
  const stale = (outcome: "pending" | "challenged" | "not-charged") =>
    ({
      evidence: {
        source: "look-up",
        rank: 1,
        hash: `stale ${outcome}`,
        outcome,
        ...(outcome === "not-charged" ? { how: "declined", reason: "general_decline" } : {}),
        ...(outcome === "challenged" ? { confirmBy: new Date().toISOString() } : {}),
      },
    }) as const;

  for (const outcome of ["pending", "challenged", "not-charged"] as const) {
    test(`"${outcome}" seen after the money: stored, charge and payment unmoved, no second posting`, async () => {
      const { db } = engine;
      const payer = await makePayer(engine);
      const { paymentId, chargeId } = await duePayment(db, payer);
      await engine.charge(paymentId);
      const seen = { id: chargeId, looks: 0, initiatedBy: "mit", triesWithoutMoney: 0 } as const;
      expect(await storeSeen(engine.dependencies, "yookassa", seen, stale(outcome))).toMatchObject({
        payment: "paid",
        charge: "charged",
      });
      const evidence = await db
        .selectFrom("evidence")
        .select(["outcome", "moved"])
        .where("charge_id", "=", chargeId)
        .orderBy("id")
        .execute();
      expect(evidence).toEqual([
        { outcome: "charged", moved: true },
        { outcome, moved: false },
      ]);
      expect(await balanceOf(db, "biller:gorod-zhkh", paymentId)).toBe(-512_345);
    });
  }

  test("404 for an object that the bank had named: an alarm, and the charge stays where it was", async () => {
    const { db, bank } = engine;
    const payer = await makePayer(engine);
    const { paymentId, chargeId } = await duePayment(db, payer);
    await bank.arm({ kind: "hold" }, { chargeId });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "pending" });
    await bank.arm({ kind: "status", status: 404, code: "not_found" }, { operation: "get_payment" });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "charging", charge: "pending" });
    expect(await casesOf(db, chargeId)).toEqual(["gateway-alarm"]);
    const { object_id: objectId } = await charge(db, chargeId);
    await bank.settle(objectId ?? "", "succeeded");
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("pending for days is never taken for failed, and a person gets a case after one", async () => {
    const { db, bank } = engine;
    const payer = await makePayer(engine);
    const { paymentId, chargeId } = await duePayment(db, payer);
    await bank.arm({ kind: "hold" }, { chargeId });
    await engine.charge(paymentId);
    for (const _ of [1, 2, 3]) {
      await engine.jump({ hours: 25 });
      expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "charging", charge: "pending" });
    }
    expect(await casesOf(db, chargeId)).toEqual(["undecided-for-a-day"]);
  });
});
