import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaseOutbox } from "../../db/queries/outbox.ts";
import { startOutboxDrainer } from "../../loops/outbox-drainer.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { type RecordingStarter, recordingLog, recordingStarter } from "../support/engine-starter.ts";
import { makePayer, planBillFor, stopMandate } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

async function open(): Promise<number> {
  const { rows } = await sql<{ open: number }>`select count(*)::int as open from outbox
    where done_at is null and kind <> 'plan-bill'`.execute(engine.db);
  return rows[0]?.open ?? 0;
}

/** Runs so many drainers until everything is told. */
async function drain(starter: RecordingStarter, drainers = 1): Promise<readonly string[]> {
  const log = recordingLog();
  const loops = Array.from({ length: drainers }, () => startOutboxDrainer({ db: engine.db, starter, log }));
  try {
    await until(async () => (await open()) === 0);
  } finally {
    await Promise.all(loops.map((loop) => loop.stop()));
  }
  return log.complaints;
}

async function planned(): Promise<{ readonly paymentId: string; readonly mandateId: string }> {
  const payer = await makePayer(engine);
  return { ...payer, ...(await planBillFor(engine.db, payer)) };
}

describe("what a transaction asked for is told to Temporal", () => {
  test("by two drainers at once: each message is told once", async () => {
    const starter = recordingStarter();
    const ids = [];
    for (const _ of [1, 2, 3, 4]) ids.push((await planned()).paymentId);
    await drain(starter, 2);
    for (const id of ids) expect(starter.about(id)).toEqual([`start-payment/${id}`]);
  });

  test("drained a second time: nothing is told again", async () => {
    const starter = recordingStarter();
    await planned();
    await drain(starter);
    const before = starter.calls.length;
    await drain(starter);
    expect(starter.calls).toHaveLength(before);
  });

  test("while Temporal is away it waits and says so; nothing is lost", async () => {
    const starter = recordingStarter();
    const { paymentId } = await planned();
    starter.fail(1);
    expect(await drain(starter)).toEqual([`could not start-payment ${paymentId}: Temporal is away`]);
    expect(starter.about(paymentId)).toEqual([`start-payment/${paymentId}`]);
  });

  test("killed between taking and telling: told after the lease, by the next one", async () => {
    const starter = recordingStarter();
    const { paymentId } = await planned();
    expect(await leaseOutbox(engine.db, 50)).toMatchObject([{ subjectId: paymentId, kind: "start-payment" }]);
    expect(await leaseOutbox(engine.db, 50), "still the dead one's").toEqual([]);
    await sql`update outbox set not_before = clock_timestamp() where done_at is null`.execute(engine.db);
    await drain(starter);
    expect(starter.about(paymentId)).toEqual([`start-payment/${paymentId}`]);
  });

  test("killed between telling and marking: told again; a start is idempotent by its id", async () => {
    const starter = recordingStarter();
    const { paymentId } = await planned();
    for (const item of await leaseOutbox(engine.db, 50)) await starter.start(item);
    await sql`update outbox set not_before = clock_timestamp() where done_at is null`.execute(engine.db);
    await drain(starter);
    expect(starter.about(paymentId)).toEqual([`start-payment/${paymentId}`, `start-payment/${paymentId}`]);
  });

  test("a message is in the same transaction as its cause: rolled back together", async () => {
    const { mandateId } = await planned();
    await drain(recordingStarter());
    const rolledBack = engine.db.transaction().execute(async (transaction) => {
      await sql`select stop_mandate(${mandateId}, null, 'cancel', null, null, 'payer')`.execute(transaction);
      throw new Error("the command failed after the stop");
    });
    await expect(rolledBack).rejects.toThrow("the command failed");
    expect(await open()).toBe(0);
    await stopMandate(engine.db, { mandateId, kind: "cancel" });
    const starter = recordingStarter();
    await drain(starter);
    expect(starter.about(mandateId)).toEqual([`wake-mandate/${mandateId}`]);
  });

  test("what a start carries: opaque ids and closed lists only, and the time until the first look", async () => {
    const { paymentId } = await planned();
    const [item] = await leaseOutbox(engine.db, 50);
    expect(item).toMatchObject({
      subjectId: paymentId,
      billerId: "gorod-zhkh",
      category: "housing",
      gateway: "yookassa",
      payerId: expect.stringMatching(/^KV-/),
      dueOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(item?.waitMs).toBeGreaterThanOrEqual(0);
  });

  test("an operator finds a payer's mandates, too, by the payer's opaque id", async () => {
    const { mandateId, residentId } = await makePayer(engine);
    await sql`insert into outbox (kind, subject_id) values ('start-mandate', ${mandateId})`.execute(
      engine.db,
    );
    const items = await leaseOutbox(engine.db, 50);
    expect(items.find((item) => item.subjectId === mandateId)).toMatchObject({
      kind: "start-mandate",
      payerId: residentId,
    });
  });
});
