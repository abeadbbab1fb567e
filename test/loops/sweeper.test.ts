import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookAtUnwatchedCharge } from "../../activities/looking-up.ts";
import { recordEvidence } from "../../db/queries/charging.ts";
import { startNudger } from "../../loops/nudger.ts";
import { sweep } from "../../loops/sweeper.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { recordingLog, recordingStarter } from "../support/engine-starter.ts";
import {
  acceptNotices,
  casesOf,
  charge,
  duePayment,
  makePayer,
  type Payer,
  payment,
  planBillFor,
  stopMandate,
  withdrawMethod,
} from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

type Situation = Payer & { readonly paymentId: string; readonly chargeId: string };

async function due(): Promise<Situation> {
  const payer = await makePayer(engine);
  return { ...payer, ...(await duePayment(engine.db, payer)) };
}

async function sweepOnce(graceMs: number) {
  const starter = recordingStarter();
  const log = recordingLog();
  await sweep({ db: engine.db, starter, log }, graceMs);
  expect(log.complaints).toEqual([]);
  return starter;
}

describe("nothing ends in silence", () => {
  test("a payment whose next look has passed and whose workflow runs is rung", async () => {
    const { paymentId } = await due();
    const starter = recordingStarter();
    starter.running.add(paymentId);
    await sweep({ db: engine.db, starter, log: recordingLog() }, 0);
    expect(starter.about(paymentId)).toEqual([`wake-payment/${paymentId}`]);
  });

  test("one whose workflow is gone, Temporal's store lost say, is started again", async () => {
    const { paymentId } = await due();
    const starter = await sweepOnce(0);
    expect(starter.about(paymentId)).toEqual([`wake-payment/${paymentId}`, `revive-payment/${paymentId}`]);
  });

  test("a workflow gets its grace: nothing is rung that is only just due", async () => {
    const { paymentId } = await due();
    const starter = await sweepOnce(60_000);
    expect(starter.about(paymentId)).toEqual([]);
  });

  test("after a jump of the clock everything that has become due is rung, and nothing else", async () => {
    const { db } = engine;
    const payer = await makePayer(engine);
    const { paymentId } = await planBillFor(db, payer, { amountMinor: 700_000 });
    await sql`update payments set next_look_at = business_now() + interval '2 hours' where id = ${paymentId}`.execute(
      db,
    );
    expect((await sweepOnce(0)).about(paymentId)).toEqual([]);
    await engine.jump({ hours: 3 });
    expect((await sweepOnce(0)).about(paymentId)).toContain(`wake-payment/${paymentId}`);
  });

  test("a mandate whose pause has ended is rung", async () => {
    const { db } = engine;
    const { mandateId } = await makePayer(engine);
    const { rows } = await sql<{ at: string }>`select business_now() + interval '1 hour' as at`.execute(db);
    await stopMandate(db, { mandateId, kind: "pause", until: rows[0]?.at ?? "" });
    expect((await sweepOnce(0)).about(mandateId)).toEqual([]);
    await engine.jump({ hours: 2 });
    expect((await sweepOnce(0)).about(mandateId)).toContain(`wake-mandate/${mandateId}`);
  });

  test("a transmission whose lease and answer time are over is unknown, even if no workflow lives", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await due();
    await bank.arm({ kind: "delay", ms: 1_500 }, { chargeId });
    const slow = engine.charge(paymentId);
    await until(async () => (await bank.posts(paymentId)).length === 1);
    await sweepOnce(60_000);
    expect((await charge(db, chargeId)).state, "the sender still has its lease").toBe("sending");
    await sql`update charges set lease_until = clock_timestamp() - interval '46 seconds' where id = ${chargeId}`.execute(
      db,
    );
    await sweepOnce(60_000);
    expect((await charge(db, chargeId)).state).toBe("unknown");
    expect(await slow, "the late answer is evidence as good as any").toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("what a stop has ended is closed, and its claim is free, without any workflow", async () => {
    const { db } = engine;
    const { paymentId, mandateId } = await due();
    await stopMandate(db, { mandateId, kind: "cancel" });
    await sweepOnce(60_000);
    expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
  });

  test("a mandate whose last card was withdrawn is paused by the engine, and its planned debit is stopped", async () => {
    const { db } = engine;
    const { paymentId, mandateId, methodId, residentId } = await due();
    await withdrawMethod(db, methodId, residentId);
    await sweepOnce(60_000);
    await sweepOnce(60_000);
    const mandate = await db
      .selectFrom("mandates")
      .select(["state", "why"])
      .where("id", "=", mandateId)
      .executeTakeFirstOrThrow();
    expect(mandate).toEqual({ state: "paused", why: "no-method" });
    expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
  });
});

test("a charge that may still take money although its payment has ended is kept in sight, once an hour", async () => {
  const { db, bank } = engine;
  const { paymentId, chargeId } = await due();
  await bank.arm({ kind: "commit-then-drop" }, { chargeId });
  await engine.charge(paymentId);
  // two operators closed it by hand, too early
  await sql`update payments set state = 'closed', outcome = 'gave-up' where id = ${paymentId}`.execute(db);
  await sweepOnce(60_000);
  await sweepOnce(60_000);
  const nudges = await db
    .selectFrom("gateway_nudges")
    .select("id")
    .where("charge_id", "=", chargeId)
    .execute();
  expect(nudges).toHaveLength(1);
  expect(await lookAtUnwatchedCharge(engine.dependencies, { chargeId, objectId: "" })).toBe(true);
  expect((await charge(db, chargeId)).state).toBe("charged");
  await sql`update gateway_nudges set done_at = clock_timestamp()`.execute(db);
});

test("a deadline does not overrun a confirmation that came a moment before", async () => {
  const { db } = engine;
  const { paymentId } = await due();
  await sql`update payments set give_up_at = business_now() - interval '1 minute' where id = ${paymentId}`.execute(
    db,
  );
  await sql`select give_up_payment(${paymentId})`.execute(db);
  expect((await payment(db, paymentId)).state).toBe("scheduled");
  await sql`update payments set state = 'needs-payer', need = 'confirm-again' where id = ${paymentId}`.execute(
    db,
  );
  await sql`select give_up_payment(${paymentId})`.execute(db);
  expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
});

describe("a gateway's notification is a reason to look, never evidence", () => {
  async function nudge(objectId: string, chargeId: string | null, times = 1): Promise<void> {
    for (let sent = 0; sent < times; sent += 1) {
      await engine.db
        .insertInto("gateway_nudges")
        .values({ gateway: "yookassa", event: "payment.succeeded", object_id: objectId, charge_id: chargeId })
        .execute();
    }
  }

  async function nudgesTaken(): Promise<void> {
    await until(async () => {
      const { rows } = await sql<{ open: number }>`select count(*)::int as open from gateway_nudges
        where done_at is null`.execute(engine.db);
      return rows[0]?.open === 0;
    });
  }

  async function followNudges(starter: ReturnType<typeof recordingStarter>): Promise<void> {
    const nudger = startNudger({
      db: engine.db,
      starter,
      lookAtUnwatchedCharge: (about) => lookAtUnwatchedCharge(engine.dependencies, about),
      log: recordingLog(),
    });
    await nudgesTaken();
    await nudger.stop();
  }

  /** The bank takes the money, its answer is lost, and the charge was taken for canceled: a retry is planned. */
  async function takenForCanceled(): Promise<Situation & { readonly objectId: string }> {
    const { db, bank } = engine;
    const { chargeId, paymentId, ...payer } = await due();
    await bank.arm({ kind: "commit-then-drop" }, { chargeId });
    await engine.charge(paymentId);
    await recordEvidence(db, {
      chargeId,
      evidence: {
        source: "look-up",
        rank: 1,
        hash: "canceled",
        outcome: "not-charged",
        how: "declined",
        reason: "general_decline",
      },
      plan: { next: "again", rule: { kind: "after-minutes", minutes: 15 }, need: "confirm-again" },
      nextLookSeconds: 0,
    });
    expect((await payment(db, paymentId)).state).toBe("scheduled");
    const [debit] = await bank.debits(paymentId);
    return { ...payer, chargeId, paymentId, objectId: debit?.paymentId ?? "" };
  }

  test("that a charge which had ended as canceled has succeeded: its object is looked at, the planned retry is not sent", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId, objectId } = await takenForCanceled();
    await nudge(objectId, chargeId);
    await followNudges(recordingStarter());

    expect((await payment(db, paymentId)).state).toBe("paid");
    await engine.jump({ hours: 1 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("that could not be followed for most of a day is a person's business, and is not asked about any more", async () => {
    const { db } = engine;
    const { chargeId, objectId } = await takenForCanceled();
    await nudge(objectId, chargeId);
    await db.updateTable("gateway_nudges").set({ attempts: 19 }).where("charge_id", "=", chargeId).execute();
    const nudger = startNudger({
      db,
      starter: recordingStarter(),
      lookAtUnwatchedCharge: async () => false,
      log: recordingLog(),
    });
    await nudgesTaken();
    await nudger.stop();
    expect(await casesOf(db, chargeId)).toEqual(["news-unfollowed"]);
  });

  test("of another merchant account's object is a person's business: only that account can tell", async () => {
    const { db } = engine;
    const { chargeId, objectId } = await takenForCanceled();
    await db
      .updateTable("charges")
      .set({ merchant_account: "an-earlier-shop" })
      .where("id", "=", chargeId)
      .execute();
    await nudge(objectId, chargeId);
    await followNudges(recordingStarter());
    expect(await casesOf(db, chargeId)).toEqual(["gateway-alarm"]);
  });

  test("the same while the retry is under way: paid by the first, and the second's money is found and owed back", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId, objectId } = await takenForCanceled();
    await acceptNotices(db, paymentId);
    await engine.jump({ minutes: 17 });
    const retry = `${paymentId}-2`;
    await bank.arm({ kind: "commit-then-drop" }, { chargeId: retry });
    await engine.charge(paymentId);
    expect((await charge(db, retry)).state).toBe("unknown");

    await nudge(objectId, chargeId);
    await followNudges(recordingStarter());
    expect((await payment(db, paymentId)).state).toBe("paid");
    expect(await casesOf(db, retry)).toEqual(["undecided-beside-money"]);

    const second = (await bank.debits(paymentId)).find((debit) => debit.chargeId === retry);
    await nudge(second?.paymentId ?? "", retry);
    await followNudges(recordingStarter());
    expect((await charge(db, retry)).state).toBe("charged");
    expect((await payment(db, paymentId)).state).toBe("paid");
    expect(await casesOf(db, retry)).toContain("money-to-return");
  });

  test("the same one five times rings the payment, moves nothing, and one look-up settles it: one debit, one posting", async () => {
    const { db, bank } = engine;
    const { paymentId, chargeId } = await due();
    await bank.arm({ kind: "hold" }, { chargeId });
    await engine.charge(paymentId);
    const { object_id: objectId } = await charge(db, chargeId);
    await nudge(objectId ?? "", null, 5);
    const starter = recordingStarter();
    starter.running.add(paymentId);
    await followNudges(starter);
    expect(new Set(starter.calls)).toEqual(new Set([`wake-payment/${paymentId}`]));
    expect((await charge(db, chargeId)).state).toBe("pending");

    await bank.settle(objectId ?? "", "succeeded");
    await Promise.all([1, 2, 3].map(() => engine.lookUp(chargeId)));
    expect(await bank.debits(paymentId)).toHaveLength(1);
    const posted = await db
      .selectFrom("ledger_transactions")
      .select("kind")
      .where("payment_id", "=", paymentId)
      .execute();
    expect(posted.filter(({ kind }) => kind === "L1")).toHaveLength(1);
  });

  test("about an object or a charge that nobody knows, or one that is decided: nobody is rung", async () => {
    const { db } = engine;
    const { paymentId, chargeId } = await due();
    await engine.charge(paymentId);
    const { object_id: objectId } = await charge(db, chargeId);
    await nudge("2e1f0000-000f-5000-8000-000000000000", null);
    await nudge("2e1f0000-000f-5000-8000-000000000001", "KV-NOBODY-1");
    await nudge(objectId ?? "", chargeId);
    const starter = recordingStarter();
    await followNudges(starter);
    expect(starter.calls).toEqual([]);
  });
});
