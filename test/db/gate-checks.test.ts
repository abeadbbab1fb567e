import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { charge, payment, payee } from "../support/rows.ts";
import {
  askGate,
  askReplay,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { notice, refusals } from "./support/gate-refusals.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
/** What all payments of this file have in common is put back. */
afterEach(async () => {
  await sql`delete from holds`.execute(core.db);
  await sql`update billers set payee = ${JSON.stringify(payee)}, max_age = null, allowed_methods = '{bank_card}'`.execute(
    core.db,
  );
});
afterAll(() => core.close());

describe("each check alone keeps a charge from being sent", () => {
  test.each(refusals)("$check: $name", async ({ check, change, says, leaves }) => {
    const due = await makeDue(core);
    await change(core, due);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ ...says, check });
    expect(await payment(core.db, due.paymentId)).toMatchObject(leaves);
    const charges = await core.db
      .selectFrom("charges")
      .select("id")
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(charges).toEqual([]);
  });
});

describe("each check alone keeps the same bytes from being sent again", () => {
  test.each(refusals)("$check: $name", async ({ check, change }) => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.unanswered());
    await change(core, due);
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "no-replay", check });
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "unknown", transmissions: 1 });
    expect((await payment(core.db, due.paymentId)).state).toBe("charging");
  });
});

test("a new notice first: the old one is void, one new one waits in the queue, and the debit moves behind its clock", async () => {
  const due = await makeDue(core, { terms: { noticePack: NOTICE_PACKS.RU } });
  await notice(sql`not_before = '2020-01-01', not_after = business_now() - interval '1 second'`)(core, due);
  const { rows } = await sql<{ now: string }>`select business_now() as now`.execute(core.db);
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "not-now", check: "notice" });
  const notices = await core.db
    .selectFrom("notices")
    .select(["state", "void_why", "not_before"])
    .where("payment_id", "=", due.paymentId)
    .orderBy("created_at")
    .execute();
  expect(notices).toMatchObject([{ state: "void", void_why: "notice too old" }, { state: "queued" }]);
  const after = await payment(core.db, due.paymentId);
  // behind its clock, by its share of the morning at most
  const behind = Date.parse(after.next_look_at) - Date.parse(notices[1]?.not_before ?? "");
  expect(behind).toBeGreaterThanOrEqual(0);
  expect(behind).toBeLessThan(90 * 60_000);
  expect(Date.parse(after.next_look_at) - Date.parse(rows[0]?.now ?? "")).toBeGreaterThan(
    12 * 3_600_000 - 60_000,
  );
});
