import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBill, findBill, type ReceivedBill } from "../../db/queries/bills.ts";
import { mergeTwins } from "../../db/queries/bill-changes.ts";
import { debtKey } from "../../db/sealed.ts";
import {
  acceptNotices,
  casesOf,
  makeBiller,
  makePayer,
  makeResident,
  payment,
  paymentOf,
  payNow,
  planAll,
  pushBill,
  toldTo,
} from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";
import { brokenInvariants } from "./support/money-invariants.ts";
import { atOnce, pick, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(16);
  await makeBiller(core.db);
});
afterAll(() => core.close());

const claimKey = Buffer.alloc(32, 3);
let count = 0;

/** A debt under both its names: account and period, and a UIN. */
function newDebt(account = `named-${(count += 1)}-${process.pid}`) {
  const uin = `UIN-${account}`;
  const accountKey = debtKey(claimKey, ["gorod-zhkh", account, "2026-11", "charge"]);
  const uinKey = debtKey(claimKey, ["uin", uin]);
  return {
    account,
    byAccount: { account } satisfies Partial<ReceivedBill>,
    byUin: {
      account: "",
      period: "",
      source: "gis-gmp",
      uin,
      identityKey: uinKey,
    } satisfies Partial<ReceivedBill>,
    byBoth: { account, uin, identityKey: uinKey, accountKey, version: 2 } satisfies Partial<ReceivedBill>,
  };
}

const rowOf = (billId: string) =>
  core.db.selectFrom("bills").selectAll().where("id", "=", billId).executeTakeFirstOrThrow();

/** Two rows of one debt, found to be one. */
async function twins(debt = newDebt()) {
  const first = await pushBill(core.db, debt.byAccount);
  const second = await pushBill(core.db, debt.byUin);
  expect(second.billId).not.toBe(first.billId);
  return { debt, first: first.billId, second: second.billId };
}

const findOut = ({ debt }: Awaited<ReturnType<typeof twins>>) => pushBill(core.db, debt.byBoth);

/** A person pays a bill: the gate has passed, nobody knows yet how it ends. */
async function underWay(billId: string, residentId?: string): Promise<string> {
  const payer = residentId ?? (await makeResident(core.db));
  const { paymentId = "" } = await payNow(core.db, { billId, residentId: payer });
  expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "passed" });
  return paymentId;
}

describe("one bill by all its names", () => {
  test("a source that knows both names finds the row of either, and teaches it the other", async () => {
    const one = newDebt();
    const { billId } = await pushBill(core.db, one.byAccount);
    expect(await pushBill(core.db, one.byBoth)).toMatchObject({ billId });
    expect(await pushBill(core.db, one.byUin), "by its UIN alone, too").toMatchObject({ billId });
    const other = newDebt();
    const learnt = await pushBill(core.db, other.byBoth);
    expect(await pushBill(core.db, other.byAccount)).toMatchObject({ billId: learnt.billId });
  });

  test("two UINs of one account and period are two debts, and the account's name tells neither", async () => {
    const account = `two-fines-${process.pid}`;
    const one = newDebt(account);
    const other = { ...newDebt(`${account}-b`).byBoth, account, accountKey: one.byBoth.accountKey };
    const first = await pushBill(core.db, one.byBoth);
    const second = await pushBill(core.db, other);
    expect(second.billId).not.toBe(first.billId);
    const third = await pushBill(core.db, one.byAccount);
    expect([first.billId, second.billId]).not.toContain(third.billId);
    expect(
      await core.db.selectFrom("bill_twins").select("bill_id").where("bill_id", "=", third.billId).execute(),
    ).toEqual([]);
  });

  test("two sources and two people at once: one bill", async () => {
    await race("four at once", async (random) => {
      const debt = newDebt();
      const shuffled = [debt.byBoth, debt.byAccount, { ...debt.byBoth, source: "file" }, debt.byUin]
        .map((said) => ({ said, at: random() }))
        .toSorted((a, b) => a.at - b.at);
      await atOnce(
        core.db,
        random,
        shuffled.map(
          ({ said }) =>
            () =>
              pushBill(core.db, said),
        ),
      );
      await mergeTwins(core.db);
      await pushBill(core.db, { ...debt.byBoth, version: 3 });
      await mergeTwins(core.db);
      const { rows } = await sql<{
        id: string;
      }>`select id from bills where state <> 'merged' and (uin = ${debt.byBoth.uin}
        or account = ${debt.account})`.execute(core.db);
      expect(rows).toHaveLength(1);
    });
  });
});

