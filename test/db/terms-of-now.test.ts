import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookAtMandate } from "../../activities/looking.ts";
import { receiveBalances, runTopUp } from "../../db/queries/top-ups.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { isNarrowing, type Terms } from "../../domain/terms.ts";
import type { OnBalance, OnSchedule, Trigger } from "../../domain/trigger.ts";
import { acceptNotices, makePayer, type Payer, planAll, pushBill, rub } from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const monthly = (pays: OnSchedule["pays"]): OnSchedule => ({
  kind: "on-schedule",
  schedule: { kind: "monthly", day: 20 },
  pays,
  nonWorkingDay: { rule: "same", country: "RU" },
});
const topUp = (minor: number, perDayMinor = minor): OnBalance => ({
  kind: "on-balance",
  below: rub(10_000),
  topUp: rub(minor),
  perDay: rub(perDayMinor),
  coolDownMinutes: 0,
});

async function make(
  at: string,
  trigger: Trigger,
  terms: Partial<Terms> = {},
  confirmsTopUps = true,
): Promise<Payer> {
  await setClock(core.db, at);
  const payer = await makePayer(core, { terms: { trigger, noticePack: NOTICE_PACKS.RU, ...terms } });
  await sql`update billers set without_bill = '{"leastMinor": 100, "mostMinor": 1000000}',
    balances = ${JSON.stringify({ confirmsTopUps })}::jsonb`.execute(core.db);
  return payer;
}

/** As the API does it: a new version, and everything of the mandate is planned again. */
async function edit({ mandateId }: Payer, trigger: Trigger): Promise<boolean> {
  const { rows } = await sql<{ terms: Terms }>`select v.terms from mandate_versions v
    join mandates m on m.id = v.mandate_id and m.version = v.version where m.id = ${mandateId}`.execute(
    core.db,
  );
  const old = rows[0]!.terms;
  const next = { ...old, trigger };
  const narrowing = isNarrowing(old, next);
  await sql`with next as (insert into mandate_versions (mandate_id, version, terms, narrowing)
      select id, version + 1, ${JSON.stringify(next)}::jsonb, ${narrowing} from mandates where id = ${mandateId} returning version)
    update mandates set version = next.version from next where id = ${mandateId}`.execute(core.db);
  await sql`select plan_mandate_again(${mandateId}, 'terms-changed')`.execute(core.db);
  return narrowing;
}

const paymentsOf = async ({ mandateId }: Payer) =>
  (
    await sql<{
      id: string;
      state: string;
      outcome: string | null;
      amountMinor: number;
      plannedOn: string;
      runOn: string | null;
    }>`
    select id, state, outcome, amount_minor as "amountMinor", planned_on as "plannedOn", run_on as "runOn"
      from payments where mandate_id = ${mandateId} order by created_at`.execute(core.db)
  ).rows;

const tell = ({ account }: Payer, at: string) =>
  receiveBalances(core.db, {
    billerId: "gorod-zhkh",
    readings: [{ account, balanceMinor: 5_000, currency: "RUB", at }],
    credited: [],
  });
const look = ({ mandateId }: Payer) => lookAtMandate(core.db, { mandateId });

async function announcedGift(at: string, minor: number): Promise<Payer & { readonly paymentId: string }> {
  const payer = await make(at, monthly(rub(minor)));
  await look(payer);
  const [planned] = await paymentsOf(payer);
  await acceptNotices(core.db, planned!.id);
  return { ...payer, paymentId: planned!.id };
}

describe("a debit is never above what its mandate says now", () => {
  test("a lower fixed sum, whoever is faster: the gate, or the planner", async () => {
    for (const month of ["03", "04"]) {
      const payer = await announcedGift(`2027-${month}-19T05:00:00Z`, 500_000);
      expect(await edit(payer, monthly(rub(100_000))), "needs no consent").toBe(true);
      if (month === "04") await planAll(core.db);
      await setClock(core.db, `2027-${month}-20T06:40:00Z`);
      expect(await askGate(core.db, payer.paymentId)).not.toMatchObject({ verdict: "passed" });
      await planAll(core.db);
      expect(await paymentsOf(payer)).toMatchObject([{ state: "closed", outcome: "stopped" }]);
    }
  });

  test("nobody is reminded of a sum that nobody asked for", async () => {
    const payer = await announcedGift("2027-05-19T05:00:00Z", 500_000);
    await edit(payer, monthly(rub(100_000)));
    await planAll(core.db);
    const { rows } = await sql<{ event: string }>`
      select event from notifications where resident_id = ${payer.residentId} and event in ('bill-arrived', 'reminder')`.execute(
      core.db,
    );
    expect(rows).toEqual([]);
  });

  test("the next month has the new sum", async () => {
    const payer = await announcedGift("2027-06-19T05:00:00Z", 500_000);
    await edit(payer, monthly(rub(100_000)));
    await planAll(core.db);
    await setClock(core.db, "2027-07-19T05:00:00Z");
    await look(payer);
    expect(await paymentsOf(payer)).toMatchObject([
      { state: "closed" },
      { state: "scheduled", amountMinor: 100_000 },
    ]);
  });

  test("another kind of trigger leaves nothing of the old one to announce or debit", async () => {
    const payer = await announcedGift("2027-08-19T05:00:00Z", 500_000);
    await edit(payer, { kind: "on-bill" });
    await planAll(core.db);
    await setClock(core.db, "2027-08-20T06:40:00Z");
    expect(await askGate(core.db, payer.paymentId)).not.toMatchObject({ verdict: "passed" });
    const { rows } =
      await sql`select 1 from notices where payment_id = ${payer.paymentId} and state <> 'void'`.execute(
        core.db,
      );
    expect(rows).toEqual([]);
  });

  test.each([
    ["a lower top-up", topUp(50_000)],
    ["bills instead of top-ups", { kind: "on-bill" }],
  ] as const)("%s", async (_what, next) => {
    const payer = await make("2027-09-21T09:00:00Z", topUp(300_000));
    await tell(payer, "2027-09-21T08:59:00Z");
    expect(await runTopUp(core.db, { mandateId: payer.mandateId, purpose: () => "x" })).toBe("planned");
    const [planned] = await paymentsOf(payer);
    await acceptNotices(core.db, planned!.id);
    await edit(payer, next);
    await setClock(core.db, "2027-09-22T06:40:00Z");
    expect(await askGate(core.db, planned!.id)).not.toMatchObject({ verdict: "passed" });
  });
});

