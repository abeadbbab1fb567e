import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePayment } from "../../db/queries/looks.ts";
import { leasePlans, type PlanItem, planBill } from "../../db/queries/planning.ts";
import {
  acceptNotices,
  makePayer,
  type Payer,
  planAll,
  planBillFor,
  pushBill,
  rub,
  toldTo,
} from "../support/rows.ts";
import { askGate, makeDue, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";
import { atOnce, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

/** A planner that has leased a bill whose lease is over, and the one who leased it after it. */
async function planTwice(billId: string, random: () => number): Promise<void> {
  const [item] = (await leasePlans(core.db, 100)).filter((leased) => leased.billId === billId);
  const same = item as PlanItem;
  await atOnce(core.db, random, [() => planBill(core.db, same), () => planBill(core.db, same)]);
}

async function openPayments(billId: string) {
  return core.db
    .selectFrom("payments")
    .select(["id", "state", "resident_id", "route"])
    .where("bill_id", "=", billId)
    .where("state", "in", ["scheduled", "needs-payer", "charging"])
    .execute();
}

async function count(
  table: "claims" | "notices" | "instructions" | "charges",
  paymentIds: readonly string[],
) {
  const living = table === "notices" ? sql`and state <> 'void'` : sql``;
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}
    where payment_id = any(${paymentIds}::text[]) ${living}`.execute(core.db);
  return rows[0]?.n ?? 0;
}

describe("planning", () => {
  test("two planners on one bill: one payment, one claim, one notice", async () => {
    await race("two planners", async (random) => {
      const payer = await makePayer(core);
      const { billId } = await pushBill(core.db, payer);
      await planTwice(billId, random);
      const open = await openPayments(billId);
      expect(open).toHaveLength(1);
      expect(await toldTo(core.db, payer.residentId)).toEqual(["notice"]);
    });
  });

  test("one bill pushed three times while it is planned: one row, one payment", async () => {
    await race("three pushes", async (random) => {
      const payer = await makePayer(core);
      const push = () => pushBill(core.db, payer);
      const pushes = await atOnce(core.db, random, [push, push, push, () => planAll(core.db)]);
      await planAll(core.db);
      const bills = new Set(pushes.slice(0, 3).map((pushed) => (pushed as { billId: string }).billId));
      expect(bills.size).toBe(1);
      expect(await openPayments([...bills][0] ?? "")).toHaveLength(1);
    });
  });

  test("two people's mandates on one bill, the first cancels meanwhile: never two payments, never none", async () => {
    await race("two mandates", async (random) => {
      const first = await makePayer(core);
      const second = await makePayer(core, { account: first.account });
      const { billId } = await pushBill(core.db, first);
      await atOnce(core.db, random, [
        () => planAll(core.db),
        () =>
          sql`select stop_mandate(${first.mandateId}, null, 'cancel', null, null, 'payer')`.execute(core.db),
      ]);
      await closeStopped();
      await planAll(core.db);
      const open = await openPayments(billId);
      expect(open.map(({ resident_id: resident }) => resident)).toEqual([second.residentId]);
      expect(
        await count(
          "claims",
          open.map(({ id }) => id),
        ),
      ).toBe(1);
    });
  });

  /** What the sweeper does about stops that have committed. */
  async function closeStopped(): Promise<void> {
    const { rows } = await sql<{
      payment_id: string;
      outcome: string;
    }>`select * from stopped_payments(1000)`.execute(core.db);
    for (const row of rows)
      await closePayment(core.db, { paymentId: row.payment_id, outcome: row.outcome, reason: "stopped" });
  }

  test("three bills against one limit, planned at once: what is announced fits", async () => {
    await race("three bills", async (random) => {
      const payer = await makePayer(core, {
        terms: { limitPerPeriod: { amount: rub(1_000_000), period: "month" } },
      });
      for (const period of ["2026-09", "2026-10", "2026-11"])
        await pushBill(core.db, { account: payer.account, period, amountMinor: 400_000 });
      const items = await leasePlans(core.db, 100);
      await atOnce(
        core.db,
        random,
        items.map((item) => () => planBill(core.db, item)),
      );
      expect(await usedBy(payer)).toBe(800_000);
    });
  });

  test("three announced debits against a limit that was narrowed since, at the gate at once: one is asked about, the others fit", async () => {
    await race("three gates", async (random) => {
      const payer = await makePayer(core);
      const ids: string[] = [];
      for (const period of ["2026-09", "2026-10", "2026-11"]) {
        const { paymentId } = await planBillFor(core.db, payer, { period, amountMinor: 400_000 });
        await acceptNotices(core.db, paymentId);
        ids.push(paymentId);
      }
      await sql`with v as (insert into mandate_versions (mandate_id, version, terms, narrowing)
          select mandate_id, 2, jsonb_set(terms, '{limitPerPeriod}',
            ${JSON.stringify({ amount: rub(900_000), period: "month" })}::jsonb), true
          from mandate_versions where mandate_id = ${payer.mandateId})
        update mandates set version = 2 where id = ${payer.mandateId}`.execute(core.db);
      const answers = await atOnce(
        core.db,
        random,
        ids.map((id) => () => askGate(core.db, id)),
      );
      expect(answers.map(({ verdict }) => verdict).toSorted()).toEqual(["asked", "passed", "passed"]);
      expect(await count("charges", ids)).toBe(2);
      expect(await usedBy(payer)).toBe(800_000);
    });
  });

  test("one card saved twice has one budget: of two debits at the gate at once, the second of the day is the last", async () => {
    await race("one card", async (random) => {
      const cardKey = `card-${random()}`;
      const declined = await makeDue(core, { cardKey });
      const rest = [await makeDue(core, { cardKey }), await makeDue(core, { cardKey })];
      await askGate(core.db, declined.paymentId);
      await record(core.db, declined.chargeId, seen.declined());
      const answers = await atOnce(
        core.db,
        random,
        rest.map(
          ({ paymentId }) =>
            () =>
              askGate(core.db, paymentId),
        ),
      );
      expect(answers.map(({ verdict }) => verdict).toSorted()).toEqual(["not-now", "passed"]);
    });
  });

  async function usedBy({ mandateId }: Payer): Promise<number> {
    const { rows } = await sql<{ used: number }>`select coalesce(sum(amount_minor), 0)::bigint as used
      from limit_use where scope_id = ${mandateId} and state <> 'freed'`.execute(core.db);
    return rows[0]?.used ?? 0;
  }
});
