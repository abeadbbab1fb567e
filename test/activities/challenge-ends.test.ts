import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePayment } from "../../db/queries/looks.ts";
import { readStoppedPayments } from "../../db/queries/sweeping.ts";
import {
  charge,
  confirmPayment,
  payment,
  pushBill,
  planAll,
  skipPayment,
  stopMandate,
  toldTo,
  withdrawMethod,
} from "../support/rows.ts";
import { type Due, type IntentEngine, openIntentEngine, type StripePayer } from "./support/intent-engine.ts";

let engine: IntentEngine;
beforeAll(async () => {
  engine = await openIntentEngine();
});
afterAll(() => engine.close());

/** A charge that waits for its payer at the bank. */
async function challenged(payer?: StripePayer): Promise<Due> {
  const due = await engine.due(payer);
  engine.bank.next("confirm", "challenged");
  expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "charging", charge: "challenged" });
  return due;
}

/** What the sweeper (and the API right after a stop) carries out, then the woken workflow's look. */
async function carryOut({ chargeId }: Due) {
  for (const { paymentId, outcome } of await readStoppedPayments(engine.db)) {
    await closePayment(engine.db, { paymentId, outcome, reason: "stopped" });
  }
  return engine.lookUp(chargeId);
}

const stops: Readonly<Record<string, { readonly stop: (due: Due) => Promise<unknown>; outcome: string }>> = {
  cancel: {
    stop: ({ mandateId }) => stopMandate(engine.db, { mandateId, kind: "cancel" }),
    outcome: "stopped",
  },
  pause: {
    stop: ({ mandateId }) => stopMandate(engine.db, { mandateId, kind: "pause" }),
    outcome: "stopped",
  },
  skip: {
    stop: ({ paymentId, residentId }) => skipPayment(engine.db, paymentId, residentId),
    outcome: "skipped",
  },
  "withdrawn card": {
    stop: ({ methodId, residentId }) => withdrawMethod(engine.db, methodId, residentId),
    outcome: "stopped",
  },
  "annulled bill": {
    stop: async ({ account }) => {
      await pushBill(engine.db, { account, billerId: "upravdom", version: 2, status: "annulled" });
      await planAll(engine.db);
    },
    outcome: "annulled",
  },
};

describe("a stop while the payer is at the bank", () => {
  test.each(Object.keys(stops))(
    "%s: the object is ended at once, nothing can be charged any more",
    async (name) => {
      const { bank, db } = engine;
      const due = await challenged();
      await stops[name]?.stop(due);
      expect(await carryOut(due)).toMatchObject({ payment: "closed", charge: "not-charged" });
      expect(await payment(db, due.paymentId)).toMatchObject({ outcome: stops[name]?.outcome });
      const [intent] = bank.intentsOf(due.paymentId);
      expect(intent?.status).toBe("canceled");
      bank.settle(intent?.id ?? "", "succeeded");
      expect(bank.takenFor(due.paymentId)).toBe(0);
      expect(bank.sent("void", intent?.id)).toMatchObject([{ key: `${due.paymentId}-void-1` }]);
      const pass = await db
        .selectFrom("gate_passes")
        .select(["kind", "transmission"])
        .where("charge_id", "=", due.chargeId)
        .orderBy("passed_at")
        .execute();
      expect(pass).toEqual([
        { kind: "charge", transmission: 1 },
        { kind: "void", transmission: 1 },
      ]);
    },
  );

  test("its answer lists the charge as being ended, and the workflow is woken for it", async () => {
    const { db } = engine;
    const due = await challenged();
    const answer = await stopMandate(db, { mandateId: due.mandateId, kind: "cancel" });
    expect(answer.inFlight).toMatchObject([{ payment: due.paymentId, state: "challenged", voiding: true }]);
    for (const { paymentId, outcome } of await readStoppedPayments(db)) {
      await closePayment(db, { paymentId, outcome, reason: "stopped" });
    }
    const woken = await db
      .selectFrom("outbox")
      .select("kind")
      .where("subject_id", "=", due.paymentId)
      .where("kind", "=", "wake-payment")
      .execute();
    expect(woken).not.toEqual([]);
    expect(await readStoppedPayments(db), "marked once").toEqual([]);
  });

  test("success after cancel: confirmed a moment before the void arrives: kept, told as charged after a stop", async () => {
    const { bank, db } = engine;
    const due = await challenged();
    await stopMandate(db, { mandateId: due.mandateId, kind: "cancel" });
    const { witness } = bank;
    bank.witness = async (arrival) => {
      await witness(arrival);
      bank.settle(arrival.objectId, "succeeded");
    };
    expect(await carryOut(due)).toMatchObject({ payment: "paid", charge: "charged" });
    bank.witness = witness;
    expect((await toldTo(db, due.residentId)).at(-1)).toBe("charged-after-stop");
  });

  test("no hold keeps a void back", async () => {
    const { db } = engine;
    const due = await challenged();
    await db.insertInto("holds").values({ scope: "all", reason: "drill", placed_by: "olga" }).execute();
    try {
      await stopMandate(db, { mandateId: due.mandateId, kind: "cancel" });
      expect(await carryOut(due)).toMatchObject({ payment: "closed" });
    } finally {
      await db.deleteFrom("holds").execute();
    }
  });
});

