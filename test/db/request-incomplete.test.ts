import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { acceptNotices, livingNotice, toldTo } from "../support/rows.ts";
import { askGate, type Due, jump, makeDue, type MoneyCore, openMoneyCore } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const lacks = ["payee.correspondentAccount"];
const asked = (due: Due) => askGate(core.db, due.paymentId, { lacks });

async function noticesOf({ paymentId }: Due): Promise<number> {
  const rows = await core.db.selectFrom("notices").select("id").where("payment_id", "=", paymentId).execute();
  return rows.length;
}

/** The notice's last instant has passed, the payer's deadline has not. */
const noticeTooOld = ({ paymentId }: Due) =>
  sql`update notices set not_after = business_now() - interval '1 minute' where payment_id = ${paymentId}`.execute(
    core.db,
  );

test("a debit that cannot be sent announces itself once: its notice runs out, it waits, and a person has the case", async () => {
  const due = await makeDue(core);
  expect(await asked(due)).toMatchObject({ verdict: "not-now", reason: "request-incomplete" });
  await noticeTooOld(due);
  for (let hour = 0; hour < 3; hour += 1) {
    await jump(core.db, "1 hour");
    expect(await asked(due)).toMatchObject({ verdict: "not-now", reason: "request-incomplete" });
  }
  expect(await noticesOf(due)).toBe(1);
  expect(await toldTo(core.db, due.residentId)).not.toContain("notice-changed");
  const { rows } = await sql`select kind, closed_at from cases where subject = ${due.paymentId}`.execute(
    core.db,
  );
  expect(rows).toEqual([{ kind: "request-incomplete", closed_at: null }]);
});

test("mended after its notice has run out, it is announced anew before any money moves", async () => {
  const due = await makeDue(core);
  await asked(due);
  await noticeTooOld(due);
  await asked(due);
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "not-now", check: "notice" });
  expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ state: "queued" });
  await acceptNotices(core.db, due.paymentId);
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  const { rows } = await sql<{ open: boolean }>`select closed_at is null as open from cases
    where subject = ${due.paymentId}`.execute(core.db);
  expect(rows).toEqual([{ open: false }]);
});

test("its card goes as well: the next consented one is not announced either before the debit can be sent", async () => {
  const due = await makeDue(core, { cards: 2 });
  await core.db.updateTable("methods").set({ state: "unusable" }).where("id", "=", due.methodId).execute();
  expect(await asked(due)).toMatchObject({ verdict: "not-now", reason: "request-incomplete" });
  expect(await asked(due)).toMatchObject({ verdict: "not-now", reason: "request-incomplete" });
  expect(await noticesOf(due)).toBe(1);
});

test("past its last safe instant its payer is asked, and has a day before it ends", async () => {
  const due = await makeDue(core);
  await asked(due);
  await sql`update payments set give_up_at = business_now() where id = ${due.paymentId}`.execute(core.db);
  expect(await asked(due)).toMatchObject({ verdict: "asked", need: "late-bill" });
  const { rows } = await sql<{ day: boolean; look: boolean }>`
    select give_up_at between business_now() + interval '23 hours' and business_now() + interval '24 hours' as day, next_look_at = give_up_at as look
      from payments where id = ${due.paymentId} and state = 'needs-payer' and need = 'late-bill'`.execute(
    core.db,
  );
  expect(rows).toEqual([{ day: true, look: true }]);
  expect(await toldTo(core.db, due.residentId)).toContain("needs-confirmation");
});
