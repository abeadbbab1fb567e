import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookAtMandate } from "../../activities/looking.ts";
import { runSchedule } from "../../db/queries/scheduled-runs.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import type { Terms } from "../../domain/terms.ts";
import type { OnSchedule } from "../../domain/trigger.ts";
import type { CountryDays } from "../../domain/working-days/country-days.ts";
import { RUSSIA } from "../../domain/working-days/ru.ts";
import { acceptNotices, makePayer, pushBill, planAll, rub, stopMandate } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const on = (day: number, rule: "same" | "next" | "previous" = "same", amountMinor = 50_000): OnSchedule => ({
  kind: "on-schedule",
  schedule: { kind: "monthly", day },
  pays: rub(amountMinor),
  nonWorkingDay: { rule, country: "RU" },
});
const purpose = (biller: string) => `Donation: ${biller}`;

async function makeScheduled(trigger: OnSchedule, at: string, terms: Partial<Terms> = {}, account?: string) {
  await setClock(core.db, at);
  const payer = await makePayer(core, {
    terms: { trigger, noticePack: NOTICE_PACKS.RU, ...terms },
    ...(account === undefined ? {} : { account }),
  });
  await sql`update billers set without_bill = '{"leastMinor": 100, "mostMinor": 1000000}' where without_bill is null`.execute(
    core.db,
  );
  return payer;
}

const look = (mandateId: string) => lookAtMandate(core.db, { mandateId });

async function runsOf(mandateId: string) {
  const { rows } = await sql<{
    period: string;
    debit: string;
    state: string;
    why: string | null;
    planAt: string;
    certainty: string;
  }>`select period, debit_on as debit, state, why, plan_at as "planAt", certainty from mandate_runs
    where mandate_id = ${mandateId} order by period`.execute(core.db);
  return rows;
}

async function paymentsOf(mandateId: string) {
  const { rows } = await sql<{
    id: string;
    state: string;
    outcome: string | null;
    need: string | null;
    plannedOn: string;
    notBefore: string;
    amountMinor: number;
    countedOn: string | null;
    billState: string;
    claims: number;
  }>`select y.id, y.state, y.outcome, y.need, y.planned_on as "plannedOn", y.not_before as "notBefore", y.amount_minor as "amountMinor",
      (select counted_on from limit_use l where l.payment_id = y.id and l.scope = 'mandate') as "countedOn", b.state as "billState",
      (select count(*)::int from claims c where c.claim_key = b.identity_key) as claims
    from payments y join bills b on b.id = y.bill_id where y.mandate_id = ${mandateId} order by y.created_at`.execute(
    core.db,
  );
  return rows;
}

