import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { followWithdrawals } from "../../db/queries/sweeping.ts";
import { type Due, makeDue, type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

async function stateOf({ mandateId }: Due): Promise<string> {
  const { state } = await core.db
    .selectFrom("mandates")
    .select("state")
    .where("id", "=", mandateId)
    .executeTakeFirstOrThrow();
  return state;
}

async function doubts(): Promise<readonly string[]> {
  const rows = await core.db.selectFrom("method_doubts").select("mandate_id").execute();
  return [...new Set(rows.map(({ mandate_id }) => mandate_id))];
}

test("a sweep asks only about mandates of which something changed, however many there are", async () => {
  const [one, other] = [await makeDue(core), await makeDue(core)];
  await followWithdrawals(core.db);
  expect(await doubts()).toEqual([]);
  await sql`update methods set state = 'unusable' where id = ${one.methodId}`.execute(core.db);
  expect(await doubts()).toEqual([one.mandateId]);
  await followWithdrawals(core.db);
  expect([await stateOf(one), await stateOf(other)]).toEqual(["paused", "active"]);
  await sql`update methods set state = 'active' where id = ${one.methodId}`.execute(core.db);
  await followWithdrawals(core.db);
  expect(await stateOf(one)).toBe("active");
});

test("a biller that is paid through another gateway leaves no mandate that trusts a card of the old one", async () => {
  const due = await makeDue(core);
  const { gateway } = await core.db
    .selectFrom("billers as b")
    .innerJoin("mandates as m", "m.biller_id", "b.id")
    .select("b.gateway")
    .where("m.id", "=", due.mandateId)
    .executeTakeFirstOrThrow();
  const move = (to: string) =>
    sql`update billers set gateway = ${to} where id = (select biller_id from mandates where id = ${due.mandateId})`.execute(
      core.db,
    );
  await move(gateway === "stripe" ? "yookassa" : "stripe");
  await followWithdrawals(core.db);
  expect(await stateOf(due)).toBe("paused");
  await move(gateway);
  await followWithdrawals(core.db);
  expect(await stateOf(due)).toBe("active");
});
