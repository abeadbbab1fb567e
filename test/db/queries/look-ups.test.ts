import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { takeLookUp } from "../../../db/queries/look-ups.ts";
import { LOOK_UPS } from "../../../domain/allowance.ts";
import { type MoneyCore, openMoneyCore } from "../support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const claimKey = Buffer.alloc(32, 3);
const somebody = () => `KV-${randomUUID()}`;

function ask(residentId: string, address: string | null = randomUUID(), number = "a".repeat(64)) {
  return takeLookUp(core.db, claimKey, { residentId, address, what: "account", numberKey: number });
}

async function askTimes(times: number, one: (index: number) => ReturnType<typeof ask>) {
  const turns = await Promise.all(Array.from({ length: times }, (_, index) => one(index)));
  return {
    taken: turns.filter(({ taken }) => taken).length,
    waits: turns.flatMap((turn) => (turn.taken ? [] : [turn.retryAfterSeconds])),
  };
}

/** Lets real time pass for every allowance. */
function pass(seconds: number) {
  return sql`update rate_limits set free_at = free_at - make_interval(secs => ${seconds})`.execute(core.db);
}

test("of 50 look-ups of one person at once exactly the allowance is taken, the others learn how long to wait", async () => {
  const person = somebody();
  const { taken, waits } = await askTimes(50, () => ask(person));
  expect(taken).toBe(LOOK_UPS.person.burst);
  expect(waits).toHaveLength(30);
  for (const wait of waits) {
    expect(wait).toBeGreaterThan(LOOK_UPS.person.everySeconds - 60);
    expect(wait).toBeLessThanOrEqual(LOOK_UPS.person.everySeconds);
  }
});

test("many people behind one address share its allowance, and a refusal takes nothing from anybody", async () => {
  const address = "198.51.100.7";
  const { burst } = LOOK_UPS.address;
  const people = Array.from({ length: burst + 20 }, somebody);
  const turns = await Promise.all(people.map((person) => ask(person, address)));
  expect(turns.filter(({ taken }) => taken)).toHaveLength(burst);
  const refused = people[turns.findIndex(({ taken }) => !taken)] ?? "";
  const elsewhere = await askTimes(LOOK_UPS.person.burst, () => ask(refused, "203.0.113.8"));
  expect(elsewhere.taken).toBe(LOOK_UPS.person.burst);
});

test("turns come back one by one, and all of them after a pause, never more", async () => {
  const person = somebody();
  await askTimes(LOOK_UPS.person.burst, () => ask(person));
  await pass(LOOK_UPS.person.everySeconds);
  expect((await askTimes(5, () => ask(person))).taken).toBe(1);
  await pass(LOOK_UPS.person.everySeconds * 1_000);
  expect((await askTimes(50, () => ask(person))).taken).toBe(LOOK_UPS.person.burst);
});

test("nobody trustworthy says where a request comes from: all such share one allowance", async () => {
  expect((await askTimes(2, () => ask(somebody(), null))).taken).toBe(2);
  const { rows } = await sql<{ n: number }>`select count(*) as n from audit
    where detail->>'address' = (select detail->>'address' from audit order by id desc limit 1)`.execute(
    core.db,
  );
  expect(rows[0]?.n).toBe(2);
});

test("the audit says who looked which number up, and of a flood of refusals one; no address stands anywhere", async () => {
  const person = somebody();
  const address = "192.0.2.77";
  await askTimes(60, () => ask(person, address, "b".repeat(64)));
  const { rows } = await sql<{ action: string; subject: string; n: number }>`
    select action, subject, count(*) as n from audit where actor = ${person} group by 1, 2 order by 1`.execute(
    core.db,
  );
  expect(rows).toEqual([
    { action: "look-up", subject: "b".repeat(64), n: LOOK_UPS.person.burst },
    { action: "look-up.refused", subject: "b".repeat(64), n: 1 },
  ]);
  const kept = await sql<{ all: string }>`select
    (select string_agg(to_jsonb(a)::text, '') from audit a) || (select string_agg(to_jsonb(l)::text, '') from rate_limits l) as all`.execute(
    core.db,
  );
  expect(kept.rows[0]?.all).not.toContain(address);
});
