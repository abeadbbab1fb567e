import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaseOutbox } from "../../db/queries/outbox.ts";
import { startOutboxDrainer } from "../../loops/outbox-drainer.ts";
import { sweep } from "../../loops/sweeper.ts";
import type { WorkflowStarter } from "../../loops/workflow-starter.ts";
import { paymentWorkflowId } from "../../workflows/messages.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { type EngineTemporal, startEngineTemporal } from "../support/engine-temporal.ts";
import { duePayment, makePayer, payment, stopMandate, toldTo } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
let temporal: EngineTemporal;
beforeAll(async () => {
  engine = await openEngine();
  temporal = await startEngineTemporal(engine);
});
afterAll(async () => {
  await temporal.close();
  await engine.close();
});

type Situation = { readonly paymentId: string; readonly residentId: string; readonly mandateId: string };

async function due(): Promise<Situation> {
  const payer = await makePayer(engine);
  return { ...payer, ...(await duePayment(engine.db, payer)) };
}

/** One drainer over this starter until the payment's start is told and marked. */
async function drain(paymentId: string, starter: WorkflowStarter = temporal.starter): Promise<void> {
  const drainer = startOutboxDrainer({ db: engine.db, starter, log: recordingLog() });
  try {
    await until(async () => (await openStarts(paymentId)) === 0);
  } finally {
    await drainer.stop();
  }
}

async function openStarts(paymentId: string): Promise<number> {
  const { rows } = await sql<{ open: number }>`select count(*)::int as open from outbox
    where kind = 'start-payment' and subject_id = ${paymentId} and done_at is null`.execute(engine.db);
  return rows[0]?.open ?? 0;
}

/** The mark is lost, as when its writer was killed: the row looks as if nobody had told it. */
async function loseMark(paymentId: string): Promise<void> {
  await sql`update outbox set done_at = null, not_before = clock_timestamp()
    where kind = 'start-payment' and subject_id = ${paymentId}`.execute(engine.db);
}

async function untilPaid(paymentId: string): Promise<void> {
  await until(async () => (await payment(engine.db, paymentId)).state === "paid");
}

async function expectOneOfAll({ paymentId, residentId }: Situation): Promise<void> {
  await until(async () => (await temporal.runs(paymentWorkflowId(paymentId))) > 0);
  expect(await temporal.runs(paymentWorkflowId(paymentId))).toBe(1);
  expect(await engine.bank.debits(paymentId)).toHaveLength(1);
  expect(await engine.bank.posts(paymentId)).toHaveLength(1);
  expect((await toldTo(engine.db, residentId)).filter((event) => event === "paid")).toHaveLength(1);
}

describe("one run, one debit", () => {
  test("killed between commit and start: the next drainer starts it", async () => {
    const situation = await due();
    expect(await openStarts(situation.paymentId)).toBe(1);
    await drain(situation.paymentId);
    await untilPaid(situation.paymentId);
    await expectOneOfAll(situation);
  });

  test("killed between start and mark: started again while it runs, it is the same run", async () => {
    const situation = await due();
    await sql`insert into holds (scope, reason, placed_by) values ('all', 'test', 'test')`.execute(engine.db);
    await drain(situation.paymentId);
    await loseMark(situation.paymentId);
    await drain(situation.paymentId);
    await sql`delete from holds`.execute(engine.db);
    await engine.jump({ minutes: 11 });
    await sweep({ db: engine.db, starter: temporal.starter, log: recordingLog() }, 0);
    await untilPaid(situation.paymentId);
    await expectOneOfAll(situation);
  });

  test("killed between start and mark, found after the payment has closed: no second run", async () => {
    const situation = await due();
    await drain(situation.paymentId);
    await untilPaid(situation.paymentId);
    const handle = temporal.client.workflow.getHandle(paymentWorkflowId(situation.paymentId));
    expect(await handle.result()).toBe("paid");
    const before = await handle.describe();
    await loseMark(situation.paymentId);
    await drain(situation.paymentId);
    expect((await handle.describe()).runId).toBe(before.runId);
    await expectOneOfAll(situation);
  });

  test("two drainers tell the same start at one moment: one run", async () => {
    const situation = await due();
    const [item] = await leaseOutbox(engine.db, 1);
    if (!item) throw new Error("nothing to start");
    await Promise.all([1, 2, 3].map(() => temporal.starter.start(item)));
    await untilPaid(situation.paymentId);
    await expectOneOfAll(situation);
  });

  test("Temporal has forgotten everything: the sweeper starts the payment from its row", async () => {
    const situation = await due();
    await sql`update outbox set done_at = business_now() where subject_id = ${situation.paymentId}`.execute(
      engine.db,
    );
    await sweep({ db: engine.db, starter: temporal.starter, log: recordingLog() }, 0);
    await untilPaid(situation.paymentId);
    await expectOneOfAll(situation);
  });

  test("a stop committed before the start: the run ends at once, nothing is debited", async () => {
    const { paymentId, mandateId } = await due();
    await stopMandate(engine.db, { mandateId, kind: "cancel" });
    await drain(paymentId);
    const handle = temporal.client.workflow.getHandle(paymentWorkflowId(paymentId));
    expect(await handle.result()).toBe("closed");
    expect(await engine.bank.posts(paymentId)).toEqual([]);
  });
});
