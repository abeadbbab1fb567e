import { sql } from "kysely";
import { expect, test } from "vitest";
import { closeDigest } from "../../db/queries/digests.ts";
import { leaseNotifications } from "../../db/queries/notifications.ts";
import { MESSAGES_AN_HOUR } from "../../domain/notifications/verdict.ts";
import { makeResident, sendMessages } from "../support/rows.ts";
import { openMoneyCore, setClock } from "./support/money-core.ts";

test("a flood comes as thirty messages and one more", async () => {
  const core = await openMoneyCore(2);
  const residentId = await makeResident(core.db);
  await setClock(core.db, "2027-02-02T07:05:00Z");
  for (let key = 0; key < 45; key += 1)
    await sql`select tell_resident('paid', ${residentId}, ${`flood/${key}`}, 'subject', '{}', false)`.execute(
      core.db,
    );
  await sendMessages(core.db);
  const sent = await core.db
    .selectFrom("notifications")
    .select("id")
    .where("state", "=", "accepted")
    .execute();
  expect(sent).toHaveLength(MESSAGES_AN_HOUR);
  await setClock(core.db, "2027-02-02T08:00:00Z");
  for (const { id } of await core.db.selectFrom("digests").select("id").execute())
    await closeDigest(core.db, id);
  const batch = await leaseNotifications(core.db, 20);
  expect(batch.map(({ event, lines }) => [event, lines.length])).toEqual([["digest", 15]]);
  await core.close();
});
