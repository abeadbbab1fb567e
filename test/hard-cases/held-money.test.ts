import { afterAll, beforeAll, expect, test } from "vitest";
import { type Due, type IntentEngine, openIntentEngine } from "../activities/support/intent-engine.ts";
import { balanceOf, casesOf, charge, payment } from "../support/rows.ts";

let engine: IntentEngine;
beforeAll(async () => {
  engine = await openIntentEngine();
});
afterAll(() => engine.close());

/** A charge whose money the gateway holds, although we never ask for that. */
async function held(): Promise<Due & { readonly objectId: string }> {
  const due = await engine.due();
  engine.bank.next("confirm", "held");
  expect(await engine.charge(due.paymentId)).toMatchObject({ charge: "held" });
  return { ...due, objectId: engine.bank.intentsOf(due.paymentId)[0]?.id ?? "" };
}

test("capture unanswered, refused, partial: held is looked up, a lapsed one took nothing, the true amount is posted", async () => {
  const { bank, db } = engine;
  const unanswered = await held();
  bank.next("capture", "lost");
  expect(await engine.lookUp(unanswered.chargeId)).toMatchObject({ charge: "held" });
  expect(await engine.lookUp(unanswered.chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
  expect(bank.sent("capture", unanswered.objectId)).toHaveLength(1);
  expect(bank.takenFor(unanswered.paymentId)).toBe(512_345);

  const refused = await held();
  bank.settle(refused.objectId, "canceled");
  expect(await engine.lookUp(refused.chargeId)).toMatchObject({ charge: "not-charged" });
  expect(bank.takenFor(refused.paymentId)).toBe(0);
  expect(await charge(db, refused.chargeId)).toMatchObject({ charged_minor: null });

  const partial = await held();
  bank.settle(partial.objectId, "succeeded", 500_000);
  expect(await engine.lookUp(partial.chargeId)).toMatchObject({ payment: "paid" });
  expect(await payment(db, partial.paymentId)).toMatchObject({ paid_minor: 500_000 });
  expect(await balanceOf(db, "biller:upravdom", partial.paymentId)).toBe(-500_000);
  expect(await casesOf(db, partial.chargeId)).toEqual(["part-paid"]);
});
