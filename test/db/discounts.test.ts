import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endDiscounts } from "../../db/queries/bill-changes.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import {
  acceptNotices,
  casesOf,
  charge,
  confirmPayment,
  livingNotice,
  makePayer,
  type Payer,
  payment,
  paymentOf,
  payNow,
  planAll,
  planBillFor,
  pushBill,
  rub,
  toldTo,
} from "../support/rows.ts";
import {
  askGate,
  askPayer,
  askReplay,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  setClock,
  tryAgainSoon,
} from "./support/money-core.ts";
import { atOnce, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const FULL = 100_000;
const LESS = 75_000;
const LAST_DAY = "2027-03-30";
/** The first instant at which the discount is over: midnight in Moscow. */
const END = "2027-03-30T21:00:00.000Z";

const fine = {
  amountMinor: FULL,
  fullMinor: FULL,
  discount: { kind: "percent", value: 25, until: LAST_DAY },
  dueOn: "2027-05-10",
} as const;

/** A quarter off until the end of March 30; the clock is set before each situation. */
async function announced(at: string, change: Parameters<typeof makePayer>[1] = {}) {
  await setClock(core.db, at);
  const payer = await makePayer(core, change);
  const planned = await planBillFor(core.db, payer, fine);
  await acceptNotices(core.db, planned.paymentId);
  return { ...payer, ...planned, chargeId: `${planned.paymentId}-1` };
}

async function waitsFor(billId: string) {
  const rows = await core.db
    .selectFrom("outbox")
    .select("id")
    .where("kind", "=", "plan-bill")
    .where("subject_id", "=", billId)
    .where("done_at", "is", null)
    .execute();
  return rows.length;
}

describe("a debit of a bill with a discount", () => {
  test("is announced and debited with what is due, to the kopeck", async () => {
    const due = await announced("2027-03-20T09:00:00Z");
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ amount_minor: LESS });
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
    expect(await charge(core.db, due.chargeId)).toMatchObject({ amount_minor: LESS, amount_until: END });
    await record(core.db, due.chargeId, seen.charged(LESS));
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "paid", paid_minor: LESS });
    expect(await casesOf(core.db, due.chargeId)).toEqual([]);
  });

  test("ends between notice and debit, the sweeper late: the gate sends nothing of the old sum; a new notice, a new clock, the whole sum", async () => {
    const due = await announced("2027-03-20T09:00:00Z");
    await setClock(core.db, "2027-04-01T09:00:00Z");
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "not-now", check: "debt" });
    expect(await waitsFor(due.billId), "the gate itself asks for a new plan, once").toBe(1);
    await askGate(core.db, due.paymentId);
    expect(await waitsFor(due.billId)).toBe(1);
    await planAll(core.db);
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ amount_minor: FULL, state: "queued" });
    expect(await askGate(core.db, due.paymentId), "not before it is accepted").toMatchObject({
      check: "notice",
    });
    await acceptNotices(core.db, due.paymentId);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
    expect(await charge(core.db, due.chargeId)).toMatchObject({ amount_minor: FULL, amount_until: null });
    expect(await toldTo(core.db, due.residentId)).toEqual(["notice", "notice-changed"]);
  });

  test("the sweeper notices the end by itself, once", async () => {
    const due = await announced("2027-03-20T09:00:00Z");
    await setClock(core.db, END);
    await endDiscounts(core.db);
    expect(await waitsFor(due.billId)).toBe(1);
    await planAll(core.db);
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ amount_minor: FULL });
    await endDiscounts(core.db);
    expect(await waitsFor(due.billId)).toBe(0);
  });

  test("in the last hour the engine starts nothing: it may arrive on the day after", async () => {
    const early = await announced("2027-03-30T18:00:00Z");
    await setClock(core.db, "2027-03-30T19:59:00Z");
    expect(await askGate(core.db, early.paymentId)).toMatchObject({ verdict: "passed" });
    const asks = await announced("2027-03-30T18:00:00Z");
    const late = await announced("2027-03-30T18:00:00Z", { terms: { lateBill: "pay" } });
    await setClock(core.db, "2027-03-30T20:00:00Z");
    expect(await askGate(core.db, asks.paymentId)).toMatchObject({ verdict: "not-now", check: "debt" });
    expect(await askGate(core.db, late.paymentId)).toMatchObject({ verdict: "not-now", check: "debt" });
    await planAll(core.db);
    expect(await payment(core.db, asks.paymentId), "its payer still may").toMatchObject({
      need: "late-bill",
      amount_minor: LESS,
    });
    expect(await payment(core.db, late.paymentId)).toMatchObject({ state: "scheduled", amount_minor: FULL });
    await acceptNotices(core.db, late.paymentId);
    expect(await askGate(core.db, late.paymentId), "nor the sum of tomorrow today").toMatchObject({
      reason: "discount ends",
    });
    await setClock(core.db, END);
    expect(await askGate(core.db, late.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("the dearer sum does not fit the payer's limit: they are asked", async () => {
    const due = await announced("2027-03-20T09:00:00Z", { terms: { limitPerPayment: rub(80_000) } });
    await setClock(core.db, END);
    await endDiscounts(core.db);
    await planAll(core.db);
    expect(await payment(core.db, due.paymentId)).toMatchObject({
      state: "needs-payer",
      need: "over-limit",
      amount_minor: FULL,
    });
    expect(await confirmPayment(core.db, { ...due, amountMinor: LESS })).toMatchObject({
      refused: "amount-changed",
    });
  });

  test("whose notice can be no earlier than its end names the whole sum; who wants to be asked may still pay less today", async () => {
    await setClock(core.db, "2027-03-30T10:00:00Z");
    const slow = { noticePack: NOTICE_PACKS.RU };
    const pays = await makePayer(core, { terms: { ...slow, lateBill: "pay" } });
    const { paymentId } = await planBillFor(core.db, pays, fine);
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ amount_minor: FULL });
    const asks = await makePayer(core, { terms: slow });
    const asked = await planBillFor(core.db, asks, fine);
    expect(await payment(core.db, asked.paymentId)).toMatchObject({ need: "late-bill", amount_minor: LESS });
    await confirmPayment(core.db, { ...asks, paymentId: asked.paymentId, amountMinor: LESS });
    expect(await askGate(core.db, asked.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("nobody confirmed while it was cheap: after the end it goes on by itself, announced with the whole sum", async () => {
    await setClock(core.db, "2027-03-30T10:00:00Z");
    const asks = await makePayer(core, { terms: { noticePack: NOTICE_PACKS.RU } });
    const { paymentId } = await planBillFor(core.db, asks, fine);
    await setClock(core.db, END);
    await endDiscounts(core.db);
    await planAll(core.db);
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "scheduled", amount_minor: FULL });
    const { give_up_at: giveUpAt } = await payment(core.db, paymentId);
    expect(Date.parse(giveUpAt), "there is time until the due day now").toBeGreaterThan(
      Date.parse("2027-05-01"),
    );
  });

  test("accepted so late that its clock runs past the end: planned anew at once, not at the gate", async () => {
    await setClock(core.db, "2027-03-29T10:00:00Z");
    const payer = await makePayer(core, { terms: { noticePack: NOTICE_PACKS.RU, lateBill: "pay" } });
    const { billId, paymentId } = await planBillFor(core.db, payer, fine);
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ amount_minor: LESS });
    await setClock(core.db, "2027-03-30T12:00:00Z");
    await acceptNotices(core.db, paymentId);
    expect(await waitsFor(billId)).toBe(1);
    await planAll(core.db);
    expect(await livingNotice(core.db, paymentId)).toMatchObject({ amount_minor: FULL });
  });

  test("declined on the last day: the retry of the day after is announced with the sum of that day", async () => {
    const due = await announced("2027-03-29T10:00:00Z");
    await askGate(core.db, due.paymentId);
    await setClock(core.db, "2027-03-30T19:50:00Z");
    await record(core.db, due.chargeId, seen.declined("insufficient_funds"), tryAgainSoon);
    const after = await payment(core.db, due.paymentId);
    if (after.state === "scheduled") {
      expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ amount_minor: FULL });
    } else expect(after.state).toBe("needs-payer");
  });
});

