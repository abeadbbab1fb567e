import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePayment } from "../../db/queries/looks.ts";
import {
  acceptNotices,
  balanceOf,
  casesOf,
  makePayer,
  payment,
  paymentOf,
  payNow,
  planAll,
  planBillFor,
  pushBill,
} from "../support/rows.ts";
import {
  askGate,
  jump,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  tryAgainSoon,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

async function claimsOf(paymentId: string): Promise<readonly string[]> {
  const rows = await core.db
    .selectFrom("claims")
    .select("state")
    .where("payment_id", "=", paymentId)
    .execute();
  return rows.map(({ state }) => state);
}

async function paymentsFor(billId: string) {
  return core.db
    .selectFrom("payments")
    .select(["id", "state", "outcome", "route", "resident_id", "mandate_id"])
    .where("bill_id", "=", billId)
    .orderBy("created_at")
    .execute();
}

describe("taken over by a person", () => {
  test("one transaction: notice void, limit free, claim moved; the planned debit can never be sent", async () => {
    const due = await makeDue(core);
    const { paymentId = "" } = await payNow(core.db, due);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "taken-over" });
    expect(await claimsOf(due.paymentId)).toEqual([]);
    expect(await claimsOf(paymentId)).toEqual(["held"]);
    const notices = await core.db
      .selectFrom("notices")
      .select("state")
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(notices).toEqual([{ state: "void" }]);
    const limits = await core.db
      .selectFrom("limit_use")
      .select("state")
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(limits).toEqual([{ state: "freed" }]);
    expect((await askGate(core.db, due.paymentId)).verdict).not.toBe("passed");
    await planAll(core.db);
    expect(await paymentsFor(due.billId), "nothing is planned beside a person who pays").toHaveLength(2);
  });

  test("the person's charge fails: the claim is free again and the mandate plans anew, with a new notice", async () => {
    const due = await makeDue(core);
    const { paymentId = "" } = await payNow(core.db, due);
    await askGate(core.db, paymentId);
    await record(core.db, `${paymentId}-1`, seen.declined());
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
    await planAll(core.db);
    expect(await paymentOf(core.db, due.billId)).toMatchObject({ route: "mandate", state: "scheduled" });
  });

  test("three unfinished confirmations in a day: the same person is refused until the next, others are not", async () => {
    const due = await makeDue(core);
    for (const _ of [1, 2, 3]) {
      const { paymentId = "" } = await payNow(core.db, due);
      await askGate(core.db, paymentId);
      await record(core.db, `${paymentId}-1`, { ...seen.declined(), how: "expired" });
    }
    expect(await payNow(core.db, due)).toMatchObject({ refused: "too-many-unfinished" });
    const other = await makePayer(core);
    expect(await payNow(core.db, { ...other, billId: due.billId })).toHaveProperty("paymentId");
  });

  test("another payee than the one shown is another debt: refused, and shown again", async () => {
    const due = await makeDue(core);
    await sql`update bills set payee_hash = 'another' where id = ${due.billId}`.execute(core.db);
    expect(await payNow(core.db, due)).toMatchObject({ refused: "amount-changed" });
  });
});

describe("money back", () => {
  test("annulled during the charge: owed back in full, the claim stays until it is there, and nobody closes it before", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await pushBill(core.db, { account: due.account, version: 2, status: "annulled" });
    await planAll(core.db);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "charging", stop_mark: "annulled" });
    expect(await record(core.db, due.chargeId, seen.charged())).toMatchObject({ payment: "returning" });
    expect(await casesOf(core.db, due.chargeId)).toEqual(["money-to-return"]);
    expect(await balanceOf(core.db, "refunds-due", due.paymentId)).toBe(-512_345);

    for (const outcome of ["stopped", "gave-up", "taken-over"])
      expect(await closePayment(core.db, { paymentId: due.paymentId, outcome, reason: "test" })).toBe(false);
    await pushBill(core.db, { account: due.account, version: 3, status: "issued" });
    await planAll(core.db);
    expect(await payNow(core.db, due), "reinstated, but the money is still on its way back").toMatchObject({
      refused: "bill-being-paid",
    });
    expect(
      await closePayment(core.db, { paymentId: due.paymentId, outcome: "returned", reason: "refunded" }),
    ).toBe(true);
    expect(await claimsOf(due.paymentId)).toEqual([]);
    await planAll(core.db);
    expect((await paymentOf(core.db, due.billId)).state).toBe("scheduled");
  });

  test("the amount fell during the charge: the due part is kept, the excess owed back", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await pushBill(core.db, { account: due.account, version: 2, amountMinor: 500_000 });
    await planAll(core.db);
    expect(await record(core.db, due.chargeId, seen.charged())).toMatchObject({ payment: "paid" });
    expect(await balanceOf(core.db, "biller:gorod-zhkh", due.paymentId)).toBe(-500_000);
    expect(await balanceOf(core.db, "refunds-due", due.paymentId)).toBe(-12_345);
  });

  test("the source said paid during the charge: an echo of ours, no refund", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    const { result } = await pushBill(core.db, { account: due.account, version: 2, status: "paid" });
    expect(result).toBe("echo");
    expect(await record(core.db, due.chargeId, seen.charged())).toMatchObject({ payment: "paid" });
    expect(await balanceOf(core.db, "refunds-due", due.paymentId)).toBe(0);
  });

  test("the source said paid, then owed again, and our charge failed: the debt is owed, nobody calls it paid", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await pushBill(core.db, { account: due.account, version: 2, status: "paid" });
    await pushBill(core.db, { account: due.account, version: 3, status: "issued" });
    await record(core.db, due.chargeId, seen.declined(), tryAgainSoon);
    const bill = await core.db
      .selectFrom("bills")
      .select(["state", "echo"])
      .where("id", "=", due.billId)
      .execute();
    expect(bill).toEqual([{ state: "owed", echo: false }]);
    expect((await payment(core.db, due.paymentId)).state).toBe("scheduled");
  });

  test("withdrawn by its source after we had paid: stays paid, and a person looks", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.charged());
    const { result } = await pushBill(core.db, { account: due.account, version: 2, status: "annulled" });
    expect(result).toBe("kept-paid");
    expect(await casesOf(core.db, due.billId)).toEqual(["annulled-after-paid"]);
    expect((await payment(core.db, due.paymentId)).state).toBe("paid");
  });
});