describe("nobody confirms", () => {
  test("longer than an hour: the object is ended and the payer is asked, no charge is left open", async () => {
    const { bank, db } = engine;
    const due = await challenged();
    await engine.jump({ minutes: 50 });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ charge: "challenged" });
    const first = (await charge(db, due.chargeId)).confirm_by;
    await engine.jump({ minutes: 11 });
    expect(await engine.lookUp(due.chargeId)).toMatchObject({
      payment: "needs-payer",
      charge: "not-charged",
    });
    expect(await charge(db, due.chargeId)).toMatchObject({ how: "voided", confirm_by: first });
    expect(await payment(db, due.paymentId)).toMatchObject({ need: "confirm-again" });
    expect(bank.intentsOf(due.paymentId)[0]?.status).toBe("canceled");
  });

  test("the payer comes back after that: a new charge, made now, on another object", async () => {
    const { bank, db } = engine;
    const due = await challenged();
    await engine.jump({ minutes: 61 });
    await engine.lookUp(due.chargeId);
    const own = { paymentId: due.paymentId, residentId: due.residentId, methodId: due.methodId };
    expect(await confirmPayment(db, own)).toMatchObject({ state: "scheduled" });
    expect(await confirmPayment(db, own), "from the other device").toMatchObject({ state: "scheduled" });
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(await charge(db, `${due.paymentId}-2`)).toMatchObject({ initiated_by: "cit", prepared_round: 2 });
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
  });

  test("two devices open one link: one object, no new charge", async () => {
    const { bank, db } = engine;
    const due = await challenged();
    const own = { paymentId: due.paymentId, residentId: due.residentId, methodId: due.methodId };
    expect(await confirmPayment(db, own)).toEqual({ paymentId: due.paymentId, state: "charging" });
    expect(await engine.charge(due.paymentId)).toBeNull();
    expect(bank.intentsOf(due.paymentId)).toHaveLength(1);
  });
});

describe("another method during a challenge", () => {
  async function choose(due: Due, methodId: string | undefined) {
    return confirmPayment(engine.db, {
      paymentId: due.paymentId,
      residentId: due.residentId,
      ...(methodId === undefined ? {} : { methodId }),
    });
  }

  test("the first is ended, then a new charge with the other card: never two at once", async () => {
    const { bank, db } = engine;
    const due = await challenged(await engine.payer(undefined, 2));
    const other = due.methods[1] ?? "";
    expect(await choose(due, other)).toMatchObject({ state: "charging", voiding: true });
    expect(await engine.charge(due.paymentId), "the first is not final yet").toBeNull();
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "scheduled", charge: "not-charged" });
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(await charge(db, `${due.paymentId}-2`)).toMatchObject({
      method_id: other,
      initiated_by: "cit",
      prepared_round: 2,
      state: "charged",
    });
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
  });

  test("the first was confirmed after all: paid once, the other card is not charged", async () => {
    const { bank } = engine;
    const due = await challenged(await engine.payer(undefined, 2));
    bank.settle(bank.intentsOf(due.paymentId)[0]?.id ?? "", "succeeded");
    await choose(due, due.methods[1]);
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "paid" });
    expect(await engine.charge(due.paymentId)).toBeNull();
    expect(bank.takenFor(due.paymentId)).toBe(512_345);
  });

  test("the first was declined meanwhile: the other card follows all the same", async () => {
    const { bank, db } = engine;
    const due = await challenged(await engine.payer(undefined, 2));
    await choose(due, due.methods[1]);
    bank.settle(bank.intentsOf(due.paymentId)[0]?.id ?? "", "declined");
    expect(await engine.lookUp(due.chargeId)).toMatchObject({ payment: "scheduled", charge: "not-charged" });
    expect(await engine.charge(due.paymentId)).toMatchObject({ payment: "paid" });
    expect(await charge(db, `${due.paymentId}-2`)).toMatchObject({ method_id: due.methods[1] });
  });

  test("a stop after the choice: the first is ended and nothing follows", async () => {
    const { bank, db } = engine;
    const due = await challenged(await engine.payer(undefined, 2));
    await choose(due, due.methods[1]);
    await stopMandate(db, { mandateId: due.mandateId, kind: "cancel" });
    expect(await carryOut(due)).toMatchObject({ payment: "closed" });
    expect(await engine.charge(due.paymentId)).toBeNull();
    expect(bank.takenFor(due.paymentId)).toBe(0);
  });

  test("where the gateway cannot end it, and while nobody knows: refused, with the instant when it will be final", async () => {
    const { db } = engine;
    const due = await challenged(await engine.payer(undefined, 2));
    await db.updateTable("charges").set({ can_void: null }).where("id", "=", due.chargeId).execute();
    const { confirm_by: until } = await charge(db, due.chargeId);
    const answer = await choose(due, due.methods[1]);
    expect(answer).toMatchObject({ refused: "first-not-final", state: "challenged" });
    expect(new Date((answer as { finalAt?: string }).finalAt ?? "").toISOString()).toBe(
      new Date(until ?? "").toISOString(),
    );
    await db.updateTable("charges").set({ state: "unknown" }).where("id", "=", due.chargeId).execute();
    expect(await choose(due, due.methods[1])).toMatchObject({ refused: "first-not-final", finalAt: null });
    await db
      .updateTable("charges")
      .set({ state: "challenged", can_void: true })
      .where("id", "=", due.chargeId)
      .execute();
  });
});
