import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chargePayment } from "../../activities/charging.ts";
import { voidIdleObjects } from "../../activities/object-requests.ts";
import { notePrepared } from "../../db/queries/charge-objects.ts";
import { acceptNotices, casesOf, charge, payment, planAll, pushBill, stopMandate } from "../support/rows.ts";
import { type Due, type IntentEngine, openIntentEngine, preparedOf } from "./support/intent-engine.ts";

let engine: IntentEngine;
beforeAll(async () => {
  engine = await openIntentEngine();
});
afterAll(() => engine.close());

/** The next try that a decline has announced: its notice is accepted, its moment has come. */
async function nextTry({ paymentId }: Due): Promise<void> {
  const { db } = engine;
  await acceptNotices(db, paymentId);
  await engine.jumpToNextLook(paymentId);
}

describe("one object stands for all charges of a payment", () => {
  test("made before the gate, confirmed by the charge: one debit, and the rows know it", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid", charge: "charged" });
    const [intent] = bank.intentsOf(due.paymentId);
    expect(await preparedOf(db, due.paymentId)).toMatchObject([
      { round: 1, object_id: intent?.id, state: "used", amount_minor: 512_345, attempt_before: null },
    ]);
    expect(await charge(db, due.chargeId)).toMatchObject({
      object_id: intent?.id,
      prepared_round: 1,
      attempt_before: null,
      can_void: true,
    });
    expect(bank.sent("prepare").at(-1)?.key).toBe(`${due.paymentId}-pi-1`);
    expect(bank.sent("confirm", intent?.id)).toMatchObject([{ key: due.chargeId }]);
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
  });

  test.each(["lost", "never-arrives"] as const)(
    "the answer to its making is %s: no charge, the same key again, one object",
    async (fate) => {
      const { db, bank } = engine;
      const due = await engine.due();
      bank.next("prepare", fate);
      expect(await engine.charge(due.paymentId)).toBeNull();
      expect(await payment(db, due.paymentId)).toMatchObject({
        state: "scheduled",
        remark: "gateway not ready",
      });
      expect(await preparedOf(db, due.paymentId)).toMatchObject([
        { round: 1, object_id: null, unanswered: 1 },
      ]);
      await engine.jumpToNextLook(due.paymentId);
      expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
      const keys = bank.sent("prepare").filter(({ key }) => key.startsWith(due.paymentId));
      expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
      expect(bank.intentsOf(due.paymentId)).toHaveLength(1);
    },
  );

  test("the process dies between the object's making and the gate: the same object is charged", async () => {
    const { bank } = engine;
    const due = await engine.due();
    const dying = { ...bank.gateway, buildCharge: () => raise() };
    const over = { ...engine.dependencies, gateways: new Map([["stripe", dying]]) };
    await expect(chargePayment(over, { paymentId: due.paymentId })).rejects.toThrow("killed");
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(bank.intentsOf(due.paymentId)).toHaveLength(1);
  });

  test("nobody answers for long: a payer who is asked, and a mandate that asks after its last safe instant", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("prepare", ...Array.from({ length: 6 }, () => "never-arrives" as const));
    await engine.charge(due.paymentId);
    const waits: number[] = [];
    for (const _ of [1, 2, 3, 4, 5]) {
      const { next_look_at, changed_at } = await payment(db, due.paymentId);
      waits.push(Math.round((Date.parse(next_look_at) - Date.parse(changed_at)) / 1_000));
      await engine.jumpToNextLook(due.paymentId);
      await engine.charge(due.paymentId);
    }
    expect(waits).toEqual([5, 15, 60, 300, 900]);
    await db
      .updateTable("payments")
      .set({ give_up_at: new Date(0).toISOString() })
      .where("id", "=", due.paymentId)
      .execute();
    await engine.charge(due.paymentId);
    expect(await payment(db, due.paymentId)).toMatchObject({ state: "needs-payer", need: "late-bill" });
    expect(bank.takenFor(due.paymentId)).toBe(0);
  });
});

