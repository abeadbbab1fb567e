import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookAtBill, lookAtMandate } from "../../activities/looking.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { makePayer, pushBill, stopMandate } from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

test("a mandate without a date of its own is looked at only when it is told something", async () => {
  const { mandateId } = await makePayer(engine);
  expect(await lookAtMandate(engine.db, { mandateId })).toMatchObject({ ended: false, waitMs: null });
  await stopMandate(engine.db, { mandateId, kind: "pause" });
  expect(await lookAtMandate(engine.db, { mandateId })).toMatchObject({ ended: false, waitMs: null });
});

test("the last reminder of a bill that stays unpaid ends its workflow", async () => {
  const { db } = engine;
  const { account } = await makePayer(engine);
  const { billId } = await pushBill(db, { account });
  await sql`update bills set due_on = business_now()::date - 30 where id = ${billId}`.execute(db);
  expect(await lookAtBill(db, { billId })).toMatchObject({ ended: true });
});
