import { sql } from "kysely";
import type { Database } from "../../db/database.ts";
import { billWorkflowId, digestWorkflowId, mandateWorkflowId } from "../../workflows/messages.ts";
import {
  makeBiller,
  makeMethod,
  makePayer,
  makeResident,
  payNow,
  pushBill,
  stopMandate,
  toldTo,
} from "../support/rows.ts";
import { until } from "../support/until.ts";
import { jump, type Stage, type Story, untilCharge, untilEvent, untilStarted } from "./stage.ts";

/** A mandate whose workflow runs and has looked at its row. */
async function livingMandate(
  stage: Stage,
): Promise<{ readonly mandateId: string; readonly workflowId: string }> {
  const { mandateId } = await makePayer(stage.engine);
  const workflowId = mandateWorkflowId(mandateId);
  await sql`select tell_workflow('start-mandate', ${mandateId})`.execute(stage.engine.db);
  await untilStarted(stage, workflowId);
  await untilEvent(stage, workflowId, "markerRecordedEventAttributes");
  return { mandateId, workflowId };
}

async function mandateIs(stage: Stage, mandateId: string, state: string): Promise<boolean> {
  const row = await stage.engine.db
    .selectFrom("mandates")
    .select("state")
    .where("id", "=", mandateId)
    .executeTakeFirstOrThrow();
  return row.state === state;
}

/** Moves the clock to 11:00 Moscow time, so many days before the bill is due (negative: after), and rings the bill. */
async function toReminder(stage: Stage, billId: string, days: number): Promise<void> {
  const { rows } = await sql<{ seconds: number }>`
    select greatest(0, ceil(extract(epoch from (due_on - ${days}::int + time '11:00') at time zone 'Europe/Moscow' - business_now())))::bigint
      as seconds from bills where id = ${billId}`.execute(stage.engine.db);
  await jump(stage, { seconds: rows[0]?.seconds ?? 0 });
  await stage.temporal.starter.wake("bill", billId);
}

/** A bill that a resident is told of and reminded of, because no mandate covers it. */
async function toldBill(stage: Stage) {
  const { db, bank } = stage.engine;
  const billerId = await makeBiller(db);
  const residentId = await makeResident(db);
  const methodId = await makeMethod(stage.engine, { residentId, token: await bank.bindCard() });
  const account = `told-${residentId}`;
  await db
    .insertInto("payer_accounts")
    .values({ resident_id: residentId, biller_id: billerId, account })
    .execute();
  const { billId } = await pushBill(db, { account });
  const workflowId = billWorkflowId(billId);
  await untilStarted(stage, workflowId);
  await untilEvent(stage, workflowId, "timerStartedEventAttributes");
  const reminders = async () =>
    (await toldTo(db, residentId)).filter((event) => event === "reminder" || event === "overdue").length;
  return { billId, residentId, methodId, account, workflowId, reminders };
}

export const otherStories: readonly Story[] = [
  {
    name: "mandate-paused-resumed-cancelled",
    async play(stage) {
      const { db } = stage.engine;
      const { mandateId, workflowId } = await livingMandate(stage);
      const { rows } = await sql<{ at: string }>`select business_now() + interval '1 hour' as at`.execute(db);
      await stopMandate(db, { mandateId, kind: "pause", until: rows[0]?.at ?? "" });
      await untilEvent(stage, workflowId, "timerStartedEventAttributes");
      await jump(stage, { hours: 2 });
      await until(() => mandateIs(stage, mandateId, "active"));
      await stopMandate(db, { mandateId, kind: "cancel" });
      await stage.temporal.client.workflow.getHandle(workflowId).result();
      return workflowId;
    },
  },
  {
    name: "mandate-cancelled-at-once",
    async play(stage) {
      const { mandateId, workflowId } = await livingMandate(stage);
      await stopMandate(stage.engine.db, { mandateId, kind: "cancel" });
      await stage.temporal.client.workflow.getHandle(workflowId).result();
      return workflowId;
    },
  },
  {
    name: "bill-reminded-until-paid",
    async play(stage) {
      const { billId, residentId, methodId, workflowId, reminders } = await toldBill(stage);
      for (const [sent, days] of [7, 3].entries()) {
        await toReminder(stage, billId, days);
        await until(async () => (await reminders()) === sent + 1);
      }
      const { paymentId = "" } = await payNow(stage.engine.db, { billId, residentId, methodId });
      const objectId = await untilCharge(stage, `${paymentId}-1`, "challenged");
      await stage.engine.bank.settle(objectId, "succeeded");
      await stage.temporal.starter.wake("payment", paymentId);
      await stage.temporal.client.workflow.getHandle(workflowId).result();
      return workflowId;
    },
  },
  {
    name: "bill-annulled",
    async play(stage) {
      const { account, workflowId } = await toldBill(stage);
      await pushBill(stage.engine.db, { account, version: 2, status: "annulled" });
      await stage.temporal.client.workflow.getHandle(workflowId).result();
      return workflowId;
    },
  },
  {
    name: "digest-of-a-night",
    async play(stage) {
      const { db } = stage.engine;
      const digestId = await gathered(stage);
      const workflowId = digestWorkflowId(digestId);
      await untilStarted(stage, workflowId);
      await untilEvent(stage, workflowId, "timerStartedEventAttributes");
      // rung too early, it waits on
      await stage.temporal.starter.wake("digest", digestId);
      await untilEvent(stage, workflowId, "timerStartedEventAttributes", 2);
      await jump(stage, { hours: 3 });
      await stage.temporal.starter.wake("digest", digestId);
      await stage.temporal.client.workflow.getHandle(workflowId).result();
      await until(async () => (await sent(db, digestId)) === 1);
      return workflowId;
    },
  },
];

/** Two bills in the quiet hours of a resident; answers the digest that they wait in. */
async function gathered({ engine: { db } }: Stage): Promise<string> {
  const billerId = await makeBiller(db);
  const residentId = await makeResident(db);
  await sql`insert into notification_settings (resident_id, quiet, quiet_from, quiet_to)
    select id, 'hours', (business_now() at time zone zone - interval '1 hour')::time, (business_now() at time zone zone + interval '2 hours')::time
      from residents where id = ${residentId}`.execute(db);
  for (const account of [`night-${residentId}`, `day-${residentId}`]) {
    await db
      .insertInto("payer_accounts")
      .values({ resident_id: residentId, biller_id: billerId, account })
      .execute();
    await pushBill(db, { account });
  }
  const find = () =>
    db.selectFrom("digests").select("id").where("resident_id", "=", residentId).executeTakeFirst();
  await until(async () => (await find()) !== undefined);
  return (await find())?.id ?? "";
}

async function sent(db: Database, digestId: string): Promise<number> {
  const rows = await db
    .selectFrom("notifications")
    .select("id")
    .where("subject_id", "=", digestId)
    .where("state", "=", "accepted")
    .execute();
  return rows.length;
}
