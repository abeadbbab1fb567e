import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../db/database.ts";
import { leasePlans, planBill } from "../../db/queries/planning.ts";
import { startPlanner } from "../../loops/planner.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  acceptNotices,
  makeBiller,
  makeMandate,
  makeMethod,
  makePayer,
  makeResident,
  paymentOf,
  planAll,
  pushBill,
  rub,
  stopMandate,
  toldTo,
} from "../support/rows.ts";
import { recordingLog } from "../support/engine-starter.ts";
import { until } from "../support/until.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const quiet = {
  error: ({ error }: { readonly error: unknown }) => {
    throw error;
  },
};

/** Plans these bills side by side, as several workers do, each on a connection of its own. */
async function planTogether(): Promise<void> {
  const items = await leasePlans(engine.db, 100);
  await Promise.all(items.map((item) => planBill(engine.db, item)));
}

async function paymentsOfMandate(mandateId: string) {
  return engine.db
    .selectFrom("payments")
    .select(["id", "state", "need", "amount_minor"])
    .where("mandate_id", "=", mandateId)
    .orderBy("state")
    .execute();
}

describe("limits hold under concurrency", () => {
  test("three bills of one mandate at once against one limit: two are announced, the third is asked about", async () => {
    const { db } = engine;
    for (let round = 0; round < 5; round += 1) {
      const { account, mandateId } = await makePayer(engine, {
        terms: { limitPerPeriod: { amount: rub(1_000_000), period: "month" } },
      });
      for (const period of ["2026-09", "2026-10", "2026-11"]) {
        await pushBill(db, { account, period, amountMinor: 400_000 });
      }
      await planTogether();
      const payments = await paymentsOfMandate(mandateId);
      expect(payments.map(({ state }) => state)).toEqual(["needs-payer", "scheduled", "scheduled"]);
      expect(payments[0]).toMatchObject({ need: "over-limit" });
      const { rows } = await sql<{
        reserved: number;
      }>`select coalesce(sum(amount_minor), 0)::bigint as reserved
        from limit_use where scope_id = ${mandateId} and state <> 'freed'`.execute(db);
      expect(rows[0]?.reserved).toBe(800_000);
    }
  });

  test("the same with skipping chosen: the third is never planned, and its owner is told", async () => {
    const { db } = engine;
    const { account, mandateId, residentId } = await makePayer(engine, {
      terms: { limitPerPeriod: { amount: rub(1_000_000), period: "month" }, overLimit: "skip" },
    });
    for (const period of ["2026-09", "2026-10", "2026-11"]) {
      await pushBill(db, { account, period, amountMinor: 400_000 });
    }
    await planTogether();
    expect(await paymentsOfMandate(mandateId)).toHaveLength(2);
    expect(await toldTo(db, residentId)).toContain("over-limit-skipped");
  });

  test("an amendment that no longer fits beside the others is asked about, not announced", async () => {
    const { db } = engine;
    const { account, mandateId } = await makePayer(engine, {
      terms: { limitPerPeriod: { amount: rub(1_000_000), period: "month" } },
    });
    for (const period of ["2026-10", "2026-11"])
      await pushBill(db, { account, period, amountMinor: 400_000 });
    await planTogether();
    await pushBill(db, { account, period: "2026-11", version: 2, amountMinor: 700_000 });
    await planTogether();
    expect(await paymentsOfMandate(mandateId)).toMatchObject([
      { state: "needs-payer", need: "over-limit", amount_minor: 700_000 },
      { state: "scheduled", amount_minor: 400_000 },
    ]);
  });

  test("the gate holds the limit, too: both announced under the old limit, one goes through after it was narrowed", async () => {
    const { db, bank } = engine;
    const payer = await makePayer(engine, {
      terms: { limitPerPeriod: { amount: rub(1_000_000), period: "month" } },
    });
    const ids: string[] = [];
    for (const period of ["2026-10", "2026-11"]) {
      const { billId } = await pushBill(db, { account: payer.account, period, amountMinor: 400_000 });
      await planAll(db);
      const { id } = await paymentOf(db, billId);
      await acceptNotices(db, id);
      ids.push(id);
    }
    await sql`with v as (insert into mandate_versions (mandate_id, version, terms, narrowing)
        select mandate_id, 2, jsonb_set(terms, '{limitPerPeriod,amount,amountMinor}', '500000'), true from mandate_versions
        where mandate_id = ${payer.mandateId})
      update mandates set version = 2 where id = ${payer.mandateId}`.execute(db);
    await Promise.all(ids.map((id) => engine.charge(id)));
    const debited = (await Promise.all(ids.map((id) => bank.debits(id)))).flat();
    expect(debited.length).toBeLessThanOrEqual(1);
  });
});

