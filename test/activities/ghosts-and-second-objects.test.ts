import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storeSeen } from "../../activities/charging.ts";
import { lookAtUnwatchedCharge } from "../../activities/looking-up.ts";
import { nudgeGhosts } from "../../db/queries/charge-objects.ts";
import type { Evidence } from "../../db/queries/charging.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  acceptNotices,
  balanceOf,
  casesOf,
  charge,
  duePayment,
  makePayer,
  payment,
} from "../support/rows.ts";
import { type IntentEngine, openIntentEngine } from "./support/intent-engine.ts";

let engine: Engine;
let atIntents: IntentEngine;
beforeAll(async () => {
  engine = await openEngine();
  atIntents = await openIntentEngine();
});
afterAll(async () => {
  await engine.close();
  await atIntents.close();
});

let numbers = 0;

/** What a look-up said of a charge, each time as news. */
async function tell(chargeId: string, said: Omit<Evidence, "source" | "rank" | "hash">) {
  numbers += 1;
  const evidence: Evidence = { source: "look-up", rank: 1, hash: `seen ${numbers}`, ...said };
  return storeSeen(
    engine.dependencies,
    "yookassa",
    { id: chargeId, looks: 0, initiatedBy: "mit", triesWithoutMoney: 0 },
    { evidence },
  );
}

const declined = { outcome: "not-charged", how: "declined", reason: "issuer_unavailable" } as const;

/** The bank says that this one takes no money, and the payment waits for its next try. */
async function ended() {
  const due = await duePayment(engine.db, await makePayer(engine));
  await engine.bank.arm({ kind: "decline", reason: "issuer_unavailable" }, { chargeId: due.chargeId });
  await engine.charge(due.paymentId);
  await acceptNotices(engine.db, due.paymentId);
  return due;
}

describe("a ghost", () => {
  test("final, and back again: the second sighting blocks the debt like the first", async () => {
    const { db } = engine;
    const { chargeId, paymentId } = await ended();
    await tell(chargeId, { outcome: "pending" });
    await tell(chargeId, declined);
    expect(await casesOf(db, chargeId)).toEqual([]);
    await tell(chargeId, { outcome: "pending" });
    expect(await casesOf(db, chargeId)).toEqual(["ghost"]);
    await engine.jump({ minutes: 40 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(db, paymentId)).toMatchObject({ state: "scheduled", remark: "ghost" });
  });

  test("is looked at every hour by a nudge of our own until it is final", async () => {
    const { db } = engine;
    const { chargeId } = await ended();
    await tell(chargeId, { outcome: "pending" });
    await nudgeGhosts(db);
    await nudgeGhosts(db);
    const nudges = await db
      .selectFrom("gateway_nudges")
      .select("event")
      .where("charge_id", "=", chargeId)
      .execute();
    expect(nudges).toEqual([{ event: "ghost" }]);
  });

  test("is ended where the gateway can end it: the debt is free again", async () => {
    const { bank, db, dependencies } = atIntents;
    const due = await atIntents.due();
    bank.next("confirm", { declined: "processing_error" });
    await atIntents.charge(due.paymentId);
    const [intent] = bank.intentsOf(due.paymentId);
    if (!intent) throw new Error("no intent");
    intent.status = "action";
    await lookAtUnwatchedCharge(dependencies, { chargeId: due.chargeId, objectId: intent.id });
    expect(intent.status).toBe("canceled");
    expect(await casesOf(db, due.chargeId)).toEqual([]);
    expect(bank.sent("void", intent.id)).toHaveLength(1);
  });
});

describe("a second object for one charge", () => {
  test("takes money as well: a case, the sum in suspense, the payment stays paid once", async () => {
    const { db } = engine;
    const due = await duePayment(db, await makePayer(engine));
    await engine.charge(due.paymentId);
    const before = await charge(db, due.chargeId);
    const second = { outcome: "charged", amountMinor: 512_345, objectId: "another-object" } as const;
    await tell(due.chargeId, second);
    await tell(due.chargeId, second);
    expect(await casesOf(db, due.chargeId)).toEqual(["second-object"]);
    expect(await balanceOf(db, "suspense", due.paymentId)).toBe(-512_345);
    expect(await balanceOf(db, "biller:gorod-zhkh", due.paymentId)).toBe(-512_345);
    expect((await charge(db, due.chargeId)).object_id).toBe(before.object_id);
    expect((await payment(db, due.paymentId)).state).toBe("paid");
  });

  test("says something else than money: a case, and the charge stays where its own object put it", async () => {
    const { bank, db } = engine;
    const due = await duePayment(db, await makePayer(engine));
    await bank.arm({ kind: "hold" }, { chargeId: due.chargeId });
    await engine.charge(due.paymentId);
    await tell(due.chargeId, { ...declined, objectId: "another-object" });
    expect((await charge(db, due.chargeId)).state).toBe("pending");
    expect(await casesOf(db, due.chargeId)).toEqual(["second-object"]);
  });

  test("takes the money while the first is unfinished: that one is the charge's object from then on", async () => {
    const { bank, db } = engine;
    const due = await duePayment(db, await makePayer(engine));
    await bank.arm({ kind: "hold" }, { chargeId: due.chargeId });
    await engine.charge(due.paymentId);
    const first = (await charge(db, due.chargeId)).object_id ?? "";
    await tell(due.chargeId, { outcome: "charged", amountMinor: 512_345, objectId: "another-object" });
    expect(await charge(db, due.chargeId)).toMatchObject({ state: "charged", object_id: "another-object" });
    await tell(due.chargeId, { outcome: "charged", amountMinor: 512_345, objectId: first });
    expect(await balanceOf(db, "suspense", due.paymentId), "the first took it, too").toBe(-512_345);
  });
});

test("the database refuses a prepared object for two payments, and two charged charges on one", async () => {
  const { bank, db } = atIntents;
  const [one, other] = [await atIntents.due(), await atIntents.due()];
  bank.next("confirm", { declined: "insufficient_funds" });
  await atIntents.charge(one.paymentId);
  bank.next("confirm", { declined: "insufficient_funds" });
  await atIntents.charge(other.paymentId);
  const objectOf = (paymentId: string) => bank.intentsOf(paymentId)[0]?.id ?? "";
  const steal = db
    .updateTable("prepared_objects")
    .set({ object_id: objectOf(one.paymentId) })
    .where("payment_id", "=", other.paymentId)
    .execute();
  await expect(steal).rejects.toMatchObject({ code: expect.stringMatching(/^23/) });
  const borrow = db
    .updateTable("charges")
    .set({ object_id: objectOf(one.paymentId) })
    .where("id", "=", other.chargeId)
    .execute();
  await expect(borrow).rejects.toMatchObject({ code: "23503" });
});