describe("a mandate on a schedule", () => {
  test("announces its run the day before, debits it on its day, and then waits for the next month", async () => {
    const { mandateId } = await makeScheduled(on(15), "2027-03-02T09:00:00Z");
    const first = await look(mandateId);
    expect(await runsOf(mandateId)).toMatchObject([
      { period: "2027-03-01", debit: "2027-03-15", state: "ahead", planAt: "2027-03-14T05:00:00.000Z" },
    ]);
    expect(first.waitMs).toBeGreaterThan(0);
    expect(await paymentsOf(mandateId)).toEqual([]);

    await setClock(core.db, "2027-03-14T05:00:01Z");
    await look(mandateId);
    const [payment] = await paymentsOf(mandateId);
    expect(payment).toMatchObject({
      state: "scheduled",
      need: null,
      plannedOn: "2027-03-15",
      countedOn: "2027-03-15",
      notBefore: "2027-03-15T05:00:00.000Z",
      amountMinor: 50_000,
      billState: "owed",
      claims: 1,
    });
    await acceptNotices(core.db, payment!.id);
    expect((await paymentsOf(mandateId))[0]).toMatchObject({ notBefore: "2027-03-15T05:00:00.000Z" });
    expect(await runsOf(mandateId)).toMatchObject([
      { period: "2027-03-01", state: "run" },
      { period: "2027-04-01", debit: "2027-04-15", state: "ahead" },
    ]);
  });

  test("a January run that is debited in December is counted there, and January has no other", async () => {
    const { mandateId } = await makeScheduled(on(1, "previous"), "2026-12-05T09:00:00Z", {
      limitPerPeriod: { amount: rub(60_000), period: "month" },
    });
    await look(mandateId);
    await setClock(core.db, "2026-12-29T05:00:01Z");
    await look(mandateId);
    expect(await paymentsOf(mandateId)).toMatchObject([{ plannedOn: "2026-12-30", countedOn: "2026-12-30" }]);
    expect(await runsOf(mandateId)).toMatchObject([
      { period: "2027-01-01", debit: "2026-12-30", state: "run" },
      { period: "2027-02-01", debit: "2027-02-01", state: "ahead" },
    ]);
  });

  test("looked at by many at once, and again and again, a period has one payment", async () => {
    const { mandateId } = await makeScheduled(on(15), "2027-05-02T09:00:00Z");
    await look(mandateId);
    await setClock(core.db, "2027-05-14T05:00:01Z");
    await Promise.all(Array.from({ length: 20 }, () => look(mandateId)));
    for (let again = 0; again < 3; again += 1) await look(mandateId);
    expect(await paymentsOf(mandateId)).toHaveLength(1);
    expect(await runsOf(mandateId)).toMatchObject([{ state: "run" }, { state: "ahead" }]);
  });

  test("many who give to one account run at one moment: each has its own payment, none waits for another in a ring", async () => {
    const donors = [];
    for (let n = 0; n < 6; n += 1)
      donors.push(await makeScheduled(on(15), "2027-05-02T09:00:00Z", {}, "001"));
    for (const { mandateId } of donors) await look(mandateId);
    await setClock(core.db, "2027-05-14T05:00:01Z");
    await Promise.all([...donors, ...donors].map(({ mandateId }) => look(mandateId)));
    // closing the database fails when any transaction met a deadlock
    for (const { mandateId } of donors) expect(await paymentsOf(mandateId)).toHaveLength(1);
  });

  test("killed before its transaction ends, the run is made by the next look, once", async () => {
    const { mandateId } = await makeScheduled(on(15), "2027-06-02T09:00:00Z");
    await look(mandateId);
    await setClock(core.db, "2027-06-14T05:00:01Z");
    const killed = runSchedule(core.db, {
      mandateId,
      purpose: () => {
        throw new Error("killed");
      },
    });
    await expect(killed).rejects.toThrow("killed");
    expect(await paymentsOf(mandateId)).toHaveLength(0);
    await look(mandateId);
    await look(mandateId);
    expect(await paymentsOf(mandateId)).toHaveLength(1);
  });

  test("another day, agreed to after the month has run, begins with the next month", async () => {
    const { mandateId } = await makeScheduled(on(5), "2027-08-02T09:00:00Z");
    await look(mandateId);
    await setClock(core.db, "2027-08-04T05:00:01Z");
    await look(mandateId);
    await setClock(core.db, "2027-08-10T09:00:00Z");
    await editTrigger(mandateId, on(20));
    await look(mandateId);
    expect(await runsOf(mandateId)).toMatchObject([
      { period: "2027-08-01", state: "run" },
      { period: "2027-09-01", debit: "2027-09-20", state: "ahead" },
    ]);
    expect(await paymentsOf(mandateId)).toHaveLength(1);
  });

  test("another day, agreed to before the month has run, is the day of this month", async () => {
    const { mandateId } = await makeScheduled(on(25), "2027-08-02T09:00:00Z");
    await look(mandateId);
    await editTrigger(mandateId, on(20));
    await look(mandateId);
    expect(await runsOf(mandateId)).toMatchObject([
      { period: "2027-08-01", debit: "2027-08-20", state: "ahead" },
    ]);
  });

  test("a pause leaves its month out, and its end does not make up for it", async () => {
    const { mandateId } = await makeScheduled(on(15), "2027-09-02T09:00:00Z");
    await look(mandateId);
    await stopMandate(core.db, { mandateId, kind: "pause" });
    await look(mandateId);
    await setClock(core.db, "2027-09-14T05:00:01Z");
    await look(mandateId);
    expect(await runsOf(mandateId)).toMatchObject([
      { period: "2027-09-01", state: "skipped", why: "paused" },
      { period: "2027-10-01", state: "ahead" },
    ]);
    expect(await paymentsOf(mandateId)).toEqual([]);
  });

  test("announced by the sandbox's pack, its notice opens the debit at the day's beginning, also where a midnight is skipped", async () => {
    for (const [zone, day] of [
      ["Europe/Moscow", "2027-03-15"],
      ["Africa/Cairo", "2027-04-30"],
      ["Asia/Beirut", "2027-03-28"],
    ] as const) {
      const { rows } = await sql<{ run: string; notice: string; day: string }>`
        select r.debit_at as run, k.not_before as notice, k.planned_on as day
        from run_clock(${JSON.stringify(NOTICE_PACKS.demo)}::jsonb, ${day}::date, ${zone}) r
        cross join lateral notice_clock(${JSON.stringify(NOTICE_PACKS.demo)}::jsonb, r.plan_at, ${zone}) k`.execute(
        core.db,
      );
      expect(rows).toEqual([{ run: rows[0]!.notice, notice: rows[0]!.run, day }]);
    }
  });

  test("one that is cancelled has nothing ahead", async () => {
    const { mandateId } = await makeScheduled(on(15), "2027-09-02T09:00:00Z");
    await look(mandateId);
    await stopMandate(core.db, { mandateId, kind: "cancel" });
    expect(await look(mandateId)).toMatchObject({ ended: true, waitMs: null });
    expect(await runsOf(mandateId)).toEqual([]);
  });

  test("a sum above the limit asks or is left out, as the payer chose, and what is left out is not owed", async () => {
    const limit = { limitPerPayment: rub(40_000) };
    const asking = await makeScheduled(on(15), "2027-10-02T09:00:00Z", { ...limit, overLimit: "ask" });
    const skipping = await makeScheduled(on(15), "2027-10-02T09:00:00Z", { ...limit, overLimit: "skip" });
    for (const { mandateId } of [asking, skipping]) await look(mandateId);
    await setClock(core.db, "2027-10-14T05:00:01Z");
    for (const { mandateId } of [asking, skipping]) await look(mandateId);
    expect(await paymentsOf(asking.mandateId)).toMatchObject([{ state: "needs-payer", need: "over-limit" }]);
    expect(await paymentsOf(skipping.mandateId)).toEqual([]);
    const { rows } = await sql<{ state: string }>`
      select b.state from mandate_runs r join bills b on b.id = r.bill_id where r.mandate_id = ${skipping.mandateId}`.execute(
      core.db,
    );
    expect(rows).toEqual([{ state: "annulled" }]);
  });

  test("an engine that was away announces the missed run late, once, and skips no month after it", async () => {
    const { mandateId } = await makeScheduled(on(15), "2027-11-02T09:00:00Z");
    await look(mandateId);
    await setClock(core.db, "2027-11-20T09:00:00Z");
    await look(mandateId);
    expect(await paymentsOf(mandateId)).toMatchObject([{ need: null, plannedOn: "2027-11-21" }]);
    expect(await runsOf(mandateId)).toMatchObject([
      { period: "2027-11-01", state: "run" },
      { period: "2027-12-01", state: "ahead" },
    ]);
  });

  test("bills of the same account are not its business", async () => {
    const { mandateId, account } = await makeScheduled(on(15), "2027-11-02T09:00:00Z");
    const { billId } = await pushBill(core.db, { account });
    await planAll(core.db);
    expect(await paymentsOf(mandateId)).toEqual([]);
    const { rows } = await sql`select 1 from payments where bill_id = ${billId}`.execute(core.db);
    expect(rows).toEqual([]);
  });

  test("a day that is not decreed yet is moved by the decree, but no instant of a run that is over", async () => {
    const { mandateId } = await makeScheduled(on(31, "next"), "2027-12-02T09:00:00Z");
    await look(mandateId);
    expect(await runsOf(mandateId)).toMatchObject([{ debit: "2028-01-10", certainty: "not-decreed-yet" }]);
    const grown: CountryDays = {
      ...RUSSIA,
      decrees: [
        ...RUSSIA.decrees,
        {
          year: 2028,
          number: "1",
          signedOn: "2027-10-01",
          moves: [{ from: "2028-01-08", to: "2028-01-10" }],
        },
      ],
    };
    // looked at again within the week, although its debit is further away
    expect((await look(mandateId)).waitMs).toBeLessThanOrEqual(7 * 86_400_000);
    // the decree is known only when the run's time has come: it still moves
    await setClock(core.db, "2028-01-09T05:00:01Z");
    expect(await runSchedule(core.db, { mandateId, purpose }, () => grown)).toBe("nothing-due");
    expect(await runsOf(mandateId)).toMatchObject([{ debit: "2028-01-11", certainty: "decreed" }]);
    await setClock(core.db, "2028-01-10T05:00:01Z");
    await runSchedule(core.db, { mandateId, purpose }, () => grown);
    const over = await runsOf(mandateId);
    await runSchedule(core.db, { mandateId, purpose });
    expect((await runsOf(mandateId))[0]).toEqual(over[0]);
    const change = sql`update mandate_runs set debit_on = debit_on + 1 where mandate_id = ${mandateId} and state = 'run'`;
    await expect(change.execute(core.db)).rejects.toThrow("is over");
  });
});

async function editTrigger(mandateId: string, trigger: OnSchedule): Promise<void> {
  await sql`
    with next as (insert into mandate_versions (mandate_id, version, terms, narrowing)
      select v.mandate_id, v.version + 1, jsonb_set(v.terms, '{trigger}', ${JSON.stringify(trigger)}::jsonb), false
      from mandate_versions v join mandates m on m.id = v.mandate_id and m.version = v.version where m.id = ${mandateId} returning version)
    update mandates set version = next.version from next where id = ${mandateId}`.execute(core.db);
}
