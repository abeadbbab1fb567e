import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { payment, planAll } from "../support/rows.ts";
import { openRereadWorld, type RereadWorld } from "./support/reread-world.ts";

let world: RereadWorld;
beforeAll(async () => {
  world = await openRereadWorld();
}, 120_000);
afterEach(() => world.heal());
afterAll(() => world.close());

async function sees(residentId: string, billId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ because: string }>`
    select because from bill_viewers where bill_id = ${billId} and resident_id = ${residentId}`.execute(
    world.engine.db,
  );
  return rows.map(({ because }) => because);
}

test("a fine that its registry has corrected to be about somebody else is neither debited nor found by the person of before", async () => {
  const { engine, registry } = world;
  const { uin, paymentId, billId, residentId } = await world.fine();
  expect(await sees(residentId, billId)).toContain("identifier");
  await registry.bench.act(uin, "change", { payerIdentifier: "12400000000077УН999999" });
  await engine.charge(paymentId);
  expect(await engine.bank.posts(paymentId)).toHaveLength(0);
  await planAll(engine.db);
  expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
  await engine.charge(paymentId);
  expect(await engine.bank.posts(paymentId)).toHaveLength(0);
  expect(await sees(residentId, billId)).not.toContain("identifier");
});

test("another name of the same person, told beside the known one, takes the fine from nobody", async () => {
  const { engine } = world;
  const { billId, residentId } = await world.fine();
  const { rows } = await sql<{ key: string }>`
    select subject_key as key from bill_subjects where bill_id = ${billId}`.execute(engine.db);
  await sql`select readdress(b, ${JSON.stringify({ subjects: [rows[0]?.key, "another"] })}::jsonb) from bills b where id = ${billId}`.execute(
    engine.db,
  );
  await sql`select readdress(b, '{"subjects": []}') from bills b where id = ${billId}`.execute(engine.db);
  expect(await sees(residentId, billId)).toContain("identifier");
});
