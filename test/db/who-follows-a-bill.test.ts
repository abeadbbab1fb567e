import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAccount } from "../../db/queries/accounts.ts";
import { addBill, findBill, listBills } from "../../db/queries/bills.ts";
import { settleFollowUps } from "../../db/queries/bill-changes.ts";
import { saveIdentifier } from "../../db/queries/saved-identifiers.ts";
import { subjectKey } from "../../db/sealed.ts";
import {
  acceptNotices,
  makeBiller,
  makeMandate,
  makeMethod,
  makeResident,
  payment,
  paymentOf,
  planAll,
  sendMessages,
  pushBill,
  toldTo,
} from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore } from "./support/money-core.ts";
import { until } from "../support/until.ts";
import { atOnce, inOrder, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
  await makeBiller(core.db);
});
afterAll(() => core.close());

const claimKey = Buffer.alloc(32, 3);
let count = 0;
const fresh = (what: string) => `${what}-${(count += 1)}`;

const connect = (residentId: string, account: string) =>
  core.db
    .transaction()
    .execute((transaction) =>
      connectAccount(transaction, { residentId, billerId: "gorod-zhkh", account, label: null }),
    );

/** Looks again until nobody is left to look for: transactions of other databases beside this one count as neighbours, too. */
async function settled(): Promise<void> {
  await until(async () => {
    await settleFollowUps(core.db);
    const { rows } = await sql<{ n: number }>`select count(*) as n from follow_ups`.execute(core.db);
    return rows[0]?.n === 0;
  });
}

const save = (residentId: string, value: string) =>
  core.db
    .transaction()
    .execute((transaction) =>
      saveIdentifier(
        transaction,
        { sealer: core.sealer, claimKey },
        { residentId, kind: "sts", value, label: null, provedBy: null },
      ),
    );

const about = (value: string) => [subjectKey(claimKey, { kind: "sts", value })];

async function plansOf(billId: string): Promise<number> {
  const rows = await core.db
    .selectFrom("outbox")
    .select("id")
    .where("subject_id", "=", billId)
    .where("kind", "=", "plan-bill")
    .execute();
  return rows.length;
}

describe("who sees a bill", () => {
  test("by account, by saved identifier, because they added it, because they paid it; nobody else", async () => {
    const [byAccount, byCar, byNumber, stranger] = await Promise.all(
      [1, 2, 3, 4].map(() => makeResident(core.db)),
    );
    const [account, car] = [fresh("account"), fresh("car")];
    await connect(byAccount ?? "", account);
    await save(byCar ?? "", car);
    const { billId } = await pushBill(core.db, { account, subjects: about(car) });
    await addBill(core.db, { residentId: byNumber ?? "", billId, label: "by number" });
    const seen = await Promise.all(
      [byAccount, byCar, byNumber, stranger].map(
        async (residentId = "") => (await findBill(core.db, { residentId, billId }))?.seen_by ?? null,
      ),
    );
    expect(seen).toEqual([["account"], ["identifier"], ["added"], null]);
    const lists = await Promise.all(
      [byAccount, byCar, byNumber, stranger].map(
        async (residentId = "") => (await listBills(core.db, { residentId, limit: 10 })).length,
      ),
    );
    expect(lists).toEqual([1, 1, 1, 0]);
    await planAll(core.db);
    const told = await Promise.all(
      [byAccount, byCar, byNumber, stranger].map((id = "") => toldTo(core.db, id)),
    );
    expect(told).toEqual([["bill-arrived"], ["bill-arrived"], ["bill-arrived"], []]);
  });

  test("one who follows it in three ways sees it once and hears of it once", async () => {
    const residentId = await makeResident(core.db);
    const [account, car] = [fresh("account"), fresh("car")];
    await connect(residentId, account);
    await save(residentId, car);
    const { billId } = await pushBill(core.db, { account, subjects: about(car) });
    await addBill(core.db, { residentId, billId, label: null });
    await planAll(core.db);
    expect((await listBills(core.db, { residentId, limit: 10 })).map(({ id }) => id)).toEqual([billId]);
    expect((await findBill(core.db, { residentId, billId }))?.seen_by).toEqual([
      "account",
      "added",
      "identifier",
    ]);
    expect(await toldTo(core.db, residentId)).toEqual(["bill-arrived"]);
  });
});

