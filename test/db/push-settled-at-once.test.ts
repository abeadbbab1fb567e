import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { settlePush } from "../../db/queries/push-devices.ts";
import { makeResident } from "../support/rows.ts";
import { until } from "../support/until.ts";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(6);
});
afterAll(() => core.close());

/** A resident with a browser and two messages on their way there, all by given names. */
async function reader(subscriptionId: string, messages: readonly string[]): Promise<void> {
  const residentId = await makeResident(core.db);
  const hash = subscriptionId.replace("s", "").repeat(64);
  await core.db
    .insertInto("push_subscriptions")
    .values({
      id: subscriptionId,
      resident_id: residentId,
      endpoint_hash: hash,
      sealed: Buffer.from("sealed elsewhere"),
    })
    .execute();
  for (const id of messages) {
    await sql`select tell_resident('paid', ${residentId}, ${id}, 'subject', '{}', false)`.execute(core.db);
    await sql`update notifications set id = ${id} where dedupe_key = ${`${id}/push`}`.execute(core.db);
    const tokenHash = id.replace("m", "").repeat(64);
    await sql`select begin_push(${JSON.stringify([{ notificationId: id, subscriptionId, tokenHash }])}::jsonb)`.execute(
      core.db,
    );
  }
}

const settle = (...pairs: readonly (readonly [string, string])[]) =>
  settlePush(
    core.db,
    pairs.map(([notificationId, subscriptionId]) => ({
      notificationId,
      subscriptionId,
      outcome: "accepted",
      answer: "http-201",
      gone: false,
    })),
  );

async function waiting(count: number): Promise<void> {
  await until(async () => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(core.db);
    return rows[0]?.n === count;
  });
}

test("two senders that settle messages of the same two people at once both write down what was answered", async () => {
  await reader("s1", ["m1", "m4"]);
  await reader("s2", ["m2", "m3"]);
  const held = await core.db.startTransaction().execute();
  await sql`select 1 from push_deliveries where notification_id = 'm2' for update`.execute(held);
  const first = settle(["m1", "s1"], ["m2", "s2"]);
  await waiting(1);
  const second = settle(["m3", "s2"], ["m4", "s1"]);
  await waiting(2);
  await held.commit().execute();
  expect(await Promise.allSettled([first, second])).toEqual(
    Array.from({ length: 2 }, () => ({ status: "fulfilled", value: undefined })),
  );
});