describe("after a decline", () => {
  test("the next try confirms the same object with its own key", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("confirm", { declined: "insufficient_funds" });
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "scheduled", charge: "not-charged" });
    await nextTry(due);
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    const [intent, ...others] = bank.intentsOf(due.paymentId);
    expect(others).toEqual([]);
    expect(bank.sent("confirm", intent?.id).map(({ key }) => key)).toEqual([
      `${due.paymentId}-1`,
      `${due.paymentId}-2`,
    ]);
    expect((await charge(db, `${due.paymentId}-2`)).attempt_before).not.toBeNull();
  });

  test("an older attempt is never taken for the new one: unanswered stays unknown, then absent, never the old decline", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("confirm", { declined: "insufficient_funds" }, "never-arrives");
    await engine.charge(due.paymentId);
    await nextTry(due);
    const second = `${due.paymentId}-2`;
    expect(await engine.charge(due.paymentId)).toMatchObject({ charge: "unknown" });
    expect(await engine.lookUp(second)).toMatchObject({ charge: "unknown" });
    await engine.jump({ minutes: 6 });
    expect(await engine.lookUp(second)).toMatchObject({ charge: "not-charged" });
    expect(await charge(db, second)).toMatchObject({ how: "absent" });
    expect(await charge(db, due.chargeId)).toMatchObject({ how: "declined", reason: "insufficient_funds" });
  });

  test("advice of the network is kept as a fact of the evidence", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("confirm", { declined: "generic_decline", advice: { networkAdviceCode: "03" } });
    await engine.charge(due.paymentId);
    const [row] = await db
      .selectFrom("evidence")
      .select("facts")
      .where("charge_id", "=", due.chargeId)
      .execute();
    expect(row?.facts).toEqual({ networkAdviceCode: "03" });
    expect((await payment(db, due.paymentId)).state, "03 means: never again").not.toBe("scheduled");
  });

  test("another amount is another object; the first is ended by the daily sweep", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("confirm", { declined: "insufficient_funds" });
    await engine.charge(due.paymentId);
    await pushBill(db, { account: due.account, billerId: "upravdom", version: 2, amountMinor: 400_000 });
    await planAll(db);
    await nextTry(due);
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(await preparedOf(db, due.paymentId)).toMatchObject([
      { round: 1, state: "open", amount_minor: 512_345 },
      { round: 2, state: "used", amount_minor: 400_000 },
    ]);
    await engine.jump({ hours: 25 });
    await voidIdleObjects(engine.dependencies);
    expect((await preparedOf(db, due.paymentId))[0]).toMatchObject({ state: "voided" });
    expect(bank.intentsOf(due.paymentId)[0]?.status).toBe("canceled");
    expect(bank.takenFor(due.paymentId)).toBe(400_000);
  });

  test("the object was canceled by somebody: the next try has another one", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("confirm", { declined: "insufficient_funds" });
    await engine.charge(due.paymentId);
    bank.settle(bank.intentsOf(due.paymentId)[0]?.id ?? "", "canceled");
    await nextTry(due);
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(await preparedOf(db, due.paymentId)).toMatchObject([{ state: "voided" }, { state: "used" }]);
  });

  test("canceled, later succeeded: the object has taken the money after all: no second charge, booked, alarm", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("confirm", { declined: "insufficient_funds" });
    await engine.charge(due.paymentId);
    bank.settle(bank.intentsOf(due.paymentId)[0]?.id ?? "", "succeeded");
    await nextTry(due);
    expect(await engine.charge(due.paymentId)).toBeNull();
    expect(await payment(db, due.paymentId)).toMatchObject({ state: "paid", paid_minor: 512_345 });
    expect(await casesOf(db, due.chargeId)).toEqual(["success-after-final"]);
    expect(bank.sent("confirm").filter(({ key }) => key.startsWith(due.paymentId))).toHaveLength(1);
  });
});

describe("what nobody will use", () => {
  test("has taken money after all, when the daily sweep ends it: booked, owed back, and a person hears of it", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("confirm", { declined: "insufficient_funds" });
    await engine.charge(due.paymentId);
    await stopMandate(db, { mandateId: due.mandateId, kind: "cancel" });
    await engine.charge(due.paymentId);
    expect((await payment(db, due.paymentId)).state).toBe("closed");
    bank.settle(bank.intentsOf(due.paymentId)[0]?.id ?? "", "succeeded");
    await engine.jump({ hours: 25 });
    await voidIdleObjects(engine.dependencies);
    expect(await charge(db, due.chargeId)).toMatchObject({ state: "charged", charged_minor: 512_345 });
    expect(await casesOf(db, due.chargeId)).toContain("success-after-final");
    expect((await payment(db, due.paymentId)).state).not.toBe("closed");
  });

  test("an object of a payment that was stopped before its gate is ended a day later, no sooner", async () => {
    const { db, bank } = engine;
    const due = await engine.due();
    bank.next("prepare", "lost");
    await engine.charge(due.paymentId);
    await engine.jumpToNextLook(due.paymentId);
    const [intent] = bank.intentsOf(due.paymentId);
    await notePrepared(db, {
      paymentId: due.paymentId,
      round: 1,
      objectId: intent?.id ?? "",
      attemptBefore: null,
      closed: false,
    });
    await stopMandate(db, { mandateId: due.mandateId, kind: "cancel" });
    expect(await engine.charge(due.paymentId)).toBeNull();
    expect((await payment(db, due.paymentId)).state).toBe("closed");
    await voidIdleObjects(engine.dependencies);
    expect(bank.intentsOf(due.paymentId)[0]?.status).toBe("payable");
    await engine.jump({ hours: 25 });
    await voidIdleObjects(engine.dependencies);
    expect(bank.intentsOf(due.paymentId)[0]?.status).toBe("canceled");
    expect(bank.sent("void", intent?.id)).toMatchObject([{ key: `${due.paymentId}-void-1` }]);
  });
});

function raise(): never {
  throw new Error("killed");
}
