import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { closeDigest } from "../../db/queries/digests.ts";
import { leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { choose, makeBiller, makeResident, planAll, pushBill } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
/** Each test has a day of its own. */
let day = 0;
beforeAll(async () => {
  core = await openMoneyCore(4);
  await makeBiller(core.db);
});
beforeEach(async () => {
  day += 2;
  await clock("12:00");
});
afterAll(() => core.close());

function clock(time: string, later = 0): Promise<void> {
  const noon = Date.parse(`2027-02-01T${time}:00+03:00`) + (day + later) * 86_400_000;
  return setClock(core.db, new Date(noon).toISOString());
}

async function reader(): Promise<{ readonly residentId: string; readonly account: string }> {
  const residentId = await makeResident(core.db);
  const account = `of-${residentId}`;
  await core.db
    .insertInto("payer_accounts")
    .values({ resident_id: residentId, biller_id: "gorod-zhkh", account })
    .execute();
  return { residentId, account };
}

/** Pushes a bill and decides what follows from it. */
async function say(account: string, change: Partial<Parameters<typeof pushBill>[1]> = {}): Promise<void> {
  await pushBill(core.db, { account, ...change });
  await planAll(core.db);
}

async function tell(residentId: string, event: string): Promise<void> {
  await sql`select tell_resident(${event}, ${residentId}, ${`${event}/${randomUUID()}`}, 'subject', '{}', true)`.execute(
    core.db,
  );
}

async function addBrowser(residentId: string): Promise<void> {
  await core.db
    .insertInto("push_subscriptions")
    .values({
      resident_id: residentId,
      endpoint_hash: randomUUID().replaceAll("-", "").repeat(2),
      sealed: Buffer.from("sealed elsewhere"),
    })
    .execute();
}

type Outcome = "accepted" | "refused" | "later" | "unknown";

/** Sends what is due to this person; every message ends so. */
async function send(residentId: string, outcome: Outcome) {
  const own = (await leaseNotifications(core.db, 100)).filter((one) => one.residentId === residentId);
  await settleNotifications(
    core.db,
    own.map(({ id }) => ({ id, outcome, answer: "", againSeconds: 30 })),
  );
  return own.map(({ event, lines }) => [event, lines.length]);
}

async function leaseOver(): Promise<void> {
  await sql`update notifications set lease_until = clock_timestamp() - interval '1 second' where state = 'sending'`.execute(
    core.db,
  );
}

async function own(residentId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ event: string; channel: string; is: string }>`
    select event, channel, coalesce(why, state) as is from notifications where resident_id = ${residentId} order by created_at, id`.execute(
    core.db,
  );
  return rows.map(({ event, channel, is }) => `${event} by ${channel}: ${is}`).toSorted();
}

async function asleep(residentId: string): Promise<void> {
  await core.db
    .insertInto("notification_settings")
    .values({ resident_id: residentId, quiet: "hours", quiet_from: "22:00", quiet_to: "08:00" })
    .execute();
}

test("put off by the relay and paid meanwhile: nobody is told any more that it is there", async () => {
  const { residentId, account } = await reader();
  await say(account);
  const [bill] = await leaseNotifications(core.db, 1);
  await say(account, { version: 2, status: "paid" });
  await settleNotifications(core.db, [
    { id: bill?.id ?? "", outcome: "later", answer: "451", againSeconds: 30 },
  ]);
  await clock("12:05");
  expect(await send(residentId, "accepted")).toEqual([]);
  expect(await own(residentId)).toEqual(["bill-arrived by email: collapsed"]);
});

test("what a newer message replaced while its answer was missing is not repeated, and its end is told to who may have heard", async () => {
  const { residentId, account } = await reader();
  await say(account);
  await send(residentId, "unknown");
  await clock("12:05");
  await say(account, { version: 2, amountMinor: 498_700, fullMinor: 498_700 });
  expect(await send(residentId, "accepted")).toEqual([["bill-changed", 0]]);
  await leaseOver();
  expect(await send(residentId, "accepted")).toEqual([]);
  await clock("12:10");
  await say(account, { version: 3, amountMinor: 498_700, fullMinor: 498_700, status: "annulled" });
  expect(await send(residentId, "accepted")).toEqual([["bill-annulled", 0]]);
});

test("a repetition after silence waits for the morning", async () => {
  const { residentId } = await reader();
  await asleep(residentId);
  await clock("21:59");
  await tell(residentId, "failed");
  expect(await send(residentId, "unknown")).toEqual([["failed", 0]]);
  await clock("22:10");
  await leaseOver();
  expect(await send(residentId, "accepted")).toEqual([]);
  await clock("08:01", 1);
  expect(await send(residentId, "accepted")).toEqual([["failed", 0]]);
});

test("a digest is repeated without the lines that its reader has switched off since", async () => {
  const { residentId, account } = await reader();
  await choose(core.db, { residentId, topic: "bills", choice: "digest" });
  await say(account);
  await say(account, { period: "2026-12" });
  await send(residentId, "accepted");
  await clock("18:01");
  const { rows } = await sql<{
    id: string;
  }>`select id from digests where resident_id = ${residentId}`.execute(core.db);
  await closeDigest(core.db, rows[0]?.id ?? "");
  expect(await send(residentId, "unknown")).toEqual([["digest", 2]]);
  await choose(core.db, { residentId, topic: "bills", choice: "off" });
  await leaseOver();
  expect(await send(residentId, "accepted")).toEqual([]);
});

test("the legal minimum goes by another channel where its address is gone before its turn", async () => {
  const { residentId } = await reader();
  await addBrowser(residentId);
  await choose(core.db, { residentId, topic: "payments", choice: "off", channel: "push" });
  await tell(residentId, "failed");
  await core.db
    .updateTable("residents")
    .set({ email_verified: false })
    .where("id", "=", residentId)
    .execute();
  await send(residentId, "accepted");
  await send(residentId, "accepted");
  expect(await own(residentId)).toEqual(["failed by email: no-channel", "failed by push: accepted"]);
});

test("what was switched off while a digest gathered it stands in all the same when the mail comes back", async () => {
  const { residentId } = await reader();
  await addBrowser(residentId);
  await clock("23:00");
  await tell(residentId, "failed");
  expect(await send(residentId, "accepted")).toEqual([["failed", 0]]);
  await choose(core.db, { residentId, topic: "payments", choice: "off", channel: "push" });
  await clock("08:01", 1);
  const { rows } = await sql<{
    id: string;
  }>`select id from digests where resident_id = ${residentId}`.execute(core.db);
  await closeDigest(core.db, rows[0]?.id ?? "");
  // the new wish holds at once: the turn of what was gathered came, and it is off
  expect(await send(residentId, "accepted")).toEqual([]);
  expect(await own(residentId)).toEqual(["failed by email: accepted", "failed by push: preference"]);
  await sql`select bounce_notification(message_id, 'permanent', '550') from notifications where resident_id = ${residentId} and channel = 'email'`.execute(
    core.db,
  );
  expect(await send(residentId, "accepted")).toEqual([["failed", 0]]);
  expect(await own(residentId)).toEqual(["failed by email: bounced", "failed by push: accepted"]);
});