describe("bills that somebody follows are planned, and no others", () => {
  test("a city's bills that nobody follows start nothing", async () => {
    const { billId } = await pushBill(core.db, {
      account: fresh("nobody"),
      subjects: about(fresh("nobody")),
    });
    expect(await plansOf(billId)).toBe(0);
    await pushBill(core.db, { account: `nobody-${count - 1}`, version: 2, amountMinor: 1 });
    expect(await plansOf(billId)).toBe(0);
  });

  test.each(["account", "identifier", "added"] as const)(
    "who begins to follow it later by %s hears of it, once; who heard of it before does not",
    async (way) => {
      const [early, late] = [await makeResident(core.db), await makeResident(core.db)];
      const [account, car] = [fresh("account"), fresh("car")];
      await connect(early, account);
      const { billId } = await pushBill(core.db, { account, subjects: about(car) });
      await planAll(core.db);
      const follow = {
        account: () => connect(late, account),
        identifier: () => save(late, car),
        added: () => addBill(core.db, { residentId: late, billId, label: null }),
      } as const;
      for (let times = 0; times < 2; times += 1) {
        await follow[way]();
        await settleFollowUps(core.db);
        await settleFollowUps(core.db);
        await planAll(core.db);
      }
      expect([await toldTo(core.db, early), await toldTo(core.db, late)]).toEqual([
        ["bill-arrived"],
        ["bill-arrived"],
      ]);
    },
  );

  test("what changed is told to those who knew the bill, what arrived to those who did not", async () => {
    const [early, late] = [await makeResident(core.db), await makeResident(core.db)];
    const account = fresh("account");
    await connect(early, account);
    await pushBill(core.db, { account });
    await planAll(core.db);
    await sendMessages(core.db);
    await connect(late, account);
    await pushBill(core.db, { account, version: 2, amountMinor: 600_000 });
    await planAll(core.db);
    await sendMessages(core.db);
    await pushBill(core.db, { account, version: 3, amountMinor: 600_000 });
    await planAll(core.db);
    await sendMessages(core.db);
    expect(await toldTo(core.db, early), "the same once more is no change").toEqual([
      "bill-arrived",
      "bill-changed",
    ]);
    expect(await toldTo(core.db, late)).toEqual(["bill-arrived"]);
    await pushBill(core.db, { account, version: 4, status: "annulled" });
    await planAll(core.db);
    await sendMessages(core.db);
    await pushBill(core.db, { account, version: 5, amountMinor: 600_000 });
    await planAll(core.db);
    await sendMessages(core.db);
    expect(await toldTo(core.db, late)).toEqual(["bill-arrived", "bill-annulled", "bill-changed"]);
  });

  test("who connects many accounts of one biller at once is told of every bill, and each is planned a few times, not once for each account", async () => {
    const residentId = await makeResident(core.db);
    const accounts = Array.from({ length: 12 }, () => fresh("account"));
    const bills = await Promise.all(accounts.map((account) => pushBill(core.db, { account })));
    await planAll(core.db);
    await Promise.all(accounts.map((account) => connect(residentId, account)));
    await planAll(core.db);
    await settled();
    await planAll(core.db);
    expect(await toldTo(core.db, residentId)).toEqual(accounts.map(() => "bill-arrived"));
    const { rows } = await sql<{ plans: number }>`select count(*)::int as plans from outbox
      where kind = 'plan-bill' and payload->>'because' = 'followed' and subject_id = any(${bills.map(({ billId }) => billId)})`.execute(
      core.db,
    );
    expect(rows[0]?.plans).toBeLessThanOrEqual(4 * accounts.length);
  });

  test("an arrival that cannot see who begins to follow at that moment is looked for again when it is over", async () => {
    const residentId = await makeResident(core.db);
    const account = fresh("account");
    const arrival = await core.db.startTransaction().execute();
    await pushBill(arrival, { account });
    await connect(residentId, account);
    await settleFollowUps(core.db);
    await settleFollowUps(core.db);
    await arrival.commit().execute();
    await planAll(core.db);
    expect(await toldTo(core.db, residentId), "not yet: nobody has looked again").toEqual([]);
    await settled();
    await planAll(core.db);
    expect(await toldTo(core.db, residentId)).toEqual(["bill-arrived"]);
  });

  test("whatever the order of arrival and beginning to follow: told, and once", async () => {
    await race("arrival against connecting", async (random) => {
      const residentId = await makeResident(core.db);
      const [account, car] = [fresh("account"), fresh("car")];
      await atOnce(core.db, random, [
        () => pushBill(core.db, { account, subjects: about(car) }),
        () => (random() < 0.5 ? connect(residentId, account) : save(residentId, car)),
        () => settleFollowUps(core.db),
      ]);
      await settled();
      await planAll(core.db);
      expect(await toldTo(core.db, residentId)).toEqual(["bill-arrived"]);
    });
  });

  test("the planner waits for a connection that has the bill's arrival before it", async () => {
    const residentId = await makeResident(core.db);
    const account = fresh("account");
    const { first } = await inOrder(
      core.db,
      (transaction) => pushBill(transaction, { account }),
      () => pushBill(core.db, { account }),
    );
    await connect(residentId, account);
    await planAll(core.db);
    expect(await plansOf(first.billId)).toBeGreaterThan(0);
    expect(await toldTo(core.db, residentId)).toEqual(["bill-arrived"]);
  });
});