describe("a person pays a bill with a discount", () => {
  test("in the last minute they pay less; the sum they saw a minute later is refused", async () => {
    await setClock(core.db, "2027-03-30T20:59:00Z");
    const payer = await makePayer(core);
    const { billId } = await pushBill(core.db, { ...fine, account: `${payer.account}-own` });
    await setClock(core.db, "2027-03-30T21:00:01Z");
    expect(await payNow(core.db, { ...payer, billId, amountMinor: LESS })).toMatchObject({
      refused: "amount-changed",
    });
    await setClock(core.db, "2027-03-30T20:59:00Z");
    const { paymentId = "" } = await payNow(core.db, { ...payer, billId, amountMinor: LESS });
    expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("told before the end, at the gate after it: nothing is sent, they are told", async () => {
    await setClock(core.db, "2027-03-30T20:59:00Z");
    const payer = await makePayer(core);
    const { billId } = await pushBill(core.db, { ...fine, account: `${payer.account}-own` });
    const { paymentId = "" } = await payNow(core.db, { ...payer, billId, amountMinor: LESS });
    await setClock(core.db, "2027-03-30T21:00:01Z");
    expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "ended", check: "debt" });
    expect(await toldTo(core.db, payer.residentId)).toEqual(["failed"]);
  });

  test("the time to confirm at the bank ends with the discount", async () => {
    await setClock(core.db, "2027-03-30T20:30:00Z");
    const payer = await makePayer(core);
    const { billId } = await pushBill(core.db, { ...fine, account: `${payer.account}-own` });
    const { paymentId = "" } = await payNow(core.db, { ...payer, billId, amountMinor: LESS });
    await askGate(core.db, paymentId);
    const asks = { ...seen.challenged(), confirmBy: "2027-03-30T21:30:00.000Z" };
    await record(core.db, `${paymentId}-1`, asks);
    expect(await charge(core.db, `${paymentId}-1`)).toMatchObject({ state: "challenged", confirm_by: END });
  });

  test("sent in time and known late: paid as it was due then, nothing is missing", async () => {
    await setClock(core.db, "2027-03-30T20:30:00Z");
    const payer = await makePayer(core);
    const { billId } = await pushBill(core.db, { ...fine, account: `${payer.account}-own` });
    const { paymentId = "" } = await payNow(core.db, { ...payer, billId, amountMinor: LESS });
    await askGate(core.db, paymentId);
    await record(core.db, `${paymentId}-1`, seen.unanswered());
    await setClock(core.db, "2027-04-02T09:00:00Z");
    expect(await askReplay(core.db, `${paymentId}-1`), "and not sent again for the old sum").toMatchObject({
      verdict: "no-replay",
    });
    await record(core.db, `${paymentId}-1`, seen.charged(LESS));
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "paid" });
    expect(await casesOf(core.db, `${paymentId}-1`)).toEqual([]);
  });

  test("asked to confirm while it was cheap: asked again when it is not, with the sum of today", async () => {
    const due = await announced("2027-03-29T10:00:00Z");
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.declined(), askPayer);
    expect(await payment(core.db, due.paymentId)).toMatchObject({
      need: "confirm-again",
      amount_minor: LESS,
    });
    await setClock(core.db, END);
    await endDiscounts(core.db);
    await planAll(core.db);
    expect(await payment(core.db, due.paymentId)).toMatchObject({
      state: "needs-payer",
      need: "confirm-again",
      amount_minor: FULL,
    });
    expect(
      (await toldTo(core.db, due.residentId)).filter((event) => event === "needs-confirmation"),
    ).toHaveLength(2);
  });
});