describe("success after a final word (C11, P10)", () => {
  test("the claim is free: paid after all, spent above any cap, with an alarm", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.declined());
    await closePayment(core.db, { paymentId: due.paymentId, outcome: "stopped", reason: "test" });
    expect(await record(core.db, due.chargeId, seen.charged())).toMatchObject({ payment: "paid" });
    expect(await claimsOf(due.paymentId)).toEqual(["spent"]);
    expect(await casesOf(core.db, due.chargeId)).toEqual(["success-after-final"]);
    const limits = await core.db
      .selectFrom("limit_use")
      .selectAll()
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(limits).toMatchObject([{ state: "spent", amount_minor: 512_345 }]);
  });

  test.each(["before its charge", "while its charge is under way", "when it has paid"])(
    "another payment holds the debt, %s: all of it goes back, and the other goes on undisturbed",
    async (when) => {
      const due = await makeDue(core);
      await askGate(core.db, due.paymentId);
      await record(core.db, due.chargeId, seen.declined());
      await closePayment(core.db, { paymentId: due.paymentId, outcome: "stopped", reason: "test" });
      const other = await makePayer(core);
      const { paymentId = "" } = await payNow(core.db, { ...other, billId: due.billId });
      if (when !== "before its charge") await askGate(core.db, paymentId);
      if (when === "when it has paid") await record(core.db, `${paymentId}-1`, seen.charged());
      const before = await payment(core.db, paymentId);

      expect(await record(core.db, due.chargeId, seen.charged())).toMatchObject({ payment: "returning" });

      expect(await payment(core.db, paymentId)).toEqual(before);
      expect(await balanceOf(core.db, "refunds-due", due.paymentId)).toBe(-512_345);
      expect(await casesOf(core.db, due.chargeId)).toEqual(["money-to-return", "success-after-final"]);
    },
  );

  test("while a retry is announced: paid, and the announced debit can never be sent", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.declined(), tryAgainSoon);
    await acceptNotices(core.db, due.paymentId);
    expect(await record(core.db, due.chargeId, seen.charged())).toMatchObject({ payment: "paid" });
    await jump(core.db, "20 minutes");
    expect((await askGate(core.db, due.paymentId)).verdict).not.toBe("passed");
    expect((await payment(core.db, due.paymentId)).state).toBe("paid");
  });
});

describe("the life of a reservation", () => {
  const use = async ({ paymentId }: { readonly paymentId: string }) =>
    core.db
      .selectFrom("limit_use")
      .select(["state", "counted_on"])
      .where("payment_id", "=", paymentId)
      .executeTakeFirst();

  test("it stands on the planned day, and moves with it", async () => {
    const payer = await makePayer(core);
    const planned = await planBillFor(core.db, payer);
    const row = await payment(core.db, planned.paymentId);
    expect(await use(planned)).toEqual({ state: "reserved", counted_on: row.planned_on });
    await jump(core.db, "3 days");
    await acceptNotices(core.db, planned.paymentId);
    const moved = await payment(core.db, planned.paymentId);
    expect(moved.planned_on > row.planned_on).toBe(true);
    expect(await use(planned)).toEqual({ state: "reserved", counted_on: moved.planned_on });
  });

  test("the zone of the mandate decides the day, wherever its owner lives", async () => {
    const due = await makeDue(core, { terms: { zone: "Pacific/Kiritimati" } });
    await askGate(core.db, due.paymentId);
    const { rows } = await sql<{ day: string }>`
      select (first_sent_at at time zone 'Pacific/Kiritimati')::date as day from charges where id = ${due.chargeId}`.execute(
      core.db,
    );
    expect(await use(due)).toEqual({ state: "reserved", counted_on: rows[0]?.day });
    await record(core.db, due.chargeId, seen.charged());
    expect(await use(due)).toEqual({ state: "spent", counted_on: rows[0]?.day });
  });
});
