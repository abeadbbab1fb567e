import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { lookAtBill } from "../../activities/looking.ts";
import { leaseNotifications } from "../../db/queries/notifications.ts";
import { mute, unmute } from "../../db/queries/preferences.ts";
import { readNextDue } from "../../db/queries/due-instants.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { makeBiller, makeResident, pushBill, toldTo } from "../support/rows.ts";

let engine: Engine;
let count = 0;
let billId: string;
let people: readonly [anna: string, boris: string];
let account: string;
beforeAll(async () => {
  engine = await openEngine();
  await makeBiller(engine.db);
});
afterAll(() => engine.close());

/** Two who see one bill, told and owed; nothing of its arrival waits any more. */
beforeEach(async () => {
  const { db } = engine;
  count += 1;
  account = `muted-${count}`;
  people = [await makeResident(db), await makeResident(db)];
  for (const residentId of people)
    await db
      .insertInto("payer_accounts")
      .values({ resident_id: residentId, biller_id: "gorod-zhkh", account })
      .execute();
  ({ billId } = await pushBill(db, { account }));
  await sql`update bills set told = true where id = ${billId}`.execute(db);
  await sql`delete from outbox`.execute(db);
});

/** Its reminder of so many days before (negative: after) the due day is due right now. */
async function atReminder(days: number): Promise<void> {
  await sql`update bills set due_on = (business_now() at time zone 'Europe/Moscow')::date + ${days}::int where id = ${billId}`.execute(
    engine.db,
  );
  // ten in the morning of the payee has to be within the last half day
  await sql`update billers set zone = (select name from pg_timezone_names where name like 'Etc/GMT%'
      and extract(hour from business_now() at time zone name) = 12 and (business_now() at time zone name)::date = (business_now() at time zone 'Europe/Moscow')::date limit 1)
    where id = 'gorod-zhkh'`.execute(engine.db);
}

const rung = async () =>
  (
    await sql<{ kind: string }>`select kind from outbox where subject_id = ${billId} order by id`.execute(
      engine.db,
    )
  ).rows.map(({ kind }) => kind);

test("whoever has muted a bill or its biller is not reminded; the others are", async () => {
  const [anna, boris] = people;
  await mute(engine.db, anna, { kind: "biller", id: "gorod-zhkh" });
  await atReminder(3);
  expect(await lookAtBill(engine.db, { billId })).toMatchObject({ ended: false });
  expect(await toldTo(engine.db, anna)).not.toContain("reminder");
  expect(await toldTo(engine.db, boris)).toContain("reminder");
});

test("once everybody has muted it the reminders of a bill end, and begin again when somebody wants to hear of it", async () => {
  const [anna, boris] = people;
  await mute(engine.db, anna, { kind: "bill", id: billId });
  expect(await lookAtBill(engine.db, { billId })).toMatchObject({ ended: false });
  await mute(engine.db, boris, { kind: "bill", id: billId });
  expect(await rung()).toEqual(["wake-bill", "wake-bill"]);
  expect(await lookAtBill(engine.db, { billId })).toMatchObject({ ended: true });
  await unmute(engine.db, boris, { kind: "bill", id: billId });
  expect(await rung()).toEqual(["wake-bill", "wake-bill", "start-bill"]);
  expect(await lookAtBill(engine.db, { billId })).toMatchObject({ ended: false });
});

test("a reminder that waits is dropped the moment its reader mutes, and is judged for nobody else", async () => {
  const [anna, boris] = people;
  await atReminder(3);
  await lookAtBill(engine.db, { billId });
  await mute(engine.db, anna, { kind: "bill", id: billId });
  const { rows } = await sql<{ whose: string; state: string }>`
    select resident_id as whose, state from notifications where bill_id = ${billId} and event = 'reminder'`.execute(
    engine.db,
  );
  expect(Object.fromEntries(rows.map(({ whose, state }) => [whose, state]))).toEqual({
    [anna]: "dropped",
    [boris]: "queued",
  });
  const leased = await leaseNotifications(engine.db, 100);
  expect(leased.filter((one) => one.event === "reminder" && one.subjectId === billId)).toHaveLength(1);
});

test("a day after the due day it is called overdue, once, and the test clock waits for it no more", async () => {
  const [anna] = people;
  await atReminder(-1);
  await lookAtBill(engine.db, { billId });
  await lookAtBill(engine.db, { billId });
  const told = await toldTo(engine.db, anna);
  expect(told.filter((event) => event === "overdue")).toHaveLength(1);
  expect(told).not.toContain("reminder");
  const due = await readNextDue(engine.db);
  expect(due?.kind === "bill" && due.id === billId).toBe(false);
});

test("of two bills that become one, the one stays muted", async () => {
  const [anna] = people;
  const other = await pushBill(engine.db, { account, period: "2027-05" });
  await mute(engine.db, anna, { kind: "bill", id: billId });
  await sql`update bills set state = 'merged', merged_into = ${other.billId} where id = ${billId}`.execute(
    engine.db,
  );
  const { rows } = await sql<{ id: string }>`
    select subject_id as id from notification_mutes where resident_id = ${anna}`.execute(engine.db);
  expect(rows).toEqual([{ id: other.billId }]);
});