describe("one debt, one payment", () => {
  test("mandates of two people on one bill: one debit, and a word to the other without names", async () => {
    const { db, bank } = engine;
    const first = await makePayer(engine);
    const second = await makePayer(engine, { account: first.account });
    const { billId } = await pushBill(db, { account: first.account });
    await planTogether();

    const payment = await paymentOf(db, billId);
    expect(payment.resident_id).toBe(first.residentId);
    expect(await toldTo(db, first.residentId)).toEqual(["notice"]);
    expect(await toldTo(db, second.residentId)).toEqual(["another-autopay"]);
    const word = await db
      .selectFrom("notifications")
      .select("args")
      .where("resident_id", "=", second.residentId)
      .executeTakeFirstOrThrow();
    expect(Object.keys(word.args as object).sort()).toEqual(["billId", "dueOn", "purpose"]);

    await acceptNotices(db, payment.id);
    expect(await engine.charge(payment.id)).toMatchObject({ payment: "paid" });
    const all = await db.selectFrom("payments").select("id").where("bill_id", "=", billId).execute();
    expect((await Promise.all(all.map(({ id }) => bank.debits(id)))).flat()).toHaveLength(1);
  });

  test("the first of them cancels: the second's mandate plans anew, with a notice of its own", async () => {
    const { db } = engine;
    const first = await makePayer(engine);
    const second = await makePayer(engine, { account: first.account });
    const { billId } = await pushBill(db, { account: first.account });
    await planTogether();
    await stopMandate(db, { mandateId: first.mandateId, kind: "cancel" });
    const { id } = await paymentOf(db, billId);
    await sql`select close_payment(${id}, 'stopped', 'stopped')`.execute(db);
    await planTogether();
    const next = await paymentOf(db, billId);
    expect(next).toMatchObject({ resident_id: second.residentId, state: "scheduled" });
    expect(await toldTo(db, second.residentId)).toEqual(["another-autopay", "notice"]);
  });

  test("a bill pushed three times at once, three planners at once: one row, one payment, one claim, one notice", async () => {
    const { db } = engine;
    const { account, residentId } = await makePayer(engine);
    const pushes = await Promise.all([1, 2, 3].map(() => pushBill(db, { account })));
    expect(new Set(pushes.map(({ billId }) => billId)).size).toBe(1);
    expect(pushes.map(({ result }) => result).sort()).toEqual(["duplicate", "duplicate", "new"]);
    const billId = pushes[0]?.billId ?? "";
    await Promise.all([1, 2, 3].map((id) => planBill(db, { id: -id, billId })));
    await planTogether();
    expect(await db.selectFrom("payments").select("id").where("bill_id", "=", billId).execute()).toHaveLength(
      1,
    );
    expect(await toldTo(db, residentId)).toEqual(["notice"]);
    const starts = await db
      .selectFrom("outbox")
      .select("id")
      .where("kind", "=", "start-payment")
      .where("subject_id", "=", (await paymentOf(db, billId)).id)
      .execute();
    expect(starts).toHaveLength(1);
  });

  test("an older version that arrives late changes nothing", async () => {
    const { db } = engine;
    const { account } = await makePayer(engine);
    const { billId } = await pushBill(db, { account, version: 2, amountMinor: 700_000 });
    expect(await pushBill(db, { account, version: 1 })).toEqual({ billId, result: "stale" });
    await planTogether();
    expect((await paymentOf(db, billId)).amount_minor).toBe(700_000);
  });
});

