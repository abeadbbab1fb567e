import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenDatabase, openDatabase } from "../../db/database.ts";
import { listRunsAt } from "../../scripts/proofs/world/workflow-runs.ts";
import { makeResident, pushBill } from "../support/rows.ts";
import { runningStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import type { StackBoard } from "../support/resident-story.ts";

const BILLS = 100;
/** A bill for each month: eight years and four months of them. */
const MONTHS = Array.from(
  { length: BILLS },
  (_, month) => `${2018 + Math.floor(month / 12)}-${String(1 + (month % 12)).padStart(2, "0")}`,
);
const AMOUNT_MINOR = 123_45;

let board: StackBoard;
let database: OpenDatabase;
beforeAll(async () => {
  ({ board } = await runningStack());
  database = openDatabase({ url: board.database, applicationName: "test", maxConnections: 8 });
}, 240_000);
afterAll(() => database.close());

test("a hundred bills within a moment of the night are one mail at the end of the quiet hours, with a hundred lines and their sum, by one run of one digest", async () => {
  const { db } = database;
  const email = `night-${randomUUID()}@example.test`;
  const residentId = await makeResident(db, { email });
  const billerId = board.billers[0]?.id ?? "";
  const account = `night-${residentId}`;
  await db
    .insertInto("payer_accounts")
    .values({ resident_id: residentId, biller_id: billerId, account })
    .execute();
  // asleep since an hour ago, for as long as the bills need
  await sql`insert into notification_settings (resident_id, quiet, quiet_from, quiet_to)
    select id, 'hours', (business_now() at time zone zone - interval '1 hour')::time, (business_now() at time zone zone + interval '25 seconds')::time
      from residents where id = ${residentId}`.execute(db);
  await Promise.all(
    MONTHS.map((period) => pushBill(db, { account, billerId, period, amountMinor: AMOUNT_MINOR })),
  );
  await sql`select ring('plan')`.execute(db);
  await until(async () => (await gathered(residentId)) === BILLS);
  expect(await mailsTo(email)).toEqual([]);

  await until(async () => (await mailsTo(email)).length > 0);
  const [mail, ...more] = await mailsTo(email);
  expect(more).toEqual([]);
  expect(mail?.subject).toContain("100");
  expect(mail?.text.match(/123,45/g)).toHaveLength(BILLS);
  expect(mail?.text.replaceAll(/\s/g, " ")).toContain("12 345,00 ₽");
  await until(async () => (await runsOf(residentId)) > 0);
  expect(await runsOf(residentId)).toBe(1);
  const { rows } = await sql<{ state: string; n: number }>`select state, count(*)::int as n from notifications
    where resident_id = ${residentId} group by state`.execute(db);
  expect(rows).toEqual([{ state: "accepted", n: BILLS + 1 }]);
});

async function gathered(residentId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from notifications
    where resident_id = ${residentId} and digest_id is not null`.execute(database.db);
  return rows[0]?.n ?? 0;
}

async function mailsTo(to: string): Promise<readonly { readonly subject: string; readonly text: string }[]> {
  const answer = await fetch(`${board.mailbox.http}/messages?to=${encodeURIComponent(to)}`);
  return (await answer.json()) as readonly { readonly subject: string; readonly text: string }[];
}

/** Runs of this resident's digests; Temporal's list follows its histories within a moment. */
async function runsOf(residentId: string): Promise<number> {
  const runs = await listRunsAt({ address: board.temporal, namespace: "kvitok" }, ["digest"]);
  return runs.filter(({ workflowId }) => workflowId.startsWith(`digest/${residentId}/`)).length;
}
