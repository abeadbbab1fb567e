import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgeKeptWords } from "../../db/queries/bill-changes.ts";
import type { ReceivedBill } from "../../db/queries/bills.ts";
import {
  casesOf,
  confirmPayment,
  makeResident,
  payment,
  paymentOf,
  payNow,
  planAll,
  pushBill,
  toldTo,
} from "../support/rows.ts";
import {
  askGate,
  type Due,
  jump,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { brokenInvariants } from "./support/money-invariants.ts";
import { atOnce, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const PAID = 500_000;

/** A bill of 5 000 ₽ that a mandate has paid. */
async function paidBill(): Promise<Due> {
  const due = await makeDue(core, { bill: { amountMinor: PAID } });
  await askGate(core.db, due.paymentId);
  await record(core.db, due.chargeId, seen.charged(PAID));
  return due;
}

async function billOf({ billId }: Pick<Due, "billId">) {
  return core.db.selectFrom("bills").selectAll().where("id", "=", billId).executeTakeFirstOrThrow();
}

const say = (due: Due, word: Partial<ReceivedBill>) =>
  pushBill(core.db, { account: due.account, version: 2, amountMinor: PAID, ...word });

describe("more is due of a bill that we have paid (B8)", () => {
  test("told before the biller can have seen our payment: kept, and judged when it must have", async () => {
    const due = await paidBill();
    expect(await say(due, { amountMinor: 600_000 })).toMatchObject({ result: "kept-paid" });
    expect(await billOf(due)).toMatchObject({ state: "paid", part: 1 });
    await judgeKeptWords(core.db);
    expect(await billOf(due), "not yet").toMatchObject({ state: "paid", part: 1 });
    await jump(core.db, "25 hours");
    await judgeKeptWords(core.db);
    expect(await billOf(due)).toMatchObject({ state: "owed", part: 2, amount_minor: 100_000 });
    await planAll(core.db);
    expect(await paymentOf(core.db, due.billId)).toMatchObject({ part: 2, amount_minor: 100_000 });
  });

  test("newer than the acknowledgement of our payment: the next part, at once", async () => {
    const due = await paidBill();
    await say(due, { status: "paid" });
    expect(await say(due, { version: 3, amountMinor: 600_000 })).toMatchObject({ result: "more-due" });
    expect(await billOf(due)).toMatchObject({ part: 2, amount_minor: 100_000 });
  });

  test("an acknowledgement in the same breath counts", async () => {
    const due = await paidBill();
    const word = { amountMinor: 100_000, fullMinor: 600_000, acknowledgement: "matched" } as const;
    expect(await say(due, word)).toMatchObject({ result: "more-due" });
    expect(await billOf(due), "what is left, where the source says so").toMatchObject({
      amount_minor: 100_000,
    });
  });

  test("its mandate asks first and sends nothing by itself; confirmed, it is paid; the parts come to the whole", async () => {
    const due = await paidBill();
    await say(due, { amountMinor: 600_000, acknowledgement: "matched" });
    await planAll(core.db);
    const next = await paymentOf(core.db, due.billId);
    expect(next).toMatchObject({ state: "needs-payer", need: "confirm-amount", amount_minor: 100_000 });
    expect(await toldTo(core.db, due.residentId)).toContain("needs-confirmation");
    await confirmPayment(core.db, { ...due, paymentId: next.id, amountMinor: 100_000 });
    expect(await askGate(core.db, next.id)).toMatchObject({ verdict: "passed" });
    await record(core.db, `${next.id}-1`, seen.charged(100_000));
    expect(await billOf(due)).toMatchObject({ state: "paid", part: 2, paid_minor: 100_000 });
    expect(await brokenInvariants(core.db)).toEqual([]);
  });

  test("the source goes on asking for what is paid: no second payment, a person hears of it", async () => {
    const due = await paidBill();
    await jump(core.db, "2 days");
    expect(await say(due, {})).toMatchObject({ result: "kept-paid" });
    expect(await billOf(due)).toMatchObject({ state: "paid", part: 1 });
    expect(await casesOf(core.db, due.billId)).toEqual(["due-after-paid"]);
  });

  test("more than any version has named is asked for by nobody", async () => {
    const due = await paidBill();
    await jump(core.db, "2 days");
    // what is left, from a source that does not say of what: the largest sum it ever named is paid
    expect(await say(due, { amountMinor: 100_000, fullMinor: 100_000 })).toMatchObject({
      result: "kept-paid",
    });
    expect(await billOf(due)).toMatchObject({ state: "paid", part: 1 });
  });

  test("paid with a discount in time: the rest of the whole sum is no rest", async () => {
    const discount = { kind: "percent", value: 25, until: "2099-01-01" } as const;
    const bill = { amountMinor: 75_000, fullMinor: 75_000, discount };
    const due = await makeDue(core, { bill });
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.charged(56_250));
    await jump(core.db, "2 days");
    expect(await say(due, { ...bill, amountMinor: 18_750 })).toMatchObject({ result: "kept-paid" });
    expect(await casesOf(core.db, due.billId)).toEqual(["due-after-paid"]);
  });

  test("a further part that its source takes back is nobody's debt, and may come again", async () => {
    const due = await paidBill();
    await say(due, { amountMinor: 600_000, acknowledgement: "matched" });
    await planAll(core.db);
    expect(await say(due, { version: 3 })).toMatchObject({ result: "paid-elsewhere" });
    await planAll(core.db);
    expect(await paymentOf(core.db, due.billId)).toMatchObject({
      state: "closed",
      outcome: "paid-elsewhere",
    });
    expect(await say(due, { version: 4, amountMinor: 550_000 })).toMatchObject({ result: "reinstated" });
    expect(await billOf(due)).toMatchObject({ state: "owed", part: 2, amount_minor: 50_000 });
  });

  test("another source than the first opens no part", async () => {
    const due = await paidBill();
    await jump(core.db, "2 days");
    expect(await say(due, { source: "gis-gmp", amountMinor: 900_000 })).toMatchObject({
      result: "kept-paid",
    });
    expect(await billOf(due)).toMatchObject({ state: "paid", part: 1 });
  });

  test("a withdrawn or overpaid bill that is paid stays paid, and a person decides about the money (B7)", async () => {
    const withdrawn = await paidBill();
    await say(withdrawn, { status: "annulled" });
    expect(await casesOf(core.db, withdrawn.billId)).toEqual(["annulled-after-paid"]);
    const overpaid = await paidBill();
    expect(await say(overpaid, { status: "paid", overpaid: true })).toMatchObject({ result: "overpaid" });
    expect(await casesOf(core.db, overpaid.billId)).toEqual(["overpaid"]);
    expect(await billOf(overpaid)).toMatchObject({ state: "paid" });
  });
});

describe("money of an earlier part that comes late", () => {
  test("against the opening of the next part: kept once, whichever comes first", async () => {
    await race("late evidence of part 1", async (random) => {
      const due = await makeDue(core, { bill: { amountMinor: PAID } });
      await askGate(core.db, due.paymentId);
      await record(core.db, due.chargeId, seen.declined(), {
        next: "again",
        rule: { kind: "after-minutes", minutes: 0 },
        need: "confirm-again",
      });
      await atOnce(core.db, random, [
        () => record(core.db, due.chargeId, seen.charged(PAID)),
        () => say(due, { amountMinor: 600_000, acknowledgement: "matched" }),
        () => say(due, { version: 3, amountMinor: 650_000, acknowledgement: "matched" }),
      ]);
      const bill = await billOf(due);
      const kept = await sql<{ kept: number }>`select money_kept(${due.billId}) as kept`.execute(core.db);
      expect(kept.rows[0]?.kept).toBe(PAID);
      expect(bill.part === 1 ? "paid" : "owed").toBe(bill.state);
      expect(await brokenInvariants(core.db)).toEqual([]);
    });
  });

  test("of a part that is behind us: it goes back", async () => {
    const due = await paidBill();
    await say(due, { amountMinor: 600_000, acknowledgement: "matched" });
    const other = await makeResident(core.db);
    const { paymentId = "" } = await payNow(core.db, {
      billId: due.billId,
      residentId: other,
      amountMinor: 100_000,
    });
    await askGate(core.db, paymentId);
    await record(core.db, `${paymentId}-1`, seen.unanswered());
    await sql`update payments set part = 1 where id = ${paymentId}`.execute(core.db);
    await sql`update claims set claim_key = claim_key || '-gone' where payment_id = ${paymentId}`.execute(
      core.db,
    );
    await record(core.db, `${paymentId}-1`, seen.charged(100_000));
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "returning" });
    expect(await billOf(due)).toMatchObject({ state: "owed", part: 2 });
  });
});

