import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addBill, findBill, receivePaper, type ReceivedBill } from "../../db/queries/bills.ts";
import { makeBiller, makeResident, payNow, pushBill } from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
  await makeBiller(core.db);
});
afterAll(() => core.close());

let serial = 0;
const freshAccount = () => `paper-${(serial += 1)}`;

/** What a push of this account would be stored as, but from paper. */
async function paperOf(account: string, amountMinor: number): Promise<ReceivedBill> {
  const template = await pushBill(core.db, { account: `${account}-template`, period: "2026-12" });
  const { rows } = await sql<{
    words: ReceivedBill;
  }>`select words_of(b) as words from bills b where id = ${template.billId}`.execute(core.db);
  const { rows: keys } = await sql<{
    key: string;
  }>`select encode(sha256(${account}::bytea), 'hex') as key`.execute(core.db);
  const [words] = rows;
  if (words === undefined) throw new Error("no words");
  return {
    ...words.words,
    source: "paper",
    identityKey: keys[0]?.key ?? "",
    account,
    version: 1,
    amountMinor,
    fullMinor: amountMinor,
    contentHash: `paper of ${amountMinor}`,
    delivery: "paper",
    subjects: [],
    payments: [],
    overpaid: false,
    acknowledgement: null,
  };
}

const stateOf = async (id: string) =>
  core.db
    .selectFrom("bills")
    .select(["state", "source", "amount_minor as amountMinor"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();

test("ten people with ten papers of one debt, all at once: one bill, and the first sum stands", async () => {
  const account = freshAccount();
  const papers = await Promise.all(
    [1, 2, 1, 2, 1, 2, 1, 2, 1, 2].map((sum) => paperOf(account, sum * 10_000)),
  );
  const answers = await Promise.all(papers.map((paper) => receivePaper(core.db, paper)));
  expect(new Set(answers.map(({ billId }) => billId)).size).toBe(1);
  expect(answers.filter(({ result }) => result === "conflict")).toHaveLength(5);
});

test("a source and a paper at the same moment: the source's word stands, whoever came first", async () => {
  for (let round = 0; round < 8; round += 1) {
    const account = freshAccount();
    const paper = await paperOf(account, 99_900);
    const push = {
      ...paper,
      source: "push",
      amountMinor: 50_000,
      fullMinor: 50_000,
      contentHash: "push",
      delivery: "d",
    };
    const tell = () =>
      sql<{
        answer: { billId: string };
      }>`select receive_bill(${JSON.stringify(push)}::jsonb) as answer`.execute(core.db);
    const [{ billId }, told] = await Promise.all([receivePaper(core.db, paper), tell()]);
    expect(told.rows[0]?.answer.billId).toBe(billId);
    expect(await stateOf(billId)).toEqual({ state: "owed", source: "push", amountMinor: 50_000 });
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from bill_sources where bill_id = ${billId}`.execute(core.db);
    expect(rows[0]?.n).toBe(0);
  }
});

test("a paper that comes after its source changes nothing, and is answered with the source's bill", async () => {
  const account = freshAccount();
  const paper = await paperOf(account, 99_900);
  const first = await receivePaper(core.db, paper);
  const push = {
    ...paper,
    source: "push",
    amountMinor: 50_000,
    fullMinor: 50_000,
    contentHash: "push",
    delivery: "d",
  };
  await sql`select receive_bill(${JSON.stringify(push)}::jsonb)`.execute(core.db);
  expect(await receivePaper(core.db, paper)).toEqual({ billId: first.billId, result: "known" });
  expect(await stateOf(first.billId)).toMatchObject({ source: "push", amountMinor: 50_000 });
});

test("a paper plans nothing and tells nobody but whoever added it", async () => {
  const account = freshAccount();
  const residentId = await makeResident(core.db);
  const { billId } = await receivePaper(core.db, await paperOf(account, 70_000));
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from outbox where subject_id = ${billId}`.execute(core.db);
  expect(rows[0]?.n).toBe(0);
  await addBill(core.db, { residentId, billId, label: null });
  expect(await findBill(core.db, { residentId, billId })).toMatchObject({ seen_by: ["added"] });
});

test("a paper that was paid with too small a sum: what its source then says is due is a further part, never the whole again", async () => {
  const paper = await paperOf(freshAccount(), 10_000);
  const { billId } = await receivePaper(core.db, paper);
  const residentId = await makeResident(core.db);
  await addBill(core.db, { residentId, billId, label: null });
  const { paymentId = "" } = await payNow(core.db, { billId, residentId, amountMinor: 10_000 });
  const twice = { billId, residentId: await makeResident(core.db), amountMinor: 10_000 };
  expect(await payNow(core.db, twice), "one debt, one payment").toMatchObject({ refused: "bill-being-paid" });
  await askGate(core.db, paymentId);
  await record(core.db, `${paymentId}-1`, seen.charged(10_000));
  expect(await stateOf(billId)).toMatchObject({ state: "paid" });
  const push = {
    ...paper,
    source: "push",
    amountMinor: 512_345,
    fullMinor: 512_345,
    contentHash: "push",
    delivery: "d",
    acknowledgement: "matched",
  };
  await sql`select receive_bill(${JSON.stringify(push)}::jsonb)`.execute(core.db);
  expect(await stateOf(billId)).toEqual({ state: "owed", source: "push", amountMinor: 502_345 });
});

test.each([
  [1, { state: "owed", source: "push", amountMinor: 512_344 }],
  [512_345, { state: "paid", source: "push", amountMinor: 512_345 }],
])(
  "a stranger's paper paid with %i: whoever owes the rest is asked for it at once, and for nothing where nothing is left",
  async (sum, then) => {
    const paper = await paperOf(freshAccount(), sum);
    const { billId } = await receivePaper(core.db, paper);
    const residentId = await makeResident(core.db);
    await addBill(core.db, { residentId, billId, label: null });
    const { paymentId = "" } = await payNow(core.db, { billId, residentId, amountMinor: sum });
    await askGate(core.db, paymentId);
    await record(core.db, `${paymentId}-1`, seen.charged(sum));
    const push = {
      ...paper,
      source: "push",
      amountMinor: 512_345,
      fullMinor: 512_345,
      contentHash: "push",
      delivery: "d",
    };
    await sql`select receive_bill(${JSON.stringify(push)}::jsonb)`.execute(core.db);
    expect(await stateOf(billId)).toEqual(then);
    const { rows } = await sql`select kind from cases where subject = ${billId}`.execute(core.db);
    expect(rows).toEqual([]);
  },
);

test("a paper whose account and month name two debts of a source is neither of them, and no third", async () => {
  const paper = await paperOf(freshAccount(), 50_000);
  for (const uin of ["first", "second"]) {
    await pushBill(core.db, {
      account: paper.account,
      uin,
      identityKey: paper.identityKey.replace(/^.{8}/, uin === "first" ? "11111111" : "22222222"),
      accountKey: paper.identityKey,
    });
  }
  expect(await receivePaper(core.db, paper)).toMatchObject({ result: "conflict" });
  const { rows } =
    await sql`select 1 from bills where source = 'paper' and account = ${paper.account}`.execute(core.db);
  expect(rows).toEqual([]);
});
