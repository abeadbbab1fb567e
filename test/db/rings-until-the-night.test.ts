import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeResident } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

async function night(
  residentId: string,
  hours: { readonly from: string; readonly to: string },
): Promise<void> {
  await core.db
    .insertInto("notification_settings")
    .values({ resident_id: residentId, quiet: "hours", quiet_from: hours.from, quiet_to: hours.to })
    .execute();
}

test("what a push service keeps rings no later than the night begins on its reader's own clock, also where the clocks change", async () => {
  const residentId = await makeResident(core.db);
  await core.db
    .updateTable("residents")
    .set({ zone: "America/New_York" })
    .where("id", "=", residentId)
    .execute();
  const starts = async (instant: string): Promise<string | undefined> => {
    const { rows } = await sql<{ at: string | null }>`
      select quiet_start(${residentId}, 'push', ${instant}::timestamptz) as at`.execute(core.db);
    const found = rows[0]?.at ?? undefined;
    return found === undefined ? undefined : new Date(found).toISOString();
  };
  // the channel's own hours: from ten in the evening, before and after the clocks go forward
  expect(await starts("2027-03-13T20:00:00Z")).toBe("2027-03-14T03:00:00.000Z");
  expect(await starts("2027-03-14T20:00:00Z")).toBe("2027-03-15T02:00:00.000Z");
  expect(await starts("2027-03-15T02:00:00Z")).toBe("2027-03-16T02:00:00.000Z");
  await night(residentId, { from: "02:30", to: "06:00" });
  // half past two is skipped: it is quiet from three on
  expect(await starts("2027-03-14T06:00:00Z")).toBe("2027-03-14T07:00:00.000Z");
  await core.db
    .updateTable("notification_settings")
    .set({ quiet_from: "01:30" })
    .where("resident_id", "=", residentId)
    .execute();
  // half past one comes twice: the first one counts
  expect(await starts("2027-11-07T04:00:00Z")).toBe("2027-11-07T05:30:00.000Z");
  await core.db
    .updateTable("notification_settings")
    .set({ quiet: "none", quiet_from: null, quiet_to: null })
    .where("resident_id", "=", residentId)
    .execute();
  expect(await starts("2027-11-07T04:00:00Z")).toBeUndefined();
});

test("a message for a browser rings until the night at most; a question that ends in it, as long as it must; mail as long as it likes", async () => {
  const residentId = await makeResident(core.db);
  await setClock(core.db, "2027-02-01T18:00:00Z");
  const ringsFor = async (event: string, args: object = {}, channel = "push") => {
    const { rows } = await sql<{ seconds: number | null }>`
      select rings_for_seconds(jsonb_populate_record(null::notifications, ${JSON.stringify({ resident_id: residentId, channel, event, args })}::jsonb), business_now()) as seconds`.execute(
      core.db,
    );
    return rows[0]?.seconds ?? undefined;
  };
  const left = await ringsFor("notice");
  expect(left).toBeGreaterThan(3_500);
  expect(left).toBeLessThanOrEqual(3_600);
  const question = (giveUpAt: string) => ringsFor("needs-confirmation", { giveUpAt });
  expect(await question("2027-02-02T09:00:00Z")).toBeLessThanOrEqual(3_600);
  expect(await question("2027-02-01T19:45:00Z")).toBeUndefined();
  expect(await ringsFor("notice", {}, "email")).toBeUndefined();
  await core.db
    .insertInto("notification_settings")
    .values({ resident_id: residentId, quiet: "none" })
    .execute();
  expect(await ringsFor("notice")).toBeUndefined();
});
