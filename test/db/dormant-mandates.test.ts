import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renewMandate } from "../../db/queries/mandates.ts";
import { endDormantMandates } from "../../db/queries/sweeping.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { makePayer, planBillFor, resumeMandate, stopMandate, toldTo } from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const days = (count: number) => engine.jump({ hours: 24 * count });

/** The relay takes over whatever waits. */
async function hear(): Promise<void> {
  await sql`update notifications set state = 'accepted' where state = 'queued'`.execute(engine.db);
}

async function story(mandateId: string, residentId: string) {
  await endDormantMandates(engine.db);
  const { rows } = await sql<{ state: string; why: string | null }>`
    select state, why from mandates where id = ${mandateId}`.execute(engine.db);
  await hear();
  const told = (await toldTo(engine.db, residentId)).filter((event) => event === "mandate-expiring");
  return { ...rows[0], told: told.length };
}

test("13 months without a debit end a mandate, paused or not, 30 and 7 days after it was told", async () => {
  const active = await makePayer(engine);
  const paused = await makePayer(engine);
  await stopMandate(engine.db, { mandateId: paused.mandateId, kind: "pause" });
  for (const { mandateId, residentId } of [active, paused]) {
    expect(await story(mandateId, residentId)).toMatchObject({ told: 0 });
  }
  await days(364);
  expect(await story(active.mandateId, active.residentId)).toMatchObject({ state: "active", told: 0 });
  await days(5);
  for (const { mandateId, residentId } of [active, paused]) {
    expect(await story(mandateId, residentId)).toMatchObject({ told: 1, why: null });
  }
  await days(24);
  expect(await story(active.mandateId, active.residentId)).toMatchObject({ state: "active", told: 2 });
  expect(await story(active.mandateId, active.residentId), "told once each").toMatchObject({ told: 2 });
  await days(8);
  for (const { mandateId, residentId } of [active, paused]) {
    expect(await story(mandateId, residentId)).toMatchObject({ state: "ended", why: "expired", told: 2 });
  }
});

test("announced too late it ends later: nothing ends before its 30 and its 7 days", async () => {
  const { mandateId, residentId } = await makePayer(engine);
  await days(500);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "active", told: 1 });
  await days(29);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "active", told: 2 });
  await days(6);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "active" });
  await days(2);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "ended", why: "expired" });
});

test("kept by its owner it counts from then; nobody else keeps it, and what has ended stays ended", async () => {
  const { mandateId, residentId } = await makePayer(engine);
  const other = await makePayer(engine);
  await days(370);
  await story(mandateId, residentId);
  expect(await renewMandate(engine.db, { mandateId, residentId: other.residentId })).toBeNull();
  expect(await renewMandate(engine.db, { mandateId, residentId })).toBe(true);
  expect(await toldTo(engine.db, residentId)).toContain("mandate-renewed");
  await days(100);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "active", told: 1 });
  await stopMandate(engine.db, { mandateId, kind: "cancel" });
  expect(await renewMandate(engine.db, { mandateId, residentId })).toBe(false);
  await resumeMandate(engine.db, mandateId);
});

test("what cannot be announced does not end", async () => {
  const { mandateId, residentId } = await makePayer(engine, { email: null });
  await days(600);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "active", told: 0 });
  await days(60);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "active", told: 0 });
});

test("what its owner never heard does not end: both tellings bounced, so it is told anew with all its days", async () => {
  const { mandateId, residentId } = await makePayer(engine);
  const bounce = () =>
    sql`update notifications set state = 'bounced' where resident_id = ${residentId} and event = 'mandate-expiring'`.execute(
      engine.db,
    );
  for (const wait of [369, 24, 8, 22, 8]) {
    await days(wait);
    expect(await story(mandateId, residentId)).toMatchObject({ state: "active" });
    await bounce();
  }
  // heard from now on
  await days(40);
  await story(mandateId, residentId);
  await days(24);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "active" });
  await days(8);
  expect(await story(mandateId, residentId)).toMatchObject({ state: "ended", why: "expired" });
});

test("a debit that is announced keeps its mandate alive", async () => {
  const payer = await makePayer(engine);
  await days(369);
  await story(payer.mandateId, payer.residentId);
  await days(24);
  await story(payer.mandateId, payer.residentId);
  await days(6);
  await planBillFor(engine.db, payer);
  await days(2);
  expect(await story(payer.mandateId, payer.residentId)).toMatchObject({ state: "active" });
});
