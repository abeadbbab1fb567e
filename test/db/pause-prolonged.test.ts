import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resumeDueMandate } from "../../db/queries/looks.ts";
import { stopMandate } from "../../db/queries/mandates.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { makePayer } from "../support/rows.ts";
import { until } from "../support/until.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

async function businessTime(ahead: string): Promise<string> {
  const { rows } = await sql<{ at: string }>`select business_now() + ${ahead}::interval as at`.execute(
    engine.db,
  );
  return rows[0]?.at ?? "";
}

test("a pause that its payer prolongs in the moment of its end goes on", async () => {
  const { db } = engine;
  const { mandateId, residentId } = await makePayer(engine);
  const pause = { mandateId, residentId, kind: "pause", why: null } as const;
  await stopMandate(db, { ...pause, until: await businessTime("1 minute") });
  await engine.jump({ minutes: 2 });
  const later = await businessTime("30 days");

  let resuming: Promise<void> | undefined;
  await db.transaction().execute(async (transaction) => {
    await stopMandate(transaction, { ...pause, until: later });
    resuming = resumeDueMandate(db, mandateId);
    await until(async () => {
      const { rows } = await sql<{
        waiting: number;
      }>`select count(*)::int as waiting from pg_locks where not granted
        and pid in (select pid from pg_stat_activity where datname = current_database())`.execute(
        transaction,
      );
      return (rows[0]?.waiting ?? 0) > 0;
    });
  });
  await resuming;

  const { state, paused_until: pausedUntil } = await db
    .selectFrom("mandates")
    .select(["state", "paused_until"])
    .where("id", "=", mandateId)
    .executeTakeFirstOrThrow();
  expect({ state, pausedUntil }).toEqual({ state: "paused", pausedUntil: later });
});