describe("a debt that was paid and given back in full", () => {
  async function givenBack(): Promise<Due> {
    const due = await paidBill();
    await sql`select owe_refund(${due.chargeId}, ${PAID}, 'by an operator')`.execute(core.db);
    return due;
  }

  test("no mandate pays it again, whatever its source says", async () => {
    const due = await givenBack();
    await say(due, { acknowledgement: "matched" });
    await planAll(core.db);
    const open = await core.db
      .selectFrom("payments")
      .select("id")
      .where("bill_id", "=", due.billId)
      .where("state", "in", ["scheduled", "needs-payer"])
      .execute();
    expect(open).toEqual([]);
  });

  test("a person may pay it once more, as its next part, and only who says so", async () => {
    const due = await givenBack();
    const wish = {
      billId: due.billId,
      residentId: due.residentId,
      methodId: due.methodId,
      amountMinor: PAID,
    };
    expect(await payNow(core.db, wish)).toMatchObject({ refused: "bill-not-owed" });
    const { paymentId = "" } = await payNow(core.db, { ...wish, again: true });
    expect(await payment(core.db, paymentId)).toMatchObject({ part: 2, amount_minor: PAID });
    await askGate(core.db, paymentId);
    await record(core.db, `${paymentId}-1`, seen.charged(PAID));
    expect(await billOf(due)).toMatchObject({ state: "paid", part: 2 });
    expect(await payNow(core.db, { ...wish, again: true }), "paid is paid").toMatchObject({
      refused: "bill-not-owed",
    });
  });

  test("two people at once, each once more: one of them", async () => {
    await race("again, twice", async (random) => {
      const due = await givenBack();
      const other = await makeResident(core.db);
      const answers = await atOnce(
        core.db,
        random,
        [due.residentId, other].map(
          (residentId) => () =>
            payNow(core.db, { billId: due.billId, residentId, amountMinor: PAID, again: true }),
        ),
      );
      expect(
        answers.filter((answer) => (answer as { paymentId?: string }).paymentId !== undefined),
      ).toHaveLength(1);
      expect(await billOf(due)).toMatchObject({ part: 2 });
    });
  });
});
