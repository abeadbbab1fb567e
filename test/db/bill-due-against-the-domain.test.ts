import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addDays } from "../../domain/calendar.ts";
import { type BillDiscount, dueMinorOn } from "../../domain/discount.ts";
import { makeBiller, pushBill } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore } from "./support/money-core.ts";
import { pick, randomFrom, SEED } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
  await makeBiller(core.db);
});
afterAll(() => core.close());

const LAST_DAY = "2027-03-30";

function anyDiscount(random: () => number, totalMinor: number): BillDiscount | null {
  const until = random() < 0.8 ? LAST_DAY : null;
  const percent = Math.max(1, Math.floor(random() * 10_000)) / 100;
  return pick<BillDiscount | null>(random, [
    null,
    { kind: "percent", value: percent, until },
    { kind: "share", value: Math.max(1, Math.floor(random() * 10_000)) / 10_000, until },
    { kind: "amount", value: 1 + Math.floor(random() * (totalMinor - 1)), until },
  ]);
}

async function dueInSql(billId: string, day: string, time: string): Promise<number> {
  const { rows } = await sql<{
    due: number;
  }>`select bill_due_at(b, (${day}::date + ${time}::time) at time zone 'Europe/Moscow') as due
    from bills b where id = ${billId}`.execute(core.db);
  return rows[0]?.due ?? Number.NaN;
}

test("what the database says is due is what the domain says, to the kopeck and to the second of the payee's midnight", async () => {
  for (let round = 0; round < 60; round += 1) {
    const random = randomFrom(SEED + round);
    const fullMinor = 2 + Math.floor(random() * pick(random, [10, 10_000, 100_000_000]));
    const amountMinor = random() < 0.6 ? fullMinor : 1 + Math.floor(random() * fullMinor);
    const discount = anyDiscount(random, fullMinor);
    const { billId } = await pushBill(core.db, {
      account: `due-${SEED}-${round}`,
      fullMinor,
      amountMinor,
      discount,
    });
    const facts = { totalMinor: fullMinor, leftMinor: amountMinor, currency: "RUB", discount } as const;
    for (const [day, time] of [
      [LAST_DAY, "00:00"],
      [LAST_DAY, "23:59:59.999"],
      [addDays(LAST_DAY, 1), "00:00"],
    ] as const) {
      expect(
        await dueInSql(billId, day, time),
        `KVITOK_RACE_SEED=${SEED}, round ${round}, ${day} ${time}`,
      ).toBe(dueMinorOn(facts, day));
    }
  }
});

test("the last day of a discount is the payee's, wherever the payer lives", async () => {
  await sql`update billers set zone = 'Asia/Kamchatka' where id = 'gorod-zhkh'`.execute(core.db);
  const { billId } = await pushBill(core.db, {
    account: "kamchatka",
    discount: { kind: "percent", value: 25, until: LAST_DAY },
    amountMinor: 75_000,
    fullMinor: 75_000,
  });
  expect(await dueInSql(billId, LAST_DAY, "14:59:59")).toBe(56_250);
  expect(await dueInSql(billId, LAST_DAY, "15:00")).toBe(75_000);
});
