import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { makeBiller, makeResident, planAll, pushBill } from "../support/rows.ts";
import { jump, type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(4);
  await makeBiller(core.db);
});
afterAll(() => core.close());

async function reader(): Promise<{ readonly residentId: string; readonly account: string }> {
  const residentId = await makeResident(core.db);
  const account = `of-${residentId}`;
  await core.db
    .insertInto("payer_accounts")
    .values({ resident_id: residentId, biller_id: "gorod-zhkh", account })
    .execute();
  return { residentId, account };
}

async function states(residentId: string) {
  const { rows } = await sql<{ event: string; state: string; why: string | null }>`
    select event, state, why from notifications where resident_id = ${residentId} order by created_at, id`.execute(
    core.db,
  );
  return rows.map(({ event, state, why }) => [event, why ?? state]);
}

async function sendAll(residentId: string): Promise<void> {
  const batch = await leaseNotifications(core.db, 100);
  const own = new Set(
    (
      await core.db.selectFrom("notifications").select("id").where("resident_id", "=", residentId).execute()
    ).map(({ id }) => id),
  );
  await settleNotifications(
    core.db,
    batch
      .filter(({ id }) => own.has(id))
      .map(({ id }) => ({ id, outcome: "accepted", answer: "250", againSeconds: 0 })),
  );
}

/** The very call that wrote a message, once more. */
async function repeat(residentId: string, key: string): Promise<void> {
  await sql`select tell_resident(n.event, n.resident_id, n.event_key, n.subject_id, n.args, n.legal_minimum, n.payment_id)
    from notifications n where n.resident_id = ${residentId} and n.event_key like ${key} limit 1`.execute(
    core.db,
  );
}

test("an event that is delivered three times is one message, also where it replaces others of its kind", async () => {
  const { residentId, account } = await reader();
  await pushBill(core.db, { account });
  await planAll(core.db);
  await sendAll(residentId);
  await pushBill(core.db, { account, version: 2, amountMinor: 600_000 });
  await planAll(core.db);
  for (let times = 0; times < 3; times += 1) await repeat(residentId, "bill-changed/%");
  expect(await states(residentId)).toEqual([
    ["bill-arrived", "accepted"],
    ["bill-changed", "queued"],
  ]);
});

test("a late repetition of an older word does not replace the newer one", async () => {
  const { residentId, account } = await reader();
  await pushBill(core.db, { account });
  await planAll(core.db);
  await sendAll(residentId);
  for (const version of [2, 3]) {
    await pushBill(core.db, { account, version, amountMinor: version * 100_000 });
    await planAll(core.db);
  }
  await repeat(residentId, "bill-changed/%/2/%");
  expect(await states(residentId)).toEqual([
    ["bill-arrived", "accepted"],
    ["bill-changed", "collapsed"],
    ["bill-changed", "queued"],
  ]);
});

test("a bill that came and went before its message left is not spoken of", async () => {
  const { residentId, account } = await reader();
  await pushBill(core.db, { account });
  await planAll(core.db);
  await pushBill(core.db, { account, version: 2, status: "annulled" });
  await planAll(core.db);
  expect(await states(residentId)).toEqual([
    ["bill-arrived", "collapsed"],
    ["bill-annulled", "collapsed"],
  ]);
});

test("a bill that was told is taken back, and its reminders end in that moment", async () => {
  const { residentId, account } = await reader();
  const { billId } = await pushBill(core.db, { account });
  await planAll(core.db);
  await sendAll(residentId);
  await sql`select tell_resident('reminder', ${residentId}, ${`reminder/${billId}/3`}, ${billId}, bill_words(b), false) from bills b where id = ${billId}`.execute(
    core.db,
  );
  await pushBill(core.db, { account, version: 2, status: "annulled" });
  expect(await states(residentId)).toEqual([
    ["bill-arrived", "accepted"],
    ["reminder", "collapsed"],
  ]);
  await planAll(core.db);
  expect(await states(residentId)).toEqual([
    ["bill-arrived", "accepted"],
    ["reminder", "collapsed"],
    ["bill-annulled", "queued"],
  ]);
});

test("muted while it waits: not sent; unmuted: what comes later is", async () => {
  const { residentId, account } = await reader();
  const { billId } = await pushBill(core.db, { account });
  await planAll(core.db);
  await core.db
    .insertInto("notification_mutes")
    .values({ resident_id: residentId, kind: "biller", subject_id: "gorod-zhkh" })
    .execute();
  await sql`select tell_resident('reminder', ${residentId}, ${`reminder/${billId}/7`}, ${billId}, bill_words(b), false) from bills b where id = ${billId}`.execute(
    core.db,
  );
  await core.db.deleteFrom("notification_mutes").where("resident_id", "=", residentId).execute();
  await sql`select tell_resident('reminder', ${residentId}, ${`reminder/${billId}/3`}, ${billId}, bill_words(b), false) from bills b where id = ${billId}`.execute(
    core.db,
  );
  expect(await states(residentId)).toEqual([
    ["bill-arrived", "preference"],
    ["reminder", "preference"],
    ["reminder", "queued"],
  ]);
});

test("a reminder that waited until after the due day is not sent; the legal minimum always is", async () => {
  const { residentId, account } = await reader();
  const { billId } = await pushBill(core.db, { account });
  await planAll(core.db);
  await sendAll(residentId);
  await sql`select tell_resident('reminder', ${residentId}, ${`reminder/${billId}/1`}, ${billId}, bill_words(b), false) from bills b where id = ${billId}`.execute(
    core.db,
  );
  await sql`select tell_resident('failed', ${residentId}, ${`failed/${billId}`}, ${billId}, bill_words(b), true) from bills b where id = ${billId}`.execute(
    core.db,
  );
  await jump(core.db, "23 days");
  await sendAll(residentId);
  expect(await states(residentId)).toEqual([
    ["bill-arrived", "accepted"],
    ["reminder", "expired"],
    ["failed", "accepted"],
  ]);
});