describe("two rows of one debt become one (B9)", () => {
  test("nobody pays: one row stays, with everything that was known of both; the other is its alias", async () => {
    const pair = await twins();
    const [anna, boris] = [await makeResident(core.db), await makeResident(core.db)];
    await addBill(core.db, { residentId: anna, billId: pair.first, label: null });
    await addBill(core.db, { residentId: boris, billId: pair.second, label: "his" });
    await findOut(pair);
    await planAll(core.db);
    const states = [await rowOf(pair.first), await rowOf(pair.second)];
    expect(states.map(({ state }) => state).toSorted()).toEqual(["merged", "owed"]);
    for (const residentId of [anna, boris])
      for (const billId of [pair.first, pair.second]) {
        const bill = await findBill(core.db, { residentId, billId });
        expect(bill, "each finds it, under either id").toMatchObject({ state: "owed" });
      }
    expect((await pushBill(core.db, { ...pair.debt.byUin, version: 2 })).billId).toBe(
      (await pushBill(core.db, { ...pair.debt.byAccount, version: 4 })).billId,
    );
  });

  test("one is announced: its payment carries on, on the row that stays", async () => {
    const payer = await makePayer(core);
    const pair = await twins(newDebt(payer.account));
    await planAll(core.db);
    const planned = await paymentOf(core.db, pair.first);
    await findOut(pair);
    await planAll(core.db);
    expect(await rowOf(pair.first)).toMatchObject({ state: "owed" });
    expect(await rowOf(pair.second)).toMatchObject({ state: "merged", merged_into: pair.first });
    await acceptNotices(core.db, planned.id);
    expect(await askGate(core.db, planned.id)).toMatchObject({ verdict: "passed" });
  });

  test("two are claimed, one of them undecided: that one stays, the other closes as a duplicate", async () => {
    const payer = await makePayer(core);
    const pair = await twins(newDebt(payer.account));
    await planAll(core.db);
    const planned = await paymentOf(core.db, pair.first);
    const paying = await underWay(pair.second);
    await findOut(pair);
    await mergeTwins(core.db);
    expect(await payment(core.db, planned.id)).toMatchObject({ state: "closed", outcome: "duplicate" });
    expect(await payment(core.db, paying)).toMatchObject({ state: "charging" });
    expect(await rowOf(pair.second)).toMatchObject({ state: "owed" });
    expect(await toldTo(core.db, payer.residentId)).toContain("another-autopay");
    await record(core.db, `${paying}-1`, seen.charged());
    expect(await payment(core.db, paying)).toMatchObject({ state: "paid" });
    expect(await brokenInvariants(core.db)).toEqual([]);
  });

  test.each([
    ["the first", 0],
    ["the second", 1],
  ])(
    "two undecided: both run out; the first charged is kept, the second returned (%s takes money first)",
    async (_, winner) => {
      const pair = await twins();
      const payments = [await underWay(pair.first), await underWay(pair.second)];
      await findOut(pair);
      await mergeTwins(core.db);
      expect(await rowOf(pair.second), "not while both may take money").toMatchObject({ state: "owed" });
      await record(core.db, `${payments[winner] ?? ""}-1`, seen.charged());
      await mergeTwins(core.db);
      await record(core.db, `${payments[1 - winner] ?? ""}-1`, seen.charged());
      await mergeTwins(core.db);
      expect(await payment(core.db, payments[winner] ?? "")).toMatchObject({ state: "paid" });
      expect(await payment(core.db, payments[1 - winner] ?? "")).toMatchObject({ state: "returning" });
      const states = [await rowOf(pair.first), await rowOf(pair.second)].map(({ state }) => state);
      expect(states.toSorted()).toEqual(["merged", "paid"]);
      expect(await brokenInvariants(core.db)).toEqual([]);
    },
  );

  test("two undecided, both decided at once: one is kept", async () => {
    await race("both charged", async (random) => {
      const pair = await twins();
      const payments = [await underWay(pair.first), await underWay(pair.second)];
      await findOut(pair);
      await atOnce(core.db, random, [
        ...payments.map((id) => () => record(core.db, `${id}-1`, seen.charged())),
        () => mergeTwins(core.db),
        () => mergeTwins(core.db),
      ]);
      await mergeTwins(core.db);
      const states = await Promise.all(payments.map(async (id) => (await payment(core.db, id)).state));
      expect(states.toSorted()).toEqual(["paid", "returning"]);
      expect(await brokenInvariants(core.db)).toEqual([]);
    });
  });

  test("two spent before anybody knew: a case, and the later refund is proposed", async () => {
    const pair = await twins();
    const payments = [await underWay(pair.first), await underWay(pair.second)];
    for (const id of payments) await record(core.db, `${id}-1`, seen.charged());
    await findOut(pair);
    await mergeTwins(core.db);
    expect(await rowOf(pair.first)).toMatchObject({ state: "paid" });
    expect(await rowOf(pair.second)).toMatchObject({ state: "merged" });
    expect(await casesOf(core.db, payments[1] ?? "")).toEqual(["paid-twice"]);
    expect(await brokenInvariants(core.db)).toEqual([]);
  });

  test("known to be one and not yet merged: the gate lets no second charge out", async () => {
    const pair = await twins();
    const waiting = await payNow(core.db, { billId: pair.first, residentId: await makeResident(core.db) });
    await underWay(pair.second);
    await findOut(pair);
    expect(await askGate(core.db, waiting.paymentId ?? "")).toMatchObject({
      verdict: "ended",
      check: "debt",
    });
  });

  test("merging against gates, evidence, people and sources: one debt is paid once", async () => {
    await race("everything around a merge", async (random) => {
      const payer = await makePayer(core);
      const pair = await twins(newDebt(payer.account));
      await planAll(core.db);
      const planned = await paymentOf(core.db, pair.first);
      await acceptNotices(core.db, planned.id);
      const stranger = await makeResident(core.db);
      const tries = [
        () => findOut(pair),
        () => mergeTwins(core.db),
        () => askGate(core.db, planned.id),
        async () => {
          const { paymentId } = await payNow(core.db, { billId: pair.second, residentId: stranger });
          if (paymentId !== undefined) await askGate(core.db, paymentId);
        },
        () => pushBill(core.db, { ...pair.debt.byUin, version: 3, status: pick(random, ["issued", "paid"]) }),
        () => planAll(core.db),
      ];
      await atOnce(core.db, random, tries);
      const { rows: open } = await sql<{
        id: string;
        amount: number;
      }>`select c.id, c.amount_minor as amount from charges c
        join payments y on y.id = c.payment_id where y.bill_id in (${pair.first}, ${pair.second}) and c.state = 'sending'`.execute(
        core.db,
      );
      await atOnce(core.db, random, [
        ...open.map(
          ({ id, amount }) =>
            () =>
              record(core.db, id, seen.charged(amount)),
        ),
        () => mergeTwins(core.db),
        () => findOut(pair),
      ]);
      await findOut(pair);
      await mergeTwins(core.db);
      const { rows: paid } = await sql<{
        id: string;
      }>`select id from payments where bill_id in (${pair.first}, ${pair.second})
        and state = 'paid'`.execute(core.db);
      expect(paid.length).toBeLessThanOrEqual(1);
      expect(await brokenInvariants(core.db)).toEqual([]);
    });
  });
});

describe("a UIN that another biller speaks of", () => {
  test.each(["push", "file"])(
    "by %s: nothing of the bill changes, whatever is said of it",
    async (source) => {
      const { byBoth } = newDebt();
      const first = await pushBill(core.db, { ...byBoth, source });
      const before = await rowOf(first.billId);
      await makeBiller(core.db, "another-biller");
      for (const said of [{ status: "annulled" }, { status: "paid" }, { amountMinor: 1 }] as const) {
        const other = {
          ...byBoth,
          source,
          ...said,
          billerId: "another-biller",
          version: 9,
          accountKey: null,
        };
        expect(await pushBill(core.db, other)).toEqual({ billId: first.billId, result: "conflict" });
      }
      expect(await rowOf(first.billId)).toEqual(before);
    },
  );
});
