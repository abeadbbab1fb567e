import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readDueNow } from "../../db/queries/due-instants.ts";
import { noteSourceState } from "../../db/queries/source-readings.ts";
import { sweep } from "../../loops/sweeper.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { recordingLog, recordingStarter } from "../support/engine-starter.ts";
import { makeResident, toldTo } from "../support/rows.ts";

let engine: Engine;
let reader: string;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());
beforeEach(async () => {
  const { db } = engine;
  await sql`delete from source_readings`.execute(db);
  await sql`delete from source_states`.execute(db);
  reader = await makeResident(db);
  await readBy(reader);
});

const source = "gis-gmp";

async function readBy(residentId: string): Promise<void> {
  await sql`insert into source_readings (resident_id, source) values (${residentId}, ${source})`.execute(
    engine.db,
  );
}

/** It does not answer, twice, as long as the source's own pauses last. */
async function fails(times = 2): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await noteSourceState(engine.db, { source, why: "unreachable" });
    await sql`update source_states set next_try_at = clock_timestamp() - interval '1 second'`.execute(
      engine.db,
    );
  }
}

async function sweepOnce(): Promise<void> {
  const log = recordingLog();
  await sweep({ db: engine.db, starter: recordingStarter(), log }, 0);
  expect(log.complaints).toEqual([]);
}

const told = async (whom = reader) =>
  (await toldTo(engine.db, whom)).filter((event) => event === "source-down").length;

test("a source that is silent for a day is told of once, to those who have something to ask it about", async () => {
  const stranger = await makeResident(engine.db);
  await fails();
  await engine.jump({ hours: 23 });
  await sweepOnce();
  expect(await told()).toBe(0);
  await engine.jump({ hours: 2 });
  const due = async () => (await readDueNow(engine.db, 1_000)).filter(({ kind }) => kind === "silence");
  expect(await due()).toHaveLength(1);
  await sweepOnce();
  await sweepOnce();
  expect(await told()).toBe(1);
  expect(await told(stranger)).toBe(0);
  expect(await due()).toEqual([]);
  const { rows } = await sql<{
    args: object;
  }>`select args from notifications where resident_id = ${reader}`.execute(engine.db);
  expect(rows[0]?.args).toMatchObject({
    biller: "Реестр начислений (ГИС ГМП)",
    billerEn: "Registry of charges (GIS GMP)",
    since: expect.any(String),
  });
});

test("it is told again only after it has answered and failed anew", async () => {
  await fails();
  await engine.jump({ hours: 25 });
  await sweepOnce();
  await engine.jump({ hours: 100 });
  await sweepOnce();
  expect(await told()).toBe(1);
  await sql`update notifications set state = 'accepted' where resident_id = ${reader}`.execute(engine.db);
  await noteSourceState(engine.db, { source, why: null });
  await fails();
  await sweepOnce();
  expect(await told()).toBe(1);
  await engine.jump({ hours: 25 });
  await sweepOnce();
  expect(await told()).toBe(2);
});

test("one failure before the clock went on is no day of silence", async () => {
  await fails(1);
  await engine.jump({ hours: 25 });
  await sweepOnce();
  expect(await told()).toBe(0);
});

test("a message that still waits when the source has answered is not sent", async () => {
  await fails();
  await engine.jump({ hours: 25 });
  await sweepOnce();
  await noteSourceState(engine.db, { source, why: null });
  const { rows } = await sql<{ state: string; why: string }>`
    select state, why from notifications where resident_id = ${reader} and event = 'source-down'`.execute(
    engine.db,
  );
  expect(rows).toEqual([{ state: "dropped", why: "collapsed" }]);
});

test("a telling that died half-way goes on where it was, and tells nobody twice", async () => {
  const others = [await makeResident(engine.db), await makeResident(engine.db)];
  for (const one of others) await readBy(one);
  await fails();
  await engine.jump({ hours: 25 });
  const tellOne = () =>
    sql<{ more: boolean }>`select tell_of_silence(${source}, 'Реестр', 'Registry', 1) as more`.execute(
      engine.db,
    );
  expect((await tellOne()).rows[0]?.more).toBe(true);
  const counts = async () => Promise.all([reader, ...others].map((one) => told(one)));
  expect((await counts()).filter((count) => count === 1)).toHaveLength(1);
  await sweepOnce();
  expect(await counts()).toEqual([1, 1, 1]);
});
