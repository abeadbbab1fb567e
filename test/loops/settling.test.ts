import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startNotifier } from "../../loops/notifier.ts";
import { type CityMail, openCityMail } from "../support/city.ts";
import { type Engine, openEngine, publicUrl } from "../support/engine.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { makePayer, planBillFor } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
let mail: CityMail;
beforeAll(async () => {
  [engine, mail] = await Promise.all([openEngine(), openCityMail()]);
});
afterAll(async () => {
  await mail.close();
  await engine.close();
});

/** A payer whose notice waits to be sent. */
async function announced() {
  const email = `${crypto.randomUUID()}@example.test`;
  return { email, ...(await planBillFor(engine.db, await makePayer(engine, { email }))) };
}

function noticeOf(paymentId: string) {
  return engine.db
    .selectFrom("notifications")
    .selectAll()
    .where("payment_id", "=", paymentId)
    .where("event", "=", "notice")
    .executeTakeFirstOrThrow();
}

function notify() {
  return startNotifier({
    db: engine.db,
    channels: new Map([["email", mail.channel]]),
    publicUrl,
    linkKey: Buffer.alloc(32, 5),
    log: recordingLog(),
  });
}

test("an answer that cannot be written down keeps no other waiting: the others are written, and none of them goes twice", async () => {
  const { db } = engine;
  const stuck = await announced();
  const others = [await announced(), await announced(), await announced()];
  const { id } = await noticeOf(stuck.paymentId);
  await sql`create table unwritable as select ${id}::text as id`.execute(db);
  await sql`create function refuse_answer() returns trigger language plpgsql as $$ begin
    if new.state = 'accepted' and new.id in (select id from unwritable) then raise exception 'this one cannot be written'; end if; return new; end $$`.execute(
    db,
  );
  await sql`create trigger refuse_answer before update on notifications for each row execute function refuse_answer()`.execute(
    db,
  );
  const notifier = notify();
  try {
    for (const { paymentId } of others)
      await until(async () => (await noticeOf(paymentId)).state === "accepted");
  } finally {
    await sql`drop trigger refuse_answer on notifications`.execute(db);
    await notifier.stop();
  }
  for (const { email } of [stuck, ...others]) expect(await mail.letters(email)).toHaveLength(1);
  expect(await noticeOf(stuck.paymentId)).toMatchObject({ state: "accepted", uncertain: 0 });
});

test("an answer whose row somebody holds keeps no other unwritten", async () => {
  const { db } = engine;
  const stuck = await announced();
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const holding = db.transaction().execute(async (tx) => {
    await sql`select 1 from payments where id = ${stuck.paymentId} for no key update`.execute(tx);
    await held;
  });
  const notifier = notify();
  try {
    await until(async () => (await mail.letters(stuck.email)).length === 1);
    const other = await announced();
    await until(async () => (await noticeOf(other.paymentId)).state === "accepted");
    expect(await noticeOf(stuck.paymentId)).toMatchObject({ state: "sending" });
  } finally {
    letGo();
    await holding;
    await notifier.stop();
  }
  expect(await noticeOf(stuck.paymentId)).toMatchObject({ state: "accepted", uncertain: 0 });
});
