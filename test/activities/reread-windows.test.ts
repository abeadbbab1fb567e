import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { payment } from "../support/rows.ts";
import { type Fine, openRereadWorld, type RereadWorld } from "./support/reread-world.ts";

let world: RereadWorld;
beforeAll(async () => {
  world = await openRereadWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.heal();
  await sql`update billers set max_age = null`.execute(world.engine.db);
});

/** From now on the registry answers nobody. */
const silence = () => world.registry.bench.arm({ kind: "dead" }, 100_000);

/** Follows the payment's own looks until it is no longer put off; answers when each try came, civil time of its payer. */
async function wait({ paymentId }: Fine): Promise<readonly string[]> {
  const { engine } = world;
  await silence();
  const tries: string[] = [];
  for (let look = 0; look < 400; look += 1) {
    const { rows } = await sql<{ civil: string }>`
      select to_char(business_now() at time zone 'Europe/Moscow', 'YYYY-MM-DD"T"HH24:MI:SS') as civil`.execute(
      engine.db,
    );
    tries.push(rows[0]?.civil ?? "");
    if ((await engine.charge(paymentId)) !== null) return tries;
    if ((await payment(engine.db, paymentId)).state !== "scheduled") return tries;
    await world.toNextLook(paymentId);
  }
  throw new Error("the debit never came");
}

async function minutes(of: Fine, from: string, to: string): Promise<number> {
  const { rows } = await sql<{ minutes: number }>`
    select extract(epoch from (${sql.raw(to)}) - (${sql.raw(from)}))::float / 60 as minutes
      from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id join notices n on n.id = c.notice_id
     where c.id = ${of.chargeId}`.execute(world.engine.db);
  return rows[0]?.minutes ?? Number.NaN;
}

test("by the hours of a market: nobody asks at night, and the debit is made in the last hour of the last evening", async () => {
  const fine = await world.fine({ terms: { noticePack: { ...NOTICE_PACKS.RU, spreadMinutes: 1 } } });
  await world.toNextLook(fine.paymentId);
  const tries = await wait(fine);
  for (const civil of tries) {
    expect(civil.slice(11) >= "08:00:00" && civil.slice(11) < "22:00:00", civil).toBe(true);
  }
  const last = tries.at(-1)?.slice(11) ?? "";
  expect(last >= "21:00:00" && last <= "21:30:30", last).toBe(true);
  expect(new Set(tries.map((civil) => civil.slice(0, 10))).size, "from the planned day to the next one").toBe(
    2,
  );
  expect(await minutes(fine, "c.first_sent_at", "n.not_after")).toBeGreaterThan(29);
  expect(await world.engine.bank.debits(fine.paymentId)).toHaveLength(1);
});

test("words are never older than its biller's are believed: the debit comes before they grow too old", async () => {
  await sql`update billers set max_age = interval '5 hours'`.execute(world.engine.db);
  const fine = await world.fine();
  await wait(fine);
  expect(await world.engine.bank.debits(fine.paymentId)).toHaveLength(1);
  const age = await minutes(fine, "b.confirmed_at", "c.first_sent_at");
  expect(age).toBeGreaterThan(4 * 60);
  expect(age).toBeLessThan(4.75 * 60);
});

test("words that are too old already: the debit waits for its source, and asks its payer at the end; nothing is sent", async () => {
  const fine = await world.fine();
  await sql`update billers set max_age = interval '5 minutes'`.execute(world.engine.db);
  await silence();
  expect(await world.engine.charge(fine.paymentId)).toBeNull();
  expect(await payment(world.engine.db, fine.paymentId)).toMatchObject({ remark: "source not confirmed" });
  expect(await world.engine.bank.posts(fine.paymentId)).toEqual([]);
});

test("a discount is not waited away: the debit is made before its last hour, of the lower sum", async () => {
  const fine = await world.fine();
  await sql`update bills set discount_ends_at = business_now() + interval '6 hours',
    discount = jsonb_build_object('kind', 'amount', 'value', '0', 'until', ((business_now() + interval '6 hours') at time zone 'Europe/Moscow')::date) where id = ${fine.billId}`.execute(
    world.engine.db,
  );
  const until = async () =>
    (
      await sql<{
        hours: number;
      }>`select extract(epoch from reread_until(y) - business_now())::float / 3600 as hours
        from payments y where y.id = ${fine.paymentId}`.execute(world.engine.db)
    ).rows[0]?.hours ?? Number.NaN;
  expect(await until(), "a discount of nothing changes nothing").toBeGreaterThan(20);
  await sql`update bills set discount = discount || '{"value": "25000"}' where id = ${fine.billId}`.execute(
    world.engine.db,
  );
  expect(await until()).toBeLessThan(5);
  expect(await until()).toBeGreaterThan(3.5);
});