describe("the end of a discount against the gate", () => {
  const SIDES = ["mit", "cit"] as const;

  /** Something due at once, a moment before what it names stops being due: for the engine an hour ahead, for a person at the end itself. */
  async function onTheEdge(side: (typeof SIDES)[number], payer: Payer): Promise<string> {
    if (side === "mit") {
      const { paymentId } = await planBillFor(core.db, payer, fine);
      await acceptNotices(core.db, paymentId);
      return paymentId;
    }
    const { billId } = await pushBill(core.db, { ...fine, account: `${payer.account}-own` });
    return (await payNow(core.db, { ...payer, billId, amountMinor: LESS })).paymentId ?? "";
  }

  test.each(SIDES)("%s: whatever passes names what is due at the instant of its sending", async (side) => {
    await race(`${side} at the end`, async (random) => {
      await setClock(core.db, "2027-03-30T15:00:00Z");
      const payer = await makePayer(core);
      const paymentId = await onTheEdge(side, payer);
      const edge = side === "mit" ? "2027-03-30T20:00:00Z" : "2027-03-30T21:00:00Z";
      await setClock(core.db, new Date(Date.parse(edge) - 12 * random()).toISOString());
      await atOnce(core.db, random, [
        () => askGate(core.db, paymentId),
        () => endDiscounts(core.db),
        () => planAll(core.db),
      ]);
      const { rows } = await sql<{ wrong: string }>`
        select c.id as wrong from charges c join payments y on y.id = c.payment_id join bills b on b.id = y.bill_id
        where c.payment_id = ${paymentId} and bill_due_at(b, c.first_sent_at) <> c.amount_minor`.execute(
        core.db,
      );
      expect(rows).toEqual([]);
      const next = await paymentOf(core.db, (await payment(core.db, paymentId)).bill_id);
      expect(["scheduled", "needs-payer", "charging", "closed"]).toContain(next.state);
    });
  });

  test("the database itself refuses a charge of another sum than is due", async () => {
    const due = await announced("2027-03-20T09:00:00Z");
    await askGate(core.db, due.paymentId);
    // the notice itself would allow that moment
    await sql`update notices set not_after = ${END}::timestamptz + interval '1 hour' where payment_id = ${due.paymentId}`.execute(
      core.db,
    );
    const again = sql`insert into charges select (jsonb_populate_record(null::charges, to_jsonb(c) || jsonb_build_object('id', c.payment_id || '-2',
      'ordinal', 2, 'idempotency_key', c.payment_id || '-2', 'state', 'not-charged', 'how', 'declined', 'first_sent_at', ${END}::text))).*
      from charges c where c.id = ${due.chargeId}`;
    await expect(again.execute(core.db)).rejects.toThrow("another sum than is due");
  });
});
