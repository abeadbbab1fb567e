import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { closeDigest } from "../../db/queries/digests.ts";
import { leaseNotifications } from "../../db/queries/notifications.ts";
import { choose, makeResident } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(4);
});
/** Each test has a day of its own, the clock never goes back. */
let day = 0;
beforeEach(() => {
  day += 2;
});
afterAll(() => core.close());

/** An instant of this test's day by the clocks of Moscow. */
const at = (time: string, later = 0): string =>
  new Date(Date.parse(`2027-02-01T${time}:00+03:00`) + (day + later) * 86_400_000).toISOString();

/** A resident who sleeps from ten to eight. */
async function sleeper(): Promise<{ readonly residentId: string }> {
  const residentId = await makeResident(core.db);
  await core.db
    .insertInto("notification_settings")
    .values({ resident_id: residentId, quiet: "hours", quiet_from: "22:00", quiet_to: "08:00" })
    .execute();
  return { residentId };
}

const tell = (residentId: string, event: string) =>
  sql`select tell_resident(${event}, ${residentId}, ${randomUUID()}, 'subject', '{}', false)`.execute(
    core.db,
  );

const messages = (residentId: string) =>
  core.db
    .selectFrom("notifications")
    .selectAll()
    .where("resident_id", "=", residentId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();

const openDigests = (residentId: string) =>
  core.db.selectFrom("digests").select("id").where("resident_id", "=", residentId).execute();

const lease = () => leaseNotifications(core.db, 20);

test("two senders that open the digests of the same two people at once do not wait for each other, and nothing is left out", async () => {
  const people = await Promise.all([sleeper(), sleeper()]);
  await setClock(core.db, at("23:40"));
  const [anna = "", boris = ""] = people.map(({ residentId }) => residentId);
  for (const who of [anna, boris, anna, boris]) await tell(who, "paid");
  const held = async (who: string, place: number) => {
    const row = (await messages(who)).filter(({ channel }) => channel === "email")[place];
    return sql`select hold_notification(n, ${at("08:00", 1)}) from notifications n where id = ${row?.id}`;
  };
  const orders = await Promise.all([held(anna, 0), held(boris, 0), held(boris, 1), held(anna, 1)]);
  const [first, second] = [
    await core.db.startTransaction().execute(),
    await core.db.startTransaction().execute(),
  ];
  await orders[0]?.execute(first);
  await orders[1]?.execute(second);
  await Promise.all([orders[2]?.execute(first), orders[3]?.execute(second)]);
  await first.commit().execute();
  await second.commit().execute();
  await setClock(core.db, at("23:41"));
  await lease();
  for (const who of [anna, boris])
    expect((await messages(who)).map(({ digest_id }) => digest_id)).toEqual(
      Array(2).fill(expect.stringContaining(who)),
    );
});

test("what was switched off between the closing of a digest and its sending is no line of it", async () => {
  const { residentId } = await sleeper();
  await setClock(core.db, at("23:00"));
  for (const event of ["paid", "paid", "mandate-created", "mandate-created"]) await tell(residentId, event);
  await lease();
  await setClock(core.db, at("08:00", 1));
  for (const { id } of await openDigests(residentId)) await closeDigest(core.db, id);
  await choose(core.db, { residentId, topic: "payments", channel: "email", choice: "off" });
  const [digest] = await lease();
  expect(digest?.lines.map(({ event }) => event)).toEqual(["mandate-created", "mandate-created"]);
});
