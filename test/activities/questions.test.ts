import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { giveUpPayment } from "../../db/queries/looks.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { type LinkHolder, linkHolderOf } from "../support/link-holder.ts";
import {
  confirmPayment,
  duePayment,
  makePayer,
  payment,
  planAll,
  planBillFor,
  pushBill,
  rub,
  toldTo,
} from "../support/rows.ts";

let engine: Engine;
let holder: LinkHolder;
beforeAll(async () => {
  engine = await openEngine();
  holder = linkHolderOf(engine);
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

/** A bill above the limit: its payer is asked, by mail. */
async function asked() {
  const payer = await makePayer(engine, { terms: { limitPerPayment: rub(100_000) } });
  const planned = await planBillFor(engine.db, payer);
  const { skip = "", "pay-now": pay = "" } = await holder.read("needs-confirmation", planned.paymentId);
  return { ...payer, ...planned, skip, pay };
}

async function overDeadline(paymentId: string): Promise<void> {
  await sql`update payments set give_up_at = business_now() - interval '1 second' where id = ${paymentId}`.execute(
    engine.db,
  );
}

describe("a bill above the limit", () => {
  test("is asked about until a day before its last safe day, and that is stored", async () => {
    const { paymentId } = await asked();
    const { rows } = await sql<{ need: string; hours: number }>`
      select y.need, round(extract(epoch from last_good_instant(b, 'Europe/Moscow') - y.give_up_at) / 3600)::int as hours
        from payments y join bills b on b.id = y.bill_id where y.id = ${paymentId}`.execute(engine.db);
    expect(rows).toEqual([{ need: "over-limit", hours: 24 }]);
  });

  test("answered 'pay this one' by its link: that payment, that sum, by its payer's word; a second answer changes nothing", async () => {
    const { pay, skip, paymentId, methodId } = await asked();
    const page = await (await holder.request(pay, { headers: { "accept-language": "en" } })).text();
    expect(page).toContain("Your autopay asks");
    await Promise.all([holder.press(pay), holder.press(pay)]);
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "scheduled", method_id: methodId });
    expect(await holder.press(skip)).toContain("answered this question already");
    const sent = await engine.charge(paymentId);
    expect(sent).toMatchObject({ payment: "charging" });
    expect(await engine.bank.posts(paymentId)).toHaveLength(1);
  });

  test("answered 'skip this one' by its link is not paid, and never planned again by that autopay", async () => {
    const { skip, pay, paymentId, account } = await asked();
    expect(await holder.press(skip)).toContain("This debit will not be sent");
    expect(await holder.press(pay)).toContain("skipped already");
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome: "skipped" });
    await pushBill(engine.db, { account, version: 2, amountMinor: 90_000 });
    await planAll(engine.db);
    const { rows } = await sql<{
      open: number;
    }>`select count(*)::int as open from payments y join bills b on b.id = y.bill_id
      where b.account = ${account} and y.state <> 'closed'`.execute(engine.db);
    expect(rows[0]?.open).toBe(0);
  });

  test("not answered is skipped, told once however often the deadline is carried out, and late answers charge nothing", async () => {
    const { pay, paymentId, residentId } = await asked();
    await overDeadline(paymentId);
    // before anybody has carried the deadline out it is over already
    expect(await confirmPayment(engine.db, { paymentId, residentId })).toMatchObject({
      refused: "payment-not-waiting",
    });
    expect(await holder.press(pay)).toContain("too old");
    await Promise.all([giveUpPayment(engine.db, paymentId), giveUpPayment(engine.db, paymentId)]);
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome: "skipped" });
    expect(
      (await toldTo(engine.db, residentId)).filter((event) => event === "question-unanswered"),
    ).toHaveLength(1);
    expect(await holder.press(pay)).toContain("skipped already");
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await engine.bank.posts(paymentId)).toEqual([]);
  });

  test("deadline and answer at one moment: paid or skipped, never both", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { pay, paymentId } = await asked();
      await sql`update payments set give_up_at = business_now() + interval '150 milliseconds' where id = ${paymentId}`.execute(
        engine.db,
      );
      const carried = (async () => {
        for (let tries = 0; tries < 40; tries += 1) await giveUpPayment(engine.db, paymentId);
      })();
      await Promise.all([carried, holder.press(pay)]);
      await overDeadlineUnlessAnswered(paymentId);
      const { state, outcome } = await payment(engine.db, paymentId);
      const sent = await engine.charge(paymentId);
      if (state === "closed") expect([outcome, sent]).toEqual(["skipped", null]);
      else expect(sent).toMatchObject({ payment: "charging" });
    }
  });

  test("is reminded of before the deadline, and no more once it is answered", async () => {
    const { paymentId, skip } = await asked();
    const waiting = () =>
      engine.db
        .selectFrom("notifications")
        .select("state")
        .where("payment_id", "=", paymentId)
        .where("event", "=", "confirmation-reminder")
        .where("state", "=", "queued")
        .execute();
    expect((await waiting()).length).toBeGreaterThan(0);
    await holder.press(skip);
    expect(await waiting()).toEqual([]);
  });

  test("that becomes another sum is another question: the old answers do nothing", async () => {
    const { pay, paymentId, account } = await asked();
    await pushBill(engine.db, { account, version: 2, amountMinor: 900_000 });
    await planAll(engine.db);
    expect(await holder.press(pay)).toContain("has changed");
    expect(await payment(engine.db, paymentId)).toMatchObject({
      state: "needs-payer",
      amount_minor: 900_000,
    });
  });
});

async function overDeadlineUnlessAnswered(paymentId: string): Promise<void> {
  if ((await payment(engine.db, paymentId)).state !== "needs-payer") return;
  await overDeadline(paymentId);
  await giveUpPayment(engine.db, paymentId);
}

describe("an unusual sum", () => {
  async function paidThrice(terms: object = {}) {
    const payer = await makePayer(engine, { terms });
    for (const [month, amountMinor] of [
      ["2026-07", 100_000],
      ["2026-08", 110_000],
      ["2026-09", 120_000],
    ] as const) {
      const { paymentId } = await duePayment(engine.db, payer, { period: month, amountMinor });
      expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    }
    return payer;
  }

  test("is asked about by mail with the usual one named, and paid by its payer's answer", async () => {
    const payer = await paidThrice();
    const { paymentId } = await planBillFor(engine.db, payer, { amountMinor: 143_001 });
    expect(await payment(engine.db, paymentId)).toMatchObject({
      need: "unusual-amount",
      usual_minor: 110_000,
    });
    const { rows } = await sql<{ usual: object }>`select args->'usual' as usual from notifications
      where payment_id = ${paymentId} and event = 'needs-confirmation'`.execute(engine.db);
    expect(rows).toEqual([{ usual: rub(110_000) }]);
    const { "pay-now": pay = "" } = await holder.read("needs-confirmation", paymentId);
    await holder.press(pay);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "charging" });
  });

  test("is announced like any other at 130 %, for another account's payer, and where its payer chose so", async () => {
    const payer = await paidThrice();
    const within = await planBillFor(engine.db, payer, { amountMinor: 143_000 });
    expect(await payment(engine.db, within.paymentId)).toMatchObject({ state: "scheduled", need: null });
    const relaxed = await paidThrice({ unusualAmount: "pay" });
    const above = await planBillFor(engine.db, relaxed, { amountMinor: 900_000 });
    expect(await payment(engine.db, above.paymentId)).toMatchObject({ state: "scheduled", need: null });
  });
});