describe("a notice stands for its own day only", () => {
  const bill = { dueOn: "2028-12-31" };
  const half = { kind: "percent", value: 50, until: "2028-05-12" } as const;

  test.each(["pay", "ask"] as const)(
    "a discount that comes by amendment is kept, late bills: %s",
    async (lateBill) => {
      const payer = await make("2028-05-02T09:00:00Z", monthly("due"), { lateBill });
      const arrive = async (change: object) => {
        await pushBill(core.db, { account: payer.account, ...bill, ...change });
        await planAll(core.db);
      };
      await arrive({});
      expect(await paymentsOf(payer)).toMatchObject([{ runOn: "2028-05-20" }]);
      await arrive({ version: 2, discount: half });
      const [planned] = await paymentsOf(payer);
      expect(planned).toMatchObject({ state: "scheduled", runOn: null, plannedOn: "2028-05-03" });
      await acceptNotices(core.db, planned!.id);
      await setClock(core.db, "2028-05-03T06:40:00Z");
      expect(await askGate(core.db, planned!.id)).toMatchObject({ verdict: "passed" });
      expect(planned!.amountMinor, "half of 5 123,45, never a kopeck less").toBe(256_173);
    },
  );

  test("a due day that was moved before the run is not waited over", async () => {
    const payer = await make("2028-06-02T09:00:00Z", monthly("due"), { lateBill: "pay" });
    await pushBill(core.db, { account: payer.account, ...bill });
    await planAll(core.db);
    await pushBill(core.db, { account: payer.account, dueOn: "2028-06-15", version: 2 });
    await planAll(core.db);
    expect(await paymentsOf(payer)).toMatchObject([
      { state: "scheduled", runOn: null, plannedOn: "2028-06-03" },
    ]);
  });
});

describe("one low balance is one top-up", () => {
  async function paidTopUp(at: string, confirms: boolean): Promise<Payer & { readonly paymentId: string }> {
    const payer = await make(at, topUp(30_000, 300_000), { noticePack: NOTICE_PACKS.demo }, confirms);
    await tell(payer, new Date(Date.parse(at) - 60_000).toISOString());
    await look(payer);
    return { ...payer, paymentId: (await paymentsOf(payer))[0]!.id };
  }
  const pay = ({ paymentId }: { paymentId: string }) =>
    sql`update payments set state = 'paid', paid_at = business_now(), paid_minor = amount_minor where id = ${paymentId}`.execute(
      core.db,
    );
  const wakes = async ({ mandateId }: Payer) =>
    (
      await sql<{ n: number }>`select count(*)::int as n from outbox
        where kind = 'wake-mandate' and subject_id = ${mandateId}`.execute(core.db)
    ).rows[0]?.n ?? 0;

  test("a biller's clock may be ahead: a reading of before the money is none of after it", async () => {
    const payer = await paidTopUp("2028-07-21T09:00:00Z", false);
    await pay(payer);
    await setClock(core.db, "2028-07-21T09:00:05Z");
    await tell(payer, "2028-07-21T09:00:50Z");
    await look(payer);
    expect(await paymentsOf(payer)).toHaveLength(1);
  });

  test("money that was not sent cannot have come", async () => {
    const payer = await paidTopUp("2028-08-21T09:00:00Z", true);
    const said = { payment: payer.paymentId, at: "2020-01-01T00:00:00Z" };
    const { credited } = await receiveBalances(core.db, {
      billerId: "gorod-zhkh",
      readings: [],
      credited: [said],
    });
    expect(credited).toEqual(["unknown"]);
  });

  test("when it is over its mandate looks again: a balance may have been told meanwhile", async () => {
    const payer = await paidTopUp("2028-09-21T09:00:00Z", true);
    const before = await wakes(payer);
    await pay(payer);
    expect(await wakes(payer)).toBe(before + 1);
  });

  test("an edit away from balances in a cool-down leaves nothing that is due for ever", async () => {
    const payer = await make("2028-10-21T09:00:00Z", topUp(30_000, 30_000), {
      noticePack: NOTICE_PACKS.demo,
    });
    await sql`update mandates set next_look_at = business_now() + interval '1 hour' where id = ${payer.mandateId}`.execute(
      core.db,
    );
    await edit(payer, { kind: "on-bill" });
    await setClock(core.db, "2028-10-21T12:00:00Z");
    expect(await look(payer)).toMatchObject({ waitMs: null });
  });
});
