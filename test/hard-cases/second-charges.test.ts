import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  charge,
  confirmPayment,
  duePayment,
  makePayer,
  payment,
  payNow,
  stopMandate,
} from "../support/rows.ts";
import { until } from "../support/until.ts";
import { atTheBank } from "./at-the-bank.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

/** A mandate's charge whose only transmission went unanswered. */
async function unknownCharge(kind = "commit-then-drop") {
  const payer = await makePayer(engine, { cards: 2 });
  const due = await duePayment(engine.db, payer);
  await engine.bank.arm({ kind }, { chargeId: due.chargeId });
  expect(await engine.charge(due.paymentId)).toMatchObject({ charge: "unknown" });
  return { ...payer, ...due };
}

test("two devices open one link, or a second challenge is asked for: one gateway object, the same link, no new charge", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId, residentId, methodId, confirmation } = await atTheBank(engine);
  const answers = await Promise.all(
    [1, 2].map(() => confirmPayment(db, { paymentId, residentId, methodId })),
  );
  expect(answers.map(({ state }) => state)).toEqual(["charging", "charging"]);
  expect(await engine.charge(paymentId)).toBeNull();
  expect(await bank.posts(paymentId)).toHaveLength(1);
  expect((await charge(db, chargeId)).confirmation).toEqual(confirmation);
});

test("another method during a challenge: not before the first is final, where the gateway cannot end it", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId, billId, residentId, objectId } = await atTheBank(engine);
  expect(await payNow(db, { billId, residentId })).toMatchObject({ refused: "bill-being-paid" });
  expect(await engine.charge(paymentId)).toBeNull();
  await bank.settle(objectId, "canceled");
  await engine.lookUp(chargeId);
  const { paymentId: next = "" } = await payNow(db, { billId, residentId });
  await engine.charge(next);
  expect(await bank.posts(paymentId)).toHaveLength(1);
  expect(await bank.posts(next)).toHaveLength(1);
});

test("fallback while the first is undecided: refused by the index and by the gate", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId, methodId } = await unknownCharge();
  await db.updateTable("methods").set({ state: "unusable" }).where("id", "=", methodId).execute();
  expect(await engine.charge(paymentId), "the gate").toBeNull();
  const row = await charge(db, chargeId);
  const second = {
    ...row,
    id: `${paymentId}-2`,
    ordinal: 2,
    idempotency_key: `${paymentId}-2`,
    object_id: null,
  };
  await expect(db.insertInto("charges").values(second).execute(), "the index").rejects.toThrow(
    /one_undecided_charge_per_payment/,
  );
  expect(await bank.posts(paymentId)).toHaveLength(1);
});

test("stop between gate and socket: it is in the answer's list and followed to its end", async () => {
  const { db, bank } = engine;
  const payer = await makePayer(engine);
  const { paymentId, chargeId } = await duePayment(db, payer);
  let stopped: Awaited<ReturnType<typeof stopMandate>> | undefined;
  const between: Gateway = {
    ...engine.gateway,
    sendCharge: async (request) => {
      stopped = await stopMandate(db, { mandateId: payer.mandateId, kind: "cancel" });
      return engine.gateway.sendCharge(request);
    },
  };
  expect(await engine.charge(paymentId, between)).toMatchObject({ payment: "paid", charge: "charged" });
  expect(stopped?.inFlight).toMatchObject([{ payment: paymentId, state: "sending" }]);
  expect(await bank.posts(paymentId)).toHaveLength(1);
  expect(await charge(db, chargeId)).toMatchObject({ transmissions: 1 });
});

test("replay wanted after a stop, or with a key older than 23 h: refused, the list is scanned", async () => {
  const { db, bank } = engine;
  const stopped = await unknownCharge();
  await stopMandate(db, { mandateId: stopped.mandateId, kind: "cancel" });
  expect(await engine.lookUp(stopped.chargeId)).toMatchObject({ charge: "charged" });
  expect(await bank.posts(stopped.paymentId)).toHaveLength(1);

  const old = await unknownCharge();
  await engine.jump({ hours: 23, minutes: 5 });
  expect(await engine.lookUp(old.chargeId)).toMatchObject({ charge: "charged" });
  expect(await bank.posts(old.paymentId)).toHaveLength(1);
  expect(await bank.debits(old.paymentId)).toHaveLength(1);
});

test.each([
  ["400 on the key", { kind: "status", status: 400, code: "invalid_request", parameter: "Idempotence-Key" }],
  ["401", { kind: "status", status: 401, code: "invalid_credentials" }],
])("replay answered 400 or 401: stays unknown until the list tells (%s)", async (_, fault) => {
  const { bank } = engine;
  const { paymentId, chargeId } = await unknownCharge("drop-before");
  await bank.arm(fault, { chargeId });
  expect(await engine.lookUp(chargeId), "a refusal of the replay decides nothing").toMatchObject({
    charge: "unknown",
  });
  expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
  expect(await bank.debits(paymentId)).toHaveLength(1);
});

test("deploy changes a description during unknown: the stored bytes are replayed", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId, billId } = await unknownCharge();
  await db.updateTable("bills").set({ purpose: "Words of a new version" }).where("id", "=", billId).execute();
  const deployed: Gateway = {
    ...engine.gateway,
    buildCharge: () => ({ body: new TextEncoder().encode('{"description":"another"}') }),
  };
  expect(await engine.lookUp(chargeId, deployed)).toMatchObject({ payment: "paid" });
  const posts = await bank.posts(paymentId);
  expect(posts).toHaveLength(2);
  expect(new Set(posts.map(({ bodyHash }) => bodyHash)).size).toBe(1);
});

test("two people at one moment: whoever loses hears that the bill is being paid", async () => {
  const { db } = engine;
  const first = await atTheBank(engine);
  const other = await makePayer(engine);
  const answer = await payNow(db, { billId: first.billId, residentId: other.residentId });
  expect(answer).toMatchObject({ refused: "bill-being-paid" });
  await until(async () => (await payment(db, first.paymentId)).state === "charging");
});
