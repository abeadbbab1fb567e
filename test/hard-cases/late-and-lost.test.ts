import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { lookAtUnwatchedCharge } from "../../activities/looking-up.ts";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { closePayment } from "../../db/queries/looks.ts";
import { readStoppedPayments } from "../../db/queries/sweeping.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { casesOf, charge, duePayment, makePayer, payment, stopMandate, toldTo } from "../support/rows.ts";
import { atTheBank } from "./at-the-bank.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

/** What the sweeper does with stops that it finds. */
async function carryOutStops(): Promise<void> {
  for (const { paymentId, outcome } of await readStoppedPayments(engine.db)) {
    await closePayment(engine.db, { paymentId, outcome, reason: "stopped" });
  }
}

test("success after the payer's deadline: kept, for it is owed, and told; never lost", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId, objectId, residentId } = await atTheBank(engine);
  await db
    .updateTable("payments")
    .set({ give_up_at: new Date(Date.now() - 60_000).toISOString() })
    .where("id", "=", paymentId)
    .execute();
  await bank.settle(objectId, "succeeded");
  expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
  expect(await bank.debits(paymentId)).toHaveLength(1);
  expect(await toldTo(db, residentId)).toContain("paid");
});

test("success after cancel: listed in the stop's answer, kept for the debt, told plainly", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const { paymentId, chargeId } = await duePayment(db, payer);
  await bank.arm({ kind: "commit-then-drop" }, { chargeId });
  await engine.charge(paymentId);
  const { inFlight } = await stopMandate(db, { mandateId: payer.mandateId, kind: "cancel" });
  expect(inFlight).toMatchObject([{ payment: paymentId, state: "unknown" }]);
  await carryOutStops();
  expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
  expect(await bank.posts(paymentId)).toHaveLength(1);
  expect((await toldTo(db, payer.residentId)).at(-1)).toBe("charged-after-stop");
});

test("challenge found when looking up an unknown: waited for, and its link is offered", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId, confirmation } = await atTheBank(engine, { lost: true });
  expect(confirmation).toBeNull();
  expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "charging", charge: "challenged" });
  const row = await charge(db, chargeId);
  expect(row.confirmation).not.toBeNull();
  expect(Date.parse(row.confirm_by ?? "")).toBeGreaterThan(Date.now());
  await bank.settle(row.object_id ?? "", "succeeded");
  expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
  expect(await bank.debits(paymentId)).toHaveLength(1);
});

test("canceled, later succeeded: booked, kept if nobody else paid, with an alarm", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const { paymentId, chargeId } = await duePayment(db, payer);
  let objectId = "";
  const callsItCanceled: Gateway = {
    ...engine.gateway,
    sendCharge: async (request) => {
      const ended = await engine.gateway.sendCharge(request);
      if (ended.kind !== "seen") return ended;
      objectId = ended.sighting.objectId;
      const outcome = { kind: "not-charged", how: "declined", reason: "insufficient_funds" } as const;
      return { ...ended, sighting: { ...ended.sighting, outcome } };
    },
  };
  expect(await engine.charge(paymentId, callsItCanceled)).toMatchObject({ charge: "not-charged" });
  // the gateway speaks of an object that its own view does not show yet: that is no end of the news
  await bank.arm({ kind: "status", status: 404, code: "not_found" }, { operation: "get_payment" });
  expect(await lookAtUnwatchedCharge(engine.dependencies, { chargeId, objectId })).toBe(false);
  expect(await charge(db, chargeId)).toMatchObject({ state: "not-charged" });
  expect(await lookAtUnwatchedCharge(engine.dependencies, { chargeId, objectId })).toBe(true);
  expect(await charge(db, chargeId)).toMatchObject({ state: "charged" });
  expect(await payment(db, paymentId)).toMatchObject({ state: "paid" });
  expect(await casesOf(db, chargeId)).toContain("success-after-final");
  expect(await bank.debits(paymentId)).toHaveLength(1);
});

test("pending for days: never taken for failed by time, looked at by the ladder, a person's case after one", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const { paymentId, chargeId } = await duePayment(db, payer);
  await bank.arm({ kind: "hold" }, { chargeId });
  expect(await engine.charge(paymentId)).toMatchObject({ charge: "pending" });
  for (let day = 1; day <= 5; day += 1) {
    await engine.jump({ hours: 24 });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "charging", charge: "pending" });
  }
  expect(await casesOf(db, chargeId)).toContain("undecided-for-a-day");
  await bank.settle((await charge(db, chargeId)).object_id ?? "", "succeeded");
  expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
});