describe("a planner that dies", () => {
  test("in the middle of its transaction leaves nothing; the next one plans once, after the lease", async () => {
    const { db } = engine;
    const { account } = await makePayer(engine);
    const { billId } = await pushBill(db, { account });
    const [item] = await leasePlans(db, 1);

    await killAtNotice(() => item ?? { id: 0, billId });

    expect(await paymentsOf(billId)).toEqual([]);
    expect(await leasePlans(db, 10), "leased by the dead one").toEqual([]);
    await sql`update outbox set not_before = clock_timestamp() where done_at is null`.execute(db);
    await planAll(db);
    expect(await paymentsOf(billId)).toHaveLength(1);
  });
});

function paymentsOf(billId: string) {
  return engine.db.selectFrom("payments").select("id").where("bill_id", "=", billId).execute();
}

/** Plans on a connection of its own, stops it where payment and claim are written and the notice is not, and kills it there. */
async function killAtNotice(item: () => Parameters<typeof planBill>[1]): Promise<void> {
  const doomed = openDatabase({
    url: engine.databaseUrl,
    applicationName: "doomed-planner",
    maxConnections: 1,
    onError: () => undefined,
  });
  await engine.db.transaction().execute(async (transaction) => {
    await sql`lock table notices in share mode`.execute(transaction);
    const end = planBill(doomed.db, item()).then(() => "survived", String);
    await until(async () => {
      const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
        where application_name = 'doomed-planner' and wait_event_type = 'Lock'`.execute(engine.db);
      const [waiting] = rows;
      if (waiting) await sql`select pg_terminate_backend(${waiting.pid})`.execute(engine.db);
      return waiting !== undefined;
    });
    expect(await end).toContain("terminat");
  });
  await doomed.close();
}

describe("who is told about a bill that no mandate covers", () => {
  test("everybody who connected the account, once a version; nobody else", async () => {
    const { db } = engine;
    const billerId = await makeBiller(db);
    const residentId = await makeResident(db);
    const account = `told-${residentId}`;
    await db
      .insertInto("payer_accounts")
      .values({ resident_id: residentId, biller_id: billerId, account })
      .execute();
    const { billId } = await pushBill(db, { account });
    await pushBill(db, { account });
    await planTogether();
    expect(await toldTo(db, residentId)).toEqual(["bill-arrived"]);
    expect(await db.selectFrom("payments").select("id").where("bill_id", "=", billId).execute()).toEqual([]);
  });

  test("a mandate for another account of the same biller covers nothing here", async () => {
    const { db } = engine;
    const payer = await makePayer(engine);
    const methodId = await makeMethod(engine, { residentId: payer.residentId, token: "unused" });
    await makeMandate(db, { residentId: payer.residentId, account: "somewhere-else", methods: [methodId] });
    const { billId } = await pushBill(db, { account: `${payer.account}-other` });
    await planTogether();
    expect(await paymentsOf(billId)).toEqual([]);
  });
});

describe("the planner's loop", () => {
  test("a bill that cannot be planned does not keep the bills beside it waiting", async () => {
    const { db } = engine;
    const broken = await makePayer(engine, { terms: { zone: "Nowhere/Atlantis" } });
    await pushBill(db, { account: broken.account });
    const bills: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { account } = await makePayer(engine);
      bills.push((await pushBill(db, { account })).billId);
    }
    const log = recordingLog();
    const planner = startPlanner({ db, log });
    try {
      await until(async () => {
        const planned = await db.selectFrom("payments").select("id").where("bill_id", "in", bills).execute();
        return planned.length === bills.length && log.complaints.length > 0;
      });
    } finally {
      await planner.stop();
      await db.updateTable("mandates").set({ state: "ended" }).where("id", "=", broken.mandateId).execute();
    }
  });

  test("decides when rung, and by itself when the ring was lost", async () => {
    const { db } = engine;
    const planner = startPlanner({ db, log: quiet });
    try {
      for (const ring of [true, false]) {
        const { account } = await makePayer(engine);
        const { billId } = await pushBill(db, { account });
        if (ring) planner.ring();
        await until(
          async () =>
            (await db.selectFrom("payments").select("id").where("bill_id", "=", billId).execute()).length ===
            1,
        );
      }
    } finally {
      await planner.stop();
    }
  });
});
