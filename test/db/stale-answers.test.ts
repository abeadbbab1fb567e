import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "kysely";
import { type Delivery, leaseNotifications, settleNotifications } from "../../db/queries/notifications.ts";
import { makeBiller, makeResident } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
  await makeBiller(core.db);
});
afterAll(() => core.close());

/** A message that one sender took and did not answer for, and that another one has in hand since. */
async function takenOver() {
  const residentId = await makeResident(core.db);
  await core.db
    .insertInto("notification_settings")
    .values({ resident_id: residentId, quiet: "none" })
    .execute();
  await sql`select tell_resident('paid', ${residentId}, ${`paid/${residentId}`}, 'subject', '{}', true)`.execute(
    core.db,
  );
  const take = async () =>
    (await leaseNotifications(core.db, 100)).filter((one) => one.residentId === residentId);
  const [first] = await take();
  const id = first?.id ?? "";
  await sql`update notifications set lease_until = clock_timestamp() - interval '1 second' where id = ${id}`.execute(
    core.db,
  );
  const [second] = await take();
  expect([first?.attempts, second?.id, second?.attempts]).toEqual([1, id, 2]);
  const answer = (attempt: number, outcome: Delivery["outcome"]) =>
    settleNotifications(core.db, [{ id, attempt, outcome, answer: outcome, againSeconds: 0 }]);
  const state = async () => {
    const { rows } = await sql<{ state: string }>`select state from notifications where id = ${id}`.execute(
      core.db,
    );
    return rows[0]?.state;
  };
  return { id, take, answer, state };
}

test.each(["later", "refused", "unknown"] as const)(
  "an old try that ended as %s takes a message from nobody who has it in hand",
  async (outcome) => {
    const { take, answer, state } = await takenOver();
    await answer(1, outcome);
    expect(await state()).toBe("sending");
    await answer(2, "accepted");
    expect([await state(), await take()]).toEqual(["accepted", []]);
  },
);

test("what an old try brought is brought, and whatever the newer one says takes nothing back", async () => {
  const { take, answer, state } = await takenOver();
  await answer(1, "accepted");
  expect(await state()).toBe("accepted");
  await answer(2, "refused");
  expect([await state(), await take()]).toEqual(["accepted", []]);
});

test("what an old try brought is not sent again, where the newer one put it off", async () => {
  const { take, answer, state } = await takenOver();
  await answer(2, "later");
  expect(await state()).toBe("queued");
  await answer(1, "accepted");
  expect([await state(), await take()]).toEqual(["accepted", []]);
});
