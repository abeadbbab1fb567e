import { afterAll, beforeAll, expect, test } from "vitest";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { charge, duePayment, makePayer, payment } from "../support/rows.ts";
import { afterSuspension } from "./support/suspended.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

/** Stops the whole process between the gate's commit and the socket, as a paused machine would. */
function frozenBeforeSending(milliseconds: number): Gateway {
  return {
    ...engine.gateway,
    sendCharge: (request) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
      return engine.gateway.sendCharge(request);
    },
  };
}

test("a worker frozen for more than five seconds after the gate writes no byte; the debit is announced anew", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId } = await duePayment(db, await makePayer(engine));

  expect(await engine.charge(paymentId, frozenBeforeSending(5_200))).toMatchObject({
    payment: "scheduled",
    charge: "not-charged",
  });

  expect(await bank.posts(paymentId)).toEqual([]);
  expect(await charge(db, chargeId)).toMatchObject({ how: "refused", reason: "technical" });
  expect((await payment(db, paymentId)).stop_mark).toBeNull();
});

test("frozen before a replay: no byte, and the first transmission stays unknown", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId } = await duePayment(db, await makePayer(engine));
  await bank.arm({ kind: "commit-then-drop" }, { chargeId });
  await engine.charge(paymentId);

  expect(await engine.lookUp(chargeId, frozenBeforeSending(5_200))).toMatchObject({ charge: "unknown" });
  expect(await bank.posts(paymentId)).toHaveLength(1);
  expect(await charge(db, chargeId)).toMatchObject({ state: "unknown", transmissions: 2 });

  expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
  expect(await bank.debits(paymentId)).toHaveLength(1);
});

test("a machine suspended for hours between the gate and the socket: no byte of the charge, none of the replay", async () => {
  const { db, bank } = engine;
  const suspended: Gateway = {
    ...engine.gateway,
    sendCharge: (request) => engine.gateway.sendCharge(afterSuspension(request)),
  };
  const first = await duePayment(db, await makePayer(engine));
  expect(await engine.charge(first.paymentId, suspended)).toMatchObject({ charge: "not-charged" });
  expect(await bank.posts(first.paymentId)).toEqual([]);
  expect(await charge(db, first.chargeId)).toMatchObject({ how: "refused", reason: "technical" });

  const second = await duePayment(db, await makePayer(engine));
  await bank.arm({ kind: "commit-then-drop" }, { chargeId: second.chargeId });
  await engine.charge(second.paymentId);
  expect(await engine.lookUp(second.chargeId, suspended)).toMatchObject({ charge: "unknown" });
  expect(await bank.posts(second.paymentId)).toHaveLength(1);
});
