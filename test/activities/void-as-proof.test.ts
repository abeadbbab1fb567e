import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acceptNotices, casesOf, charge, payment, skipPayment, stopMandate } from "../support/rows.ts";
import { type Due, type IntentEngine, openIntentEngine, preparedOf } from "./support/intent-engine.ts";

let engine: IntentEngine;
beforeAll(async () => {
  engine = await openIntentEngine();
});
afterAll(() => engine.close());

/** A charge whose confirm ended without an answer. */
async function unknownAfter(fate: "stored-500" | "never-arrives" | "lost"): Promise<Due> {
  const due = await engine.due();
  engine.bank.next("confirm", fate);
  expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "charging", charge: "unknown" });
  return due;
}

function confirms({ paymentId }: Due): readonly string[] {
  return engine.bank
    .sent("confirm")
    .map(({ key }) => key)
    .filter((key) => key.startsWith(paymentId));
}

/** Climbs the ladder by its own waits until something is known. */
async function climb({ paymentId, chargeId }: Due): Promise<number> {
  for (let looks = 1; looks <= 8; looks += 1) {
    await engine.jumpToNextLook(paymentId);
    const result = await engine.lookUp(chargeId);
    if (result?.charge !== "unknown") return looks;
  }
  throw new Error("still unknown");
}

describe("stored 500 at Stripe", () => {
  test("GET, then cancel as proof: no replay, absent after 5 s, 15 s, 1 m, 5 m, the next try on another object", async () => {
    const { db, bank } = engine;
    const due = await unknownAfter("stored-500");
    expect(await climb(due)).toBe(4);
    expect(confirms(due), "a stored 500 comes back for ever: never asked for").toEqual([due.chargeId]);
    const [intent] = bank.intentsOf(due.paymentId);
    expect(intent?.status).toBe("canceled");
    expect(bank.sent("void", intent?.id)).toMatchObject([{ key: `${due.paymentId}-void-1` }]);
    expect(await charge(db, due.chargeId)).toMatchObject({ how: "absent", void_why: "not-run" });
    const proof = await db
      .selectFrom("evidence")
      .select(["source", "outcome", "moved"])
      .where("charge_id", "=", due.chargeId)
      .execute();
    expect(proof).toEqual([{ source: "void", outcome: "not-charged", moved: true }]);

    expect((await payment(db, due.paymentId)).state).toBe("scheduled");
    await acceptNotices(db, due.paymentId);
    await engine.jumpToNextLook(due.paymentId);
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(await preparedOf(db, due.paymentId)).toMatchObject([
      { round: 1, state: "voided" },
      { round: 2, state: "used" },
    ]);
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
  });

  test("executed, the answer lost: the look finds the money, nothing is ended", async () => {
    const { bank } = engine;
    const due = await unknownAfter("lost");
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
    expect(confirms(due)).toHaveLength(1);
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
  });
});

describe("the void itself goes wrong", () => {
  test("refused because the money was taken meanwhile: charged", async () => {
    const { bank, db } = engine;
    const due = await unknownAfter("never-arrives");
    await engine.jump({ minutes: 6 });
    const [intent] = bank.intentsOf(due.paymentId);
    const { witness } = bank;
    bank.witness = async (arrival) => {
      await witness(arrival);
      // the confirm was only slow: it runs a moment before the void
      if (arrival.operation === "void" && intent) {
        intent.attempt = "ch_late";
        bank.settle(intent.id, "succeeded");
      }
    };
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
    bank.witness = witness;
    expect(await payment(db, due.paymentId)).toMatchObject({ paid_minor: 512_345 });
  });

  test("its answer is lost: unknown until the next look shows the object closed, then absent", async () => {
    const { bank, db } = engine;
    const due = await unknownAfter("never-arrives");
    await engine.jump({ minutes: 6 });
    bank.next("void", "lost");
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "unknown" });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "not-charged" });
    expect(await charge(db, due.chargeId)).toMatchObject({ how: "absent" });
    expect(bank.sent("void", bank.intentsOf(due.paymentId)[0]?.id)).toHaveLength(1);
  });

  test("its key answers 500 for ever: the next one has a key of its own", async () => {
    const { bank } = engine;
    const due = await unknownAfter("never-arrives");
    await engine.jump({ minutes: 6 });
    bank.next("void", "stored-500");
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "unknown" });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "not-charged" });
    expect(bank.sent("void", bank.intentsOf(due.paymentId)[0]?.id).map(({ key }) => key)).toEqual([
      `${due.paymentId}-void-1`,
      `${due.paymentId}-void-1-2`,
    ]);
  });

  test("nobody answers anything for a day: never absent by time, a person has a case", async () => {
    const { bank, db } = engine;
    const due = await unknownAfter("never-arrives");
    bank.next("void", "never-arrives", "never-arrives");
    for (const hours of [1, 25]) {
      await engine.jump({ hours });
      expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "charging", charge: "unknown" });
    }
    expect(await casesOf(db, due.chargeId)).toContain("undecided-for-a-day");
    expect(await engine.charge(due.paymentId), "no second charge beside an unknown one").toBeNull();
  });
});

describe("stop while unknown", () => {
  test.each(["cancel", "pause"] as const)(
    "%s: nothing is waited for, the object is ended at the next look, the payment ends stopped",
    async (kind) => {
      const { bank, db } = engine;
      const due = await unknownAfter("never-arrives");
      await stopMandate(db, { mandateId: due.mandateId, kind });
      expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "closed", charge: "not-charged" });
      expect(await payment(db, due.paymentId)).toMatchObject({ outcome: "stopped" });
      expect(bank.intentsOf(due.paymentId)[0]?.status).toBe("canceled");
    },
  );

  test("skip, and the money had been taken: kept, and told as charged after a stop", async () => {
    const { db } = engine;
    const due = await unknownAfter("lost");
    await skipPayment(db, due.paymentId, due.residentId);
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid", charge: "charged" });
  });
});

describe("a refusal of the first transmission", () => {
  test("409: it did not run, the next try is a new charge on the same object", async () => {
    const { bank, db } = engine;
    const due = await engine.due();
    bank.next("confirm", "409");
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "scheduled", charge: "not-charged" });
    expect(await charge(db, due.chargeId)).toMatchObject({ how: "refused", reason: "technical" });
    await acceptNotices(db, due.paymentId);
    await engine.jumpToNextLook(due.paymentId);
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(bank.intentsOf(due.paymentId)).toHaveLength(1);
    expect(confirms(due)).toEqual([due.chargeId, `${due.paymentId}-2`]);
  });
});
