import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookAtMandate } from "../../activities/looking.ts";
import { leasePlans, planBill } from "../../db/queries/planning.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import type { Terms } from "../../domain/terms.ts";
import type { OnSchedule, Trigger } from "../../domain/trigger.ts";
import {
  acceptNotices,
  makePayer,
  payNow,
  planAll,
  pushBill,
  resumeMandate,
  rub,
  skipPayment,
  stopMandate,
} from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const due = (day: number, rule: "same" | "next" | "previous" = "same"): OnSchedule => ({
  kind: "on-schedule",
  schedule: { kind: "monthly", day },
  pays: "due",
  nonWorkingDay: { rule, country: "RU" },
});

async function makeDuePayer(trigger: Trigger, at: string, terms: Partial<Terms> = {}, account?: string) {
  await setClock(core.db, at);
  return makePayer(core, {
    terms: { trigger, noticePack: NOTICE_PACKS.RU, ...terms },
    ...(account === undefined ? {} : { account }),
  });
}

const look = (mandateId: string) => lookAtMandate(core.db, { mandateId });

async function arrive(payer: { account: string }, bill: Partial<Parameters<typeof pushBill>[1]> = {}) {
  const { billId } = await pushBill(core.db, { dueOn: "2027-12-31", ...bill, account: payer.account });
  await planAll(core.db);
  return billId;
}

async function paymentsOf(billId: string) {
  const { rows } = await sql<{
    id: string;
    mandateId: string | null;
    state: string;
    outcome: string | null;
    need: string | null;
    plannedOn: string;
    notBefore: string;
    amountMinor: number;
    runOn: string | null;
    countedOn: string | null;
  }>`select y.id, y.mandate_id as "mandateId", y.state, y.outcome, y.need, y.planned_on as "plannedOn", y.not_before as "notBefore",
      y.amount_minor as "amountMinor", y.run_on as "runOn",
      (select counted_on from limit_use l where l.payment_id = y.id and l.scope = 'mandate' and l.state <> 'freed') as "countedOn"
    from payments y where y.bill_id = ${billId} order by y.created_at, y.id`.execute(core.db);
  return rows;
}

/** Messages to a payer, in the order of their times. */
async function told(residentId: string) {
  const { rows } = await sql<{ event: string; at: string; state: string }>`
    select event, due_at as at, state from notifications where resident_id = ${residentId} and event not like 'mandate-%' order by due_at, created_at, id`.execute(
    core.db,
  );
  return rows.filter(({ state }) => state !== "dropped").map(({ event, at }) => [event, at]);
}

