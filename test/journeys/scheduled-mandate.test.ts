import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addDays, partsOf } from "../../domain/calendar.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { jump } from "../../scripts/proofs/world/clock.ts";
import { startTestWorld } from "../support/proof-world.ts";
import { makeMandate, makeMethod, makeResident, rub } from "../support/rows.ts";
import { until } from "../support/until.ts";
import type { WholeWorld } from "../support/whole-world.ts";

let world: WholeWorld;
beforeAll(async () => {
  world = await startTestWorld();
}, 120_000);
afterAll(() => world.close());

type Run = { readonly state: string; readonly waitS: number; readonly payment: string | null };

async function runsOf(mandateId: string): Promise<readonly Run[]> {
  const { rows } = await sql<Run>`
    select r.state, extract(epoch from r.plan_at - business_now())::float8 as "waitS", y.state as payment
    from mandate_runs r left join payments y on y.bill_id = r.bill_id where r.mandate_id = ${mandateId} order by r.period`.execute(
    world.db,
  );
  return rows;
}

test("three months of a schedule, the worker replaced in each: one debit a month at the bank, and the next month ahead", async () => {
  const { db } = world;
  const { rows } = await sql<{
    today: string;
  }>`select (business_now() at time zone 'Europe/Moscow')::date as today`.execute(db);
  const { day } = partsOf(addDays(rows[0]!.today, 3));
  const residentId = await makeResident(db);
  const method = await makeMethod(world, { residentId, token: await world.bank.bindCard() });
  const mandateId = await makeMandate(db, {
    residentId,
    billerId: await fund(),
    account: "001",
    methods: [method],
    terms: {
      trigger: {
        kind: "on-schedule",
        schedule: { kind: "monthly", day },
        pays: rub(77_700),
        nonWorkingDay: { rule: "next", country: "RU" },
      },
      noticePack: NOTICE_PACKS.demo,
    },
  });
  const before = (await world.bank.debits()).length;
  await sql`select tell_workflow('start-mandate', ${mandateId})`.execute(db);
  for (let month = 1; month <= 3; month += 1) {
    await until(async () => (await runsOf(mandateId)).at(-1)?.state === "ahead");
    const wait = (await runsOf(mandateId)).at(-1)?.waitS ?? 0;
    await jump(world, wait + 1);
    await Promise.all([world.sweep(), world.restartWorker()]);
    await until(async () => {
      await world.sweep();
      return (await runsOf(mandateId)).filter(({ payment }) => payment === "paid").length === month;
    });
  }
  await until(async () => (await runsOf(mandateId)).at(-1)?.state === "ahead");
  expect((await runsOf(mandateId)).map(({ state, payment }) => [state, payment])).toEqual([
    ["run", "paid"],
    ["run", "paid"],
    ["run", "paid"],
    ["ahead", null],
  ]);
  expect((await world.bank.debits()).length - before).toBe(3);
}, 240_000);

/** A biller that takes donations. */
async function fund(): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from billers where reference->'fields'->0->>'key' = 'programme'`.execute(world.db);
  return rows[0]!.id;
}
