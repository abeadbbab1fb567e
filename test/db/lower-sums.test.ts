import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NOTICE_PACKS, type NoticePack } from "../../domain/notice-policy.ts";
import {
  acceptNotices,
  livingNotice,
  makePayer,
  payment,
  planAll,
  planBillFor,
  pushBill,
} from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const TOLD_AT = "2027-03-10T06:00:00.000Z";
/** Eight o'clock in Moscow on the next day, and the end of the day after it. */
const OPENS = "2027-03-11T05:00:00.000Z";
const CLOSES = "2027-03-12T19:00:00.000Z";

async function announced(change: { readonly pack?: NoticePack; readonly cards?: number } = {}) {
  await setClock(core.db, TOLD_AT);
  const payer = await makePayer(core, {
    cards: change.cards ?? 1,
    terms: { noticePack: change.pack ?? NOTICE_PACKS.RU },
  });
  const planned = await planBillFor(core.db, payer);
  await acceptNotices(core.db, planned.paymentId);
  return { ...payer, ...planned };
}

let version = 1;
async function amend(payer: { readonly account: string }, amountMinor: number): Promise<void> {
  version += 1;
  await pushBill(core.db, { account: payer.account, version, amountMinor });
  await planAll(core.db);
}

describe("a sum that went down under a pack that says inform", () => {
  test("is told before the debit, and the first clock runs on", async () => {
    const due = await announced();
    await setClock(core.db, "2027-03-10T18:00:00.000Z");
    await amend(due, 400_000);
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({
      state: "queued",
      amount_minor: 400_000,
      not_before: OPENS,
      not_after: CLOSES,
      planned_on: "2027-03-11",
    });
    await setClock(core.db, "2027-03-11T05:00:01.000Z");
    expect(await askGate(core.db, due.paymentId), "not accepted yet").toMatchObject({
      verdict: "not-now",
      check: "notice",
    });
    await acceptNotices(core.db, due.paymentId);
    expect(await payment(core.db, due.paymentId)).toMatchObject({
      planned_on: "2027-03-11",
      amount_minor: 400_000,
    });
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("down twice, the second time before the first change was accepted: still the first clock", async () => {
    const due = await announced();
    await amend(due, 400_000);
    await amend(due, 300_000);
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({
      amount_minor: 300_000,
      not_before: OPENS,
    });
    await acceptNotices(core.db, due.paymentId);
    await setClock(core.db, "2027-03-11T05:00:01.000Z");
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("and up again, even below the first sum: a new clock", async () => {
    const due = await announced();
    await setClock(core.db, "2027-03-10T18:00:00.000Z");
    await amend(due, 300_000);
    await amend(due, 400_000);
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({
      amount_minor: 400_000,
      clock_of: null,
      not_before: expect.stringMatching("^2027-03-11T06:00:0"),
    });
  });

  test("whose first notice was never accepted: a new clock", async () => {
    await setClock(core.db, TOLD_AT);
    const payer = await makePayer(core, { terms: { noticePack: NOTICE_PACKS.RU } });
    const { paymentId } = await planBillFor(core.db, payer);
    await setClock(core.db, "2027-03-10T20:00:00.000Z");
    await amend(payer, 400_000);
    expect(await livingNotice(core.db, paymentId)).toMatchObject({
      clock_of: null,
      not_before: expect.stringMatching("^2027-03-11T08:00:0"),
    });
  });

  test("whose first notice bounces afterwards: neither permits anything any more", async () => {
    const due = await announced();
    const first = await livingNotice(core.db, due.paymentId);
    await amend(due, 400_000);
    await acceptNotices(core.db, due.paymentId);
    await sql`select void_notice(${first?.id}, 'bounced')`.execute(core.db);
    expect(await livingNotice(core.db, due.paymentId)).toBeUndefined();
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  });

  test("after the mandate was widened: a new clock", async () => {
    const due = await announced();
    await sql`insert into mandate_versions (mandate_id, version, terms, narrowing)
      select mandate_id, 2, terms, false from mandate_versions where mandate_id = ${due.mandateId}`.execute(
      core.db,
    );
    await sql`update mandates set version = 2 where id = ${due.mandateId}`.execute(core.db);
    await setClock(core.db, "2027-03-10T20:00:00.000Z");
    await amend(due, 400_000);
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ clock_of: null, mandate_version: 2 });
  });

  test("accepted after the days of the first notice are over: announced anew, with a clock of its own", async () => {
    const due = await announced();
    await amend(due, 400_000);
    await setClock(core.db, "2027-03-12T20:00:00.000Z");
    await acceptNotices(core.db, due.paymentId);
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ state: "queued", clock_of: null });
  });

  test("accepted on the second of its days: debited at once, not before it", async () => {
    const due = await announced();
    await amend(due, 400_000);
    await setClock(core.db, "2027-03-12T09:00:00.000Z");
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "not-now", check: "notice" });
    await acceptNotices(core.db, due.paymentId);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("so near to the due day that a new clock would be late: nobody is asked, the first clock is in time", async () => {
    await setClock(core.db, TOLD_AT);
    const payer = await makePayer(core, { terms: { noticePack: NOTICE_PACKS.RU } });
    // two days are the biller's settlement
    const dueOn = "2027-03-13";
    const { paymentId } = await planBillFor(core.db, payer, { dueOn });
    await acceptNotices(core.db, paymentId);
    await setClock(core.db, "2027-03-11T04:00:00.000Z");
    await pushBill(core.db, { account: payer.account, version: 2, amountMinor: 400_000, dueOn });
    await planAll(core.db);
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "scheduled", need: null });
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ not_before: OPENS });
  });
});

test("a sum that went down under a pack that says renotice gets a new clock", async () => {
  const due = await announced({ pack: { ...NOTICE_PACKS.RU, decrease: "renotice" } });
  await setClock(core.db, "2027-03-10T20:00:00.000Z");
  await amend(due, 400_000);
  expect(await livingNotice(core.db, due.paymentId)).toMatchObject({
    clock_of: null,
    not_before: expect.stringMatching("^2027-03-11T08:00:0"),
  });
});

describe("the database itself refuses a charge", () => {
  test.each([
    ["before the notice's moment", sql`not_before = business_now() + interval '1 hour'`],
    ["after the notice's last moment", sql`not_after = business_now() - interval '1 hour'`],
    [
      "on the clock of a notice with a lower sum",
      sql`clock_of = (select id from notices f where f.payment_id = notices.payment_id and f.state = 'void')`,
    ],
  ])("%s", async (_, change) => {
    const due = await announced();
    await amend(due, 600_000);
    await acceptNotices(core.db, due.paymentId);
    await setClock(core.db, "2027-03-11T12:00:00.000Z");
    const notice = await livingNotice(core.db, due.paymentId);
    await sql`update notices set ${change} where id = ${notice?.id}`.execute(core.db);
    const insert = sql`insert into charges (id, payment_id, ordinal, gateway, merchant_account, initiated_by, method_id, notice_id, amount_minor, currency,
        payee_hash, bill_version, idempotency_key, request_hash, state, first_sent_at, last_sent_at)
      select 'direct-' || y.id, y.id, 1, 'yookassa', 'shop-1', 'mit', y.method_id, ${notice?.id}, y.amount_minor, y.currency,
        y.payee_hash, y.bill_version, 'direct-' || y.id, 'hash', 'sending', business_now(), business_now() from payments y where y.id = ${due.paymentId}`;
    await expect(insert.execute(core.db)).rejects.toThrow("no accepted, equal notice");
  });
});
