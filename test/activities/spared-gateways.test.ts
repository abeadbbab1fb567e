import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listCircuits, noteGateway } from "../../db/queries/circuits.ts";
import { type HoldScope, placeHold, releaseHold } from "../../db/queries/holds.ts";
import { confirmPayment, payment, payNow, pushBill, toldTo } from "../support/rows.ts";
import { type Due, type IntentEngine, openIntentEngine } from "./support/intent-engine.ts";

// A gateway with prepared payments is asked for an object before the gate. What the gate would hold back anyway costs it no request.

let engine: IntentEngine;
beforeAll(async () => {
  engine = await openIntentEngine();
});
beforeEach(async () => {
  engine.bank.next("prepare");
  await sql`delete from gateway_circuits`.execute(engine.db);
});
afterAll(() => engine.close());

const asked = ({ paymentId }: Pick<Due, "paymentId">) =>
  engine.bank.sent("prepare").filter(({ key }) => key.startsWith(paymentId)).length;

type ByHand = { readonly paymentId: string; readonly residentId: string };

/** Persons who pay their own bills by hand, now. */
async function byHand(): Promise<ByHand> {
  const { residentId, methodId, account } = await engine.payer();
  await engine.db.updateTable("mandates").set({ state: "ended" }).where("account", "=", account).execute();
  const { billId } = await pushBill(engine.db, { account, billerId: "upravdom" });
  const { paymentId } = await payNow(engine.db, { billId, residentId, methodId });
  return { residentId, paymentId: paymentId ?? "" };
}

async function closedAtOnce({ paymentId, residentId }: ByHand): Promise<void> {
  expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
  expect(await toldTo(engine.db, residentId)).toContain("failed");
}

describe("a hold", () => {
  test.each<[HoldScope, string]>([
    ["all", ""],
    ["gateway", "stripe"],
    ["biller", "upravdom"],
    ["category", "housing"],
  ])(
    "on %s %s: a debit waits and a person is told at once, without a request; released, it is paid",
    async (scope, scopeId) => {
      const { db, bank } = engine;
      const due = await engine.due();
      const mine = await byHand();
      await placeHold(db, { scope, scopeId, reason: "test", placedBy: "olga" });
      for (const { paymentId } of [due, mine]) expect(await engine.charge(paymentId)).toBeNull();
      expect(await payment(db, due.paymentId)).toMatchObject({ state: "scheduled", remark: `held:${scope}` });
      await closedAtOnce(mine);
      expect([asked(due), asked(mine)]).toEqual([0, 0]);
      await releaseHold(db, { scope, scopeId, releasedBy: "olga", rate: "unlimited" });
      await engine.jumpToNextLook(due.paymentId);
      expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
      expect(bank.takenFor(due.paymentId)).toBe(512_345);
    },
  );
});

describe("an open circuit", () => {
  const limits = { failures: 5, windowSeconds: 60, pauseSeconds: 20 };
  const opened = () => noteGateway(engine.db, { gateway: "stripe", failed: 5, answered: 0, ...limits });
  const pauseOver = () => sql`update gateway_circuits set probe_at = clock_timestamp()`.execute(engine.db);
  const circuit = async () => (await listCircuits(engine.db))[0]?.state;

  test("debits wait as scheduled, none makes an object", async () => {
    const dues = [await engine.due(), await engine.due(), await engine.due()];
    await opened();
    for (const { paymentId } of dues) {
      expect(await engine.charge(paymentId)).toBeNull();
      expect(await payment(engine.db, paymentId)).toMatchObject({
        state: "scheduled",
        remark: "gateway-unavailable",
      });
    }
    expect(dues.map(asked)).toEqual([0, 0, 0]);
  });

  test("after the pause one debit makes its object and is the probe; its answer lets the others follow", async () => {
    const [first, second] = [await engine.due(), await engine.due()];
    await opened();
    await pauseOver();
    const { prepare } = engine.bank.gateway.preparation ?? {};
    if (prepare === undefined) throw new Error("this bank prepares");
    // while the probe's object is made the circuit is asked for another one
    const preparation = {
      prepare: async (request: Parameters<typeof prepare>[0]) => {
        if (request.paymentId === first.paymentId) await engine.charge(second.paymentId);
        return prepare(request);
      },
    };
    const gateway = { ...engine.bank.gateway, preparation };
    const over = { ...engine.dependencies, gateways: new Map([["stripe", gateway]]) };
    expect(await engine.charge(first.paymentId, over)).toMatchObject({ payment: "paid" });
    expect(asked(second)).toBe(0);
    await engine.jumpToNextLook(second.paymentId);
    expect(await engine.charge(second.paymentId)).toMatchObject({ payment: "paid" });
    expect(await circuit()).toBe("closed");
  });

  test("a person may be the probe at once; who comes while it is out is told that it does not work now", async () => {
    const [first, second] = [await byHand(), await byHand()];
    await opened();
    await sql`update gateway_circuits set probe_charge = ${`${first.paymentId}-1`}`.execute(engine.db);
    expect(await engine.charge(second.paymentId)).toBeNull();
    await closedAtOnce(second);
    expect(asked(second)).toBe(0);
    expect(await engine.charge(first.paymentId)).toMatchObject({ payment: "paid" });
  });

  test("the probe's object was never made: the next person who waits is the probe", async () => {
    const due = await engine.due();
    const mine = await byHand();
    await opened();
    await pauseOver();
    engine.bank.next("prepare", "never-arrives");
    await engine.charge(due.paymentId);
    expect(await circuit()).toBe("open");
    expect(await engine.charge(mine.paymentId)).toMatchObject({ payment: "paid" });
    const later = await engine.due();
    expect(await engine.charge(later.paymentId)).toMatchObject({ payment: "paid" });
  });

  test("the probe's object was refused: that is an answer, the circuit closes", async () => {
    const due = await engine.due();
    await opened();
    await pauseOver();
    engine.bank.next("prepare", { refused: 400, code: "amount_too_small" });
    await engine.charge(due.paymentId);
    expect(await circuit()).toBe("closed");
  });
});

test("a mandate's payment that its payer has confirmed waits behind a hold, like at any gateway", async () => {
  const { db } = engine;
  const due = await engine.due();
  await sql`update payments set state = 'needs-payer', need = 'confirm-again' where id = ${due.paymentId}`.execute(
    db,
  );
  const { paymentId, residentId, methodId } = due;
  await confirmPayment(db, { paymentId, residentId, methodId });
  await placeHold(db, { scope: "all", scopeId: "", reason: "test", placedBy: "olga" });
  expect(await engine.charge(paymentId)).toBeNull();
  expect(await payment(db, paymentId)).toMatchObject({ state: "scheduled", remark: "held:all" });
  expect(asked(due)).toBe(0);
  await releaseHold(db, { scope: "all", scopeId: "", releasedBy: "olga", rate: "unlimited" });
});
