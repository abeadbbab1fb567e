import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { balanceOf, casesOf, charge, payment, planAll, pushBill, stopMandate } from "../support/rows.ts";
import { lookUpCharge } from "../../activities/looking-up.ts";
import { type Due, type IntentEngine, openIntentEngine } from "./support/intent-engine.ts";
import { afterSuspension } from "./support/suspended.ts";

let engine: IntentEngine;
beforeAll(async () => {
  engine = await openIntentEngine();
});
afterAll(() => engine.close());

/** A charge whose money the gateway holds, although we never ask for that. */
async function held(): Promise<Due> {
  const due = await engine.due();
  engine.bank.next("confirm", "held");
  expect(await engine.charge(due.paymentId)).toMatchObject({
    payment: "charging",
    charge: "held",
    waitMs: 0,
  });
  return due;
}

function object(due: Due): string {
  return engine.bank.intentsOf(due.paymentId)[0]?.id ?? "";
}

describe("held money that the payment wants", () => {
  test("is taken in full with the key of its capture, through a gate of its own", async () => {
    const { bank, db } = engine;
    const due = await held();
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
    expect(bank.sent("capture", object(due))).toMatchObject([{ key: `${due.chargeId}-capture` }]);
    expect(await balanceOf(db, "biller:upravdom", due.paymentId)).toBe(-512_345);
    expect(await casesOf(db, due.chargeId)).toEqual([]);
  });

  test("capture unanswered: held, looked up, never taken twice", async () => {
    const { bank } = engine;
    const due = await held();
    bank.next("capture", "lost");
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "charging", charge: "held" });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid" });
    expect(bank.sent("capture", object(due))).toHaveLength(1);
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
  });

  test("capture never arrived, or its key answers 500 for ever: asked for again", async () => {
    const { bank } = engine;
    for (const fate of ["never-arrives", "stored-500"] as const) {
      const due = await held();
      bank.next("capture", fate);
      expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "held" });
      expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "charged" });
      expect(bank.takenFor(due.paymentId)).toBe(512_345);
    }
  });

  test("a machine suspended for hours between the gate and the socket: no byte of the capture", async () => {
    const { bank, dependencies } = engine;
    const due = await held();
    const { capture } = bank.gateway;
    if (capture === undefined) throw new Error("this gateway captures");
    const suspended = {
      ...bank.gateway,
      capture: (request: Parameters<typeof capture>[0]) => capture(afterSuspension(request)),
    };
    const over = { ...dependencies, gateways: new Map([["stripe", suspended]]) };
    expect(await lookUpCharge(over, { chargeId: due.chargeId })).toMatchObject({ charge: "held" });
    expect(bank.sent("capture", object(due))).toEqual([]);
    expect(bank.takenFor(due.paymentId)).toBe(0);
  });

  test("a hold by an operator: neither taken nor given back while it stands", async () => {
    const { bank, db } = engine;
    const due = await held();
    await db.insertInto("holds").values({ scope: "all", reason: "drill", placed_by: "olga" }).execute();
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "held" });
    expect(bank.sent("capture", object(due))).toEqual([]);
    await db.deleteFrom("holds").execute();
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "charged" });
  });

  test("the bill was lowered meanwhile: taken in full, the excess is owed back", async () => {
    const { bank, db } = engine;
    const due = await held();
    await pushBill(db, { account: due.account, billerId: "upravdom", version: 2, amountMinor: 500_000 });
    await planAll(db);
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid" });
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
    expect(await balanceOf(db, "refunds-due", due.paymentId)).toBe(-12_345);
  });

  test("less was taken than asked: the true amount is booked as a part payment, with a case", async () => {
    const { bank, db } = engine;
    const due = await held();
    bank.settle(object(due), "succeeded", 500_000);
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid" });
    expect(await payment(db, due.paymentId)).toMatchObject({ paid_minor: 500_000 });
    expect(await balanceOf(db, "biller:upravdom", due.paymentId)).toBe(-500_000);
    expect(await casesOf(db, due.chargeId)).toEqual(["part-paid"]);
  });
});

describe("held money that nobody wants any more", () => {
  const reasons: Readonly<Record<string, (due: Due) => Promise<unknown>>> = {
    "a stop": ({ mandateId }) => stopMandate(engine.db, { mandateId, kind: "cancel" }),
    "an annulled bill": async ({ account }) => {
      await pushBill(engine.db, { account, billerId: "upravdom", version: 2, status: "annulled" });
      await planAll(engine.db);
    },
    "another payee": async ({ billId }) =>
      engine.db.updateTable("bills").set({ payee_hash: "swapped" }).where("id", "=", billId).execute(),
  };

  test.each(Object.keys(reasons))("%s: given back, not captured; the payment ends", async (name) => {
    const { bank, db } = engine;
    const due = await held();
    await reasons[name]?.(due);
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "closed", charge: "not-charged" });
    expect(bank.sent("capture", object(due))).toEqual([]);
    expect(bank.takenFor(due.paymentId)).toBe(0);
    expect(await charge(db, due.chargeId)).toMatchObject({ how: "voided" });
  });

  test("void unanswered: held, looked up; never captured after it, even when the mandate goes on", async () => {
    const { bank } = engine;
    const due = await held();
    await stopMandate(engine.db, { mandateId: due.mandateId, kind: "pause" });
    bank.next("void", "never-arrives");
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "held" });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "closed" });
    expect(bank.sent("capture", object(due))).toEqual([]);
  });

  test("the hold lapsed at the bank: not charged, and the payer is asked", async () => {
    const { bank, db } = engine;
    const due = await held();
    bank.settle(object(due), "canceled");
    expect(await engine.lookUp(due.chargeId)).toMatchObject({
      payment: "needs-payer",
      charge: "not-charged",
    });
    expect(await payment(db, due.paymentId)).toMatchObject({ need: "confirm-again" });
  });
});