describe("a mandate over somebody whom bills are about", () => {
  async function driver() {
    const residentId = await makeResident(core.db);
    const car = fresh("car");
    const [key = ""] = about(car);
    const { id } = await save(residentId, car);
    const methodId = await makeMethod(core, { residentId, token: "token" });
    const mandateId = await makeMandate(core.db, {
      residentId,
      account: `subject/${key}`,
      methods: [methodId],
    });
    return { residentId, car, identifierId: id, mandateId };
  }

  test("pays the biller's bills about it, whatever account stands on them", async () => {
    const { car, mandateId } = await driver();
    const { billId } = await pushBill(core.db, { account: fresh("ruling"), subjects: about(car) });
    await planAll(core.db);
    const planned = await paymentOf(core.db, billId);
    expect(planned).toMatchObject({ mandate_id: mandateId, state: "scheduled" });
    await acceptNotices(core.db, planned.id);
    expect(await askGate(core.db, planned.id)).toMatchObject({ verdict: "passed" });
  });

  test("covers nothing about others, and nothing of another biller", async () => {
    const { car } = await driver();
    await makeBiller(core.db, "parking");
    const other = await pushBill(core.db, { account: fresh("ruling"), subjects: about(fresh("car")) });
    const elsewhere = await pushBill(core.db, {
      billerId: "parking",
      account: fresh("ruling"),
      subjects: about(car),
    });
    await planAll(core.db);
    for (const { billId } of [other, elsewhere])
      expect(
        await core.db.selectFrom("payments").select("id").where("bill_id", "=", billId).execute(),
      ).toEqual([]);
  });

  test("ends with the identifier: who deletes it is debited no more for it", async () => {
    const { car, identifierId } = await driver();
    const { billId } = await pushBill(core.db, { account: fresh("ruling"), subjects: about(car) });
    await planAll(core.db);
    const planned = await paymentOf(core.db, billId);
    await acceptNotices(core.db, planned.id);
    await core.db.deleteFrom("saved_identifiers").where("id", "=", identifierId).execute();
    expect(await askGate(core.db, planned.id)).toMatchObject({ verdict: "ended", check: "mandate" });
    expect(await payment(core.db, planned.id)).toMatchObject({ state: "closed", outcome: "stopped" });
  });
});