describe("a schedule that pays what is due", () => {
  test("a bill that arrives is planned for the run that comes: told at once when it will be paid, announced by the pack before its day", async () => {
    const payer = await makeDuePayer(due(20), "2027-03-02T09:00:00Z");
    const billId = await arrive(payer);
    const [payment] = await paymentsOf(billId);
    expect(payment).toMatchObject({
      state: "scheduled",
      need: null,
      plannedOn: "2027-03-20",
      runOn: "2027-03-20",
      countedOn: "2027-03-20",
      notBefore: "2027-03-20T05:00:00.000Z",
    });
    expect(await told(payer.residentId)).toEqual([
      ["bill-planned", expect.stringMatching(/^2027-03-02T09:0/)],
      ["notice", "2027-03-19T05:00:00.000Z"],
    ]);
    expect(await askGate(core.db, payment!.id)).not.toMatchObject({ verdict: "passed" });
    await setClock(core.db, "2027-03-19T05:00:05Z");
    await acceptNotices(core.db, payment!.id);
    expect((await paymentsOf(billId))[0]).toMatchObject({ notBefore: "2027-03-20T05:00:00.000Z" });
    await setClock(core.db, "2027-03-20T05:00:01Z");
    expect(await askGate(core.db, payment!.id)).toMatchObject({ verdict: "passed" });
  });

  test("one that arrives on the eve gets one message, its notice; one whose notice cannot make the day waits for the next run", async () => {
    const eve = await makeDuePayer(due(20), "2027-03-19T09:00:00Z");
    const onEve = await arrive(eve);
    expect(await paymentsOf(onEve)).toMatchObject([{ plannedOn: "2027-03-20", runOn: "2027-03-20" }]);
    expect((await told(eve.residentId)).map(([event]) => event)).toEqual(["notice"]);
    const day = await makeDuePayer(due(20), "2027-03-20T06:00:00Z");
    expect(await paymentsOf(await arrive(day))).toMatchObject([{ plannedOn: "2027-04-20" }]);
  });

  test("a run on days off moves by the rule, and is paid on the moved day", async () => {
    const payer = await makeDuePayer(due(8, "previous"), "2027-02-20T09:00:00Z");
    expect(await paymentsOf(await arrive(payer))).toMatchObject([{ plannedOn: "2027-03-05" }]);
  });

  test("a due day before the run is asked about, or paid after its notice before the run, as the payer chose", async () => {
    const asking = await makeDuePayer(due(20), "2027-03-02T09:00:00Z", { lateBill: "ask" });
    const paying = await makeDuePayer(due(20), "2027-03-02T09:00:00Z", { lateBill: "pay" });
    expect(await paymentsOf(await arrive(asking, { dueOn: "2027-03-15" }))).toMatchObject([
      { state: "needs-payer", need: "late-bill", runOn: null },
    ]);
    expect((await told(asking.residentId))[0]?.[0]).toBe("needs-confirmation");
    const [early] = await paymentsOf(await arrive(paying, { dueOn: "2027-03-15" }));
    expect(early).toMatchObject({ state: "scheduled", plannedOn: "2027-03-03", runOn: null });
    // already too late for any notice: the shortest clock that the pack allows, none shorter
    expect(await paymentsOf(await arrive(paying, { dueOn: "2027-03-02", period: "2027-02" }))).toMatchObject([
      { state: "scheduled", plannedOn: "2027-03-03", notBefore: "2027-03-03T05:00:00.000Z" },
    ]);
  });

  test("a discount that ends before the run brings the date forward, one that no notice can keep does not", async () => {
    const discount = { kind: "percent", value: 25, until: "2027-03-10" } as const;
    const payer = await makeDuePayer(due(20), "2027-03-02T09:00:00Z", { lateBill: "ask" });
    const kept = await arrive(payer, { discount });
    expect(await paymentsOf(kept)).toMatchObject([
      { state: "scheduled", need: null, plannedOn: "2027-03-03", runOn: null },
    ]);
    const lost = await makeDuePayer(due(20), "2027-03-10T15:00:00Z", { lateBill: "pay" });
    const [late] = await paymentsOf(await arrive(lost, { discount }));
    expect(late).toMatchObject({ plannedOn: "2027-03-20", amountMinor: 512_345 });
  });

  test("planned twice, by many at once, it is planned once", async () => {
    const payer = await makeDuePayer(due(20), "2027-04-02T09:00:00Z");
    const { billId } = await pushBill(core.db, { account: payer.account, dueOn: "2027-12-31" });
    const items = await leasePlans(core.db, 100);
    await Promise.all(Array.from({ length: 8 }, () => items.map((item) => planBill(core.db, item))).flat());
    expect(await paymentsOf(billId)).toHaveLength(1);
    expect((await told(payer.residentId)).map(([event]) => event)).toEqual(["bill-planned", "notice"]);
  });

  test("an amendment before the notice was sent is told at once, and the notice of the day names the new sum only", async () => {
    const payer = await makeDuePayer(due(20), "2027-04-02T09:00:00Z");
    const billId = await arrive(payer);
    await arrive(payer, { version: 2, amountMinor: 600_000 });
    expect(await paymentsOf(billId)).toMatchObject([{ amountMinor: 600_000, plannedOn: "2027-04-20" }]);
    // the word of before had not left: it is not said any more
    expect((await told(payer.residentId)).map(([event]) => event)).toEqual(["bill-planned", "notice"]);
  });

  test("an amendment on the eve makes the debit a day late, not a month", async () => {
    const payer = await makeDuePayer(due(20), "2027-04-02T09:00:00Z");
    const billId = await arrive(payer);
    await setClock(core.db, "2027-04-19T05:00:05Z");
    const [payment] = await paymentsOf(billId);
    await acceptNotices(core.db, payment!.id);
    await setClock(core.db, "2027-04-20T03:00:00Z");
    await arrive(payer, { version: 2, amountMinor: 600_000 });
    expect(await paymentsOf(billId)).toMatchObject([{ plannedOn: "2027-04-21", runOn: "2027-04-20" }]);
  });

  test("limits count the day of the run", async () => {
    const limits = { limitPerPeriod: { amount: rub(600_000), period: "month" as const } };
    const payer = await makeDuePayer(due(20), "2027-05-02T09:00:00Z", limits);
    await arrive(payer);
    // another bill of May has no room in May; one that arrives after the run has its room in June
    expect(await paymentsOf(await arrive(payer, { period: "2027-05" }))).toMatchObject([
      { need: "over-limit" },
    ]);
    await setClock(core.db, "2027-05-21T09:00:00Z");
    expect(await paymentsOf(await arrive(payer, { period: "2027-06" }))).toMatchObject([
      { need: null, plannedOn: "2027-06-20" },
    ]);
  });

  test("skip, pause and cancel work on what waits for its run; after a pause it waits for the next one", async () => {
    const skipped = await makeDuePayer(due(20), "2027-06-02T09:00:00Z");
    const skippedBill = await arrive(skipped);
    await skipPayment(core.db, (await paymentsOf(skippedBill))[0]!.id, skipped.residentId);
    await closeStopped();
    await planAll(core.db);
    expect(await paymentsOf(skippedBill)).toMatchObject([{ state: "closed", outcome: "skipped" }]);

    const paused = await makeDuePayer(due(20), "2027-06-02T09:00:00Z");
    const pausedBill = await arrive(paused);
    await stopMandate(core.db, { mandateId: paused.mandateId, kind: "pause" });
    await closeStopped();
    await planAll(core.db);
    expect(await paymentsOf(pausedBill)).toMatchObject([{ state: "closed", outcome: "stopped" }]);
    await setClock(core.db, "2027-06-25T09:00:00Z");
    await resumeMandate(core.db, paused.mandateId);
    await planAll(core.db);
    expect((await paymentsOf(pausedBill))[1]).toMatchObject({ state: "scheduled", plannedOn: "2027-07-20" });

    await stopMandate(core.db, { mandateId: paused.mandateId, kind: "cancel" });
    await closeStopped();
    await planAll(core.db);
    expect((await paymentsOf(pausedBill))[1]).toMatchObject({ state: "closed", outcome: "stopped" });
  });

  test("another day that was agreed to moves what waits, and another kind of autopay does not pay it", async () => {
    const payer = await makeDuePayer(due(20), "2027-06-02T09:00:00Z");
    const billId = await arrive(payer);
    await editTrigger(payer.mandateId, due(10));
    await planAll(core.db);
    expect(await paymentsOf(billId)).toMatchObject([{ plannedOn: "2027-06-10", runOn: "2027-06-10" }]);
    await editTrigger(payer.mandateId, { kind: "on-bill" });
    await planAll(core.db);
    expect(await paymentsOf(billId)).toMatchObject([{ plannedOn: "2027-06-03", runOn: null }]);
    const [payment] = await paymentsOf(billId);
    await acceptNotices(core.db, payment!.id);
    await editTrigger(payer.mandateId, { ...due(20), pays: rub(100_000) });
    await setClock(core.db, "2027-06-03T05:00:05Z");
    // not even before the planner has seen the edit
    expect(await askGate(core.db, payment!.id)).toMatchObject({ verdict: "ended" });
    await planAll(core.db);
    expect((await paymentsOf(billId)).map(({ outcome }) => outcome)).toEqual(["stopped"]);
  });

  test("an edit to another kind closes what was planned, by the planner alone", async () => {
    const payer = await makeDuePayer(due(20), "2027-06-02T09:00:00Z");
    const billId = await arrive(payer);
    await editTrigger(payer.mandateId, { ...due(20), pays: rub(100_000) });
    await planAll(core.db);
    expect(await paymentsOf(billId)).toMatchObject([{ state: "closed", outcome: "stopped" }]);
  });

  test("on-bill and on-schedule autopay of two people over one account: one debit, the other is told, in the order of age", async () => {
    const first = await makeDuePayer(due(20), "2027-07-02T09:00:00Z");
    const second = await makeDuePayer({ kind: "on-bill" }, "2027-07-02T09:00:01Z", {}, first.account);
    const billId = await arrive(first);
    expect(await paymentsOf(billId)).toMatchObject([{ mandateId: first.mandateId, plannedOn: "2027-07-20" }]);
    expect((await told(second.residentId)).map(([event]) => event)).toEqual(["another-autopay"]);
    // what its owner skips is the other's
    await skipPayment(core.db, (await paymentsOf(billId))[0]!.id, first.residentId);
    await closeStopped();
    await planAll(core.db);
    expect((await paymentsOf(billId))[1]).toMatchObject({
      mandateId: second.mandateId,
      plannedOn: "2027-07-03",
    });
  });

  test("paid by its owner now, what waits for the run is taken over", async () => {
    const payer = await makeDuePayer(due(20), "2027-07-02T09:00:00Z");
    const billId = await arrive(payer);
    await payNow(core.db, { billId, residentId: payer.residentId, methodId: payer.methodId });
    expect(await paymentsOf(billId)).toMatchObject([
      { state: "closed", outcome: "taken-over" },
      { state: "scheduled", mandateId: null },
    ]);
  });

  test("the mandate's day ahead is kept, and on its day what is still open is looked at once more", async () => {
    const limits = {
      limitPerPeriod: { amount: rub(600_000), period: "month" as const },
      overLimit: "skip" as const,
    };
    const payer = await makeDuePayer(due(20), "2027-08-02T09:00:00Z", limits);
    await look(payer.mandateId);
    expect(await aheadOf(payer.mandateId)).toEqual(["2027-08-20"]);
    await arrive(payer);
    const open = await arrive(payer, { period: "2027-07" });
    expect(await paymentsOf(open)).toEqual([]);
    await setClock(core.db, "2027-08-20T05:00:01Z");
    await Promise.all(Array.from({ length: 5 }, () => look(payer.mandateId)));
    expect(await aheadOf(payer.mandateId)).toEqual(["2027-09-20"]);
    await planAll(core.db);
    expect(await paymentsOf(open)).toMatchObject([{ state: "scheduled", plannedOn: "2027-09-20" }]);
    expect((await look(payer.mandateId)).waitMs).toBeGreaterThan(7 * 86_400_000);
  });

  test("packs that count days of their own are announced so many days earlier", async () => {
    for (const pack of ["UK", "EU", "BR", "IN", "US", "RU"] as const) {
      const { rows } = await sql<{ opens: string; debit: string; alive: boolean }>`
        select r.debit_at as debit, k.not_before as opens, k.not_after > r.debit_at as alive
        from run_clock(${JSON.stringify(NOTICE_PACKS[pack])}::jsonb, '2027-10-20'::date, 'Europe/Moscow') r
        cross join lateral notice_clock(${JSON.stringify(NOTICE_PACKS[pack])}::jsonb, r.plan_at, 'Europe/Moscow') k`.execute(
        core.db,
      );
      expect(rows, pack).toEqual([{ opens: rows[0]!.debit, debit: rows[0]!.debit, alive: true }]);
    }
  });
});

async function aheadOf(mandateId: string) {
  const { rows } = await sql<{ on: string }>`
    select debit_on as on from mandate_runs where mandate_id = ${mandateId}`.execute(core.db);
  return rows.map(({ on }) => on);
}

/** As the sweeper carries out stops. */
async function closeStopped(): Promise<void> {
  await sql`select close_payment(payment_id, outcome, 'stopped') from stopped_payments(100)`.execute(core.db);
}

async function editTrigger(mandateId: string, trigger: Trigger): Promise<void> {
  await sql`
    with next as (insert into mandate_versions (mandate_id, version, terms, narrowing)
      select v.mandate_id, v.version + 1, jsonb_set(v.terms, '{trigger}', ${JSON.stringify(trigger)}::jsonb), false
      from mandate_versions v join mandates m on m.id = v.mandate_id and m.version = v.version where m.id = ${mandateId} returning version)
    update mandates set version = next.version from next where id = ${mandateId}`.execute(core.db);
  await sql`select plan_mandate_again(${mandateId}, 'terms-changed')`.execute(core.db);
}
