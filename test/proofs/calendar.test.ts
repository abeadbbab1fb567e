import { afterAll, beforeAll, expect, test } from "vitest";
import { calendar } from "../../scripts/proofs/calendar/calendar.ts";
import { type ZoneAnswer, type ZoneClock, zoneClockOf } from "../../scripts/proofs/calendar/zone-clock.ts";
import { judgeTurns } from "../../scripts/proofs/calendar/turns.ts";
import { type Sizes, wordsOf } from "../../scripts/proofs/proof.ts";
import { openTestDatabase } from "../support/engine.ts";

type OpenDatabase = Awaited<ReturnType<typeof openTestDatabase>>;
let database: OpenDatabase;
let clock: ZoneClock;
beforeAll(async () => {
  database = await openTestDatabase();
  clock = zoneClockOf(database.db);
});
afterAll(() => database.close());

const prove = (asked: ZoneClock, sizes: Sizes) =>
  calendar.run({ seed: 1, sizes, say: () => undefined, needs: (work) => work(asked) });

test("every nominal month has one run at a lawful moment, over ten years in every zone whose clocks are turned", async () => {
  const { violations, result } = await prove(clock, calendar.sizes.small);
  expect(violations.length, wordsOf(violations, "npm run prove -- calendar --size small")).toBe(0);
  expect(result["zones"]).toBeGreaterThan(100);
  expect(result["runs"]).toBeGreaterThan(50_000);
  expect(result["skipped"]).toBeGreaterThan(50);
  expect(result["twice"]).toBeGreaterThan(50);
  // nearly all instants are held against a second zone database
  expect(Number(result["differing"])).toBeLessThan(Number(result["instants"]) / 10);
}, 120_000);

test.each<readonly [string, (answer: ZoneAnswer) => ZoneAnswer]>([
  ["an hour early", (answer) => ({ ...answer, at: answer.at - 3_600_000 })],
  ["on the day before", (answer) => ({ ...answer, wall: answer.dayBefore })],
  ["in the night", (answer) => ({ ...answer, wall: { ...answer.wall, time: "03:00:00" } })],
  ["where the notice does not put it", (answer) => ({ ...answer, noticeAt: answer.noticeAt + 1 })],
  ["where the run does not put it", (answer) => ({ ...answer, runAt: answer.runAt - 1 })],
  ["always at one instant", (answer) => ({ ...answer, at: 0 })],
])(
  "a database that puts a debit %s is found out",
  async (_name, spoil) => {
    const spoilt: ZoneClock = {
      ...clock,
      instantsOf: async (question) => (await clock.instantsOf(question)).map(spoil),
    };
    const { violations } = await prove(spoilt, { sequencesPercent: 1, months: 3 });
    expect(violations.length).toBeGreaterThan(0);
  },
  60_000,
);

test("a database that counts a repeated time by its first coming, or a skipped one by the clock of after, is found out", async () => {
  const span = { from: Date.parse("2026-01-01T00:00Z"), to: Date.parse("2028-01-01T00:00Z") };
  const earlier: ZoneClock = {
    ...clock,
    instantsOf: async (question) =>
      (await clock.instantsOf(question)).map((answer) => ({ ...answer, at: answer.at - 3_600_000 })),
  };
  const honest = await judgeTurns(clock, "Europe/Berlin", span);
  expect(honest).toMatchObject({ faults: [], skipped: 6, twice: 6, differing: 0 });
  const { faults } = await judgeTurns(earlier, "Europe/Berlin", span);
  expect(faults.filter((fault) => fault.includes("twice")).length).toBe(6);
  expect(faults.filter((fault) => fault.includes("skipped")).length).toBe(6);
  const otherDatabase: ZoneClock = {
    ...clock,
    wallsAt: (zone, instants) =>
      clock.wallsAt(
        zone,
        instants.map((at) => at + 3_600_000),
      ),
  };
  // what the two databases do not both know is counted, not judged
  expect(await judgeTurns(otherDatabase, "Europe/Berlin", span)).toMatchObject({
    skipped: 0,
    twice: 0,
    differing: 4,
  });
});
