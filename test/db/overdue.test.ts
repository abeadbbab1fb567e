import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remindOfBill } from "../../db/queries/looks.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { makePayer, pushBill } from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

test("a bill past its due day is told as overdue, once; before it, as a reminder", async () => {
  const { db } = engine;
  const { account, residentId } = await makePayer(engine);
  const { billId } = await pushBill(db, { account });
  await sql`insert into payer_accounts (resident_id, biller_id, account)
    select ${residentId}, biller_id, account from bills where id = ${billId} on conflict do nothing`.execute(
    db,
  );
  for (const days of [3, -1, -1]) await remindOfBill(db, billId, days);
  const { rows } = await sql<{ event: string; days: string }>`
    select event, args->>'days' as days from notifications
     where resident_id = ${residentId} and event in ('reminder', 'overdue') order by args->>'days' desc`.execute(
    db,
  );
  expect(rows).toEqual([
    { event: "reminder", days: "3" },
    { event: "overdue", days: "-1" },
  ]);
});
