import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReceivedBill } from "../../db/queries/bills.ts";
import {
  acceptNotices,
  casesOf,
  charge,
  livingNotice,
  makePayer,
  payee,
  payment,
  payNow,
  planAll,
  planBillFor,
  pushBill,
} from "../support/rows.ts";
import {
  askGate,
  askPayer,
  type Due,
  jump,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";
import { atOnce, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const registry = { source: "gis-gmp" } as const;
const otherPayee = { ...payee, account: "40702810900000000999" };

const billOf = (billId: string) =>
  core.db.selectFrom("bills").selectAll().where("id", "=", billId).executeTakeFirstOrThrow();

const say = (due: Pick<Due, "account">, word: Partial<ReceivedBill>) =>
  pushBill(core.db, { account: due.account, ...word });

describe("a second source of a bill", () => {
  test.each([
    ["withdraws it", { status: "annulled" }, "annulled"],
    ["calls it paid", { status: "paid" }, "paid-elsewhere"],
  ] as const)(
    "%s: nothing more is sent, and it comes back when that source takes it back",
    async (_, word, state) => {
      const due = await makeDue(core);
      expect(await say(due, { ...registry, ...word })).toMatchObject({ result: state });
      expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "ended", outcome: state });
      await planAll(core.db);
      await say(due, { version: 2, purpose: "the first source knows nothing of it" });
      expect(await billOf(due.billId)).toMatchObject({ state });
      expect(await say(due, { ...registry, version: 2 })).toMatchObject({ result: "reinstated" });
    },
  );

  test("names another sum: the first one's stands, and no debit goes out before its payer has confirmed it", async () => {
    const due = await makeDue(core);
    expect(await say(due, { ...registry, amountMinor: 400_000 })).toMatchObject({ result: "confirmed" });
    expect(await billOf(due.billId)).toMatchObject({ amount_minor: 512_345 });
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "asked", need: "confirm-amount" });
    const person = await makeDue(core);
    await say(person, { ...registry, amountMinor: 400_000 });
    const { paymentId = "" } = await payNow(core.db, person);
    expect(await askGate(core.db, paymentId), "the payer has seen the sum").toMatchObject({
      verdict: "passed",
    });
  });

  test("names another sum before the plan: asked from the beginning, and announced once they agree", async () => {
    const payer = await makePayer(core);
    const { billId } = await pushBill(core.db, payer);
    await say(payer, { ...registry, amountMinor: 400_000 });
    await planAll(core.db);
    const [planned] = await core.db
      .selectFrom("payments")
      .selectAll()
      .where("bill_id", "=", billId)
      .execute();
    expect(planned).toMatchObject({ state: "needs-payer", need: "confirm-amount" });
  });

  test("names another payee: nobody pays, neither by mandate nor by hand", async () => {
    const due = await makeDue(core);
    await say(due, { ...registry, payee: otherPayee });
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "asked", need: "payee-changed" });
    const person = await makeDue(core);
    await say(person, { ...registry, payee: otherPayee });
    const { paymentId = "" } = await payNow(core.db, person);
    expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "ended" });
    await planAll(core.db);
    await say(due, { ...registry, version: 2 });
    await planAll(core.db);
    expect(await payment(core.db, due.paymentId), "they agree again: announced anew").toMatchObject({
      state: "scheduled",
    });
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ state: "queued" });
  });

  test("says the same: as good a confirmation as the first one's", async () => {
    const due = await makeDue(core);
    await core.db
      .updateTable("billers")
      .set({ max_age: "12 hours" })
      .where("id", "=", "gorod-zhkh")
      .execute();
    await jump(core.db, "13 hours");
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ reason: "source not confirmed" });
    await say(due, registry);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
    await core.db.updateTable("billers").set({ max_age: null }).where("id", "=", "gorod-zhkh").execute();
  });

  test("knows better than who told it first: its words are the bill from then on", async () => {
    const payer = await makePayer(core);
    const { billId, paymentId } = await planBillFor(core.db, payer, { ...registry, amountMinor: 400_000 });
    await acceptNotices(core.db, paymentId);
    expect(await say(payer, { amountMinor: 450_000 })).toMatchObject({ result: "amended" });
    expect(await billOf(billId)).toMatchObject({ source: "push", amount_minor: 450_000, version: 2 });
    expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "not-now", check: "debt" });
    expect(await say(payer, { ...registry, amountMinor: 400_000 }), "its old word is known").toMatchObject({
      result: "duplicate",
    });
  });
});

describe("the echo trap: our own payment looks like somebody else's", () => {
  async function underWay(): Promise<Due> {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.pending());
    return due;
  }
  const paid = (due: Due, word: Partial<ReceivedBill>) => say(due, { version: 2, status: "paid", ...word });
  const seenPayment = { reference: null, uip: null, paidOn: null, amountMinor: null };

  test.each([
    ["nothing but that it is paid", () => ({}), "echo"],
    [
      "the registry's own name of the payment",
      () => ({ payments: [{ ...seenPayment, uip: "10471020010005233009202000000001" }] }),
      "echo",
    ],
    ["our charge", (due: Due) => ({ payments: [{ ...seenPayment, reference: due.chargeId }] }), "echo"],
    [
      "a payment of a day on which ours may have arrived",
      () => ({ payments: [{ ...seenPayment, paidOn: "2099-01-01" }] }),
      "echo",
    ],
    [
      "a reference that is not ours",
      () => ({ payments: [{ ...seenPayment, reference: "somebody-else" }] }),
      "paid-elsewhere",
    ],
    [
      "a payment before we sent anything",
      () => ({ payments: [{ ...seenPayment, paidOn: "2020-01-01" }] }),
      "paid-elsewhere",
    ],
    ["more than was due", () => ({ overpaid: true }), "paid-elsewhere"],
  ] as const)("the source shows %s: %#", async (_, word, result) => {
    const due = await underWay();
    expect(await paid(due, word(due))).toMatchObject({ result });
    await record(core.db, due.chargeId, seen.charged());
    expect(await payment(core.db, due.paymentId)).toMatchObject({
      state: result === "echo" ? "paid" : "returning",
    });
  });

  test("an echo that was none: our charge took nothing, so somebody else has paid", async () => {
    const due = await underWay();
    await paid(due, {});
    await record(core.db, due.chargeId, seen.declined(), askPayer);
    expect(await billOf(due.billId)).toMatchObject({ state: "paid-elsewhere", echo: false });
    expect(await payment(core.db, due.paymentId)).toMatchObject({
      state: "closed",
      outcome: "paid-elsewhere",
    });
  });

  test("nothing new is sent while it may be an echo, nor is anything returned", async () => {
    const due = await underWay();
    await paid(due, {});
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "pending" });
    expect(await casesOf(core.db, due.chargeId)).toEqual([]);
  });
});

test("annulled while its gate passes: sent before and listed, or never sent", async () => {
  await race("annul against gate", async (random) => {
    const due = await makeDue(core);
    const [gate, told] = await atOnce(core.db, random, [
      () => askGate(core.db, due.paymentId),
      () => say(due, { ...registry, status: "annulled" }),
    ] as const);
    const listed = (told as { stop?: { inFlight: readonly unknown[] } }).stop?.inFlight ?? [];
    expect(listed).toHaveLength(gate.verdict === "passed" ? 1 : 0);
  });
});
