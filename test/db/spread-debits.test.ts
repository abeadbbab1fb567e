import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { NOTICE_PACKS, type NoticePack } from "../../domain/notice-policy.ts";
import { acceptNotices, makePayer, planBillFor } from "../support/rows.ts";
import { type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());
beforeEach(() => setClock(core.db, "2027-03-10T06:00:00.000Z"));

/** Eight o'clock in Moscow on the next day. */
const OPENS = Date.parse("2027-03-11T05:00:00.000Z");
const MINUTE_MS = 60_000;

type Bill = NonNullable<Parameters<typeof planBillFor>[2]>;

/** Minutes after the opening hour at which a debit is looked at, before and after its notice was accepted. */
async function waitOf(change: { readonly pack?: NoticePack; readonly bill?: Bill } = {}) {
  const payer = await makePayer(core, { terms: { noticePack: change.pack ?? NOTICE_PACKS.RU } });
  const { paymentId } = await planBillFor(core.db, payer, change.bill);
  const planned = await lookOf(paymentId);
  await acceptNotices(core.db, paymentId);
  const accepted = await lookOf(paymentId);
  expect(accepted, "the share is the payment's own").toBe(planned);
  return accepted;
}

async function lookOf(paymentId: string): Promise<number> {
  const { rows } = await sql<{
    at: Date;
  }>`select next_look_at as at from payments where id = ${paymentId}`.execute(core.db);
  return (Date.parse(String(rows[0]?.at)) - OPENS) / MINUTE_MS;
}

test("debits of one morning are spread over its first ninety minutes", async () => {
  const waits: number[] = [];
  while (waits.length < 60) waits.push(await waitOf());
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...waits)).toBeLessThan(90);
  for (const from of [0, 30, 60]) {
    const third = waits.filter((wait) => wait >= from && wait < from + 30);
    // a fair third of 60 is below 7 once in a hundred thousand runs
    expect(third.length, `${from} to ${from + 30} minutes`).toBeGreaterThan(6);
  }
});

test("a pack without a spread, as every mandate of before has it, begins with the hour", async () => {
  const { spreadMinutes: _, ...before } = NOTICE_PACKS.RU;
  for (let payer = 0; payer < 5; payer += 1) expect(await waitOf({ pack: before })).toBe(0);
});

test("no share costs a discount, the hours or the notice's end: such a debit comes as soon as it may", async () => {
  await waitOf({
    bill: { discount: { kind: "percent", value: 25, until: "2027-04-30" }, amountMinor: 400_000 },
  });
  // the same debit of a hundred mandates has a hundred shares
  const momentsAt = async (change: {
    readonly endsAt: string;
    readonly from: string;
    readonly notAfter: string;
  }) => {
    const { rows } = await sql<{ minutes: number }>`
      select extract(epoch from debit_moment(v.terms->'noticePack', v.terms->>'zone', jsonb_populate_record(y, jsonb_build_object('mandate_id', 'KV-' || n)),
          jsonb_populate_record(b, jsonb_build_object('discount_ends_at', ${change.endsAt}::text)), ${change.from}, ${change.notAfter})
        - ${change.from}::timestamptz)::float8 / 60 as minutes
      from payments y join bills b on b.id = y.bill_id join mandate_versions v on v.mandate_id = y.mandate_id, generate_series(1, 100) n
      where b.discount_ends_at is not null`.execute(core.db);
    return rows.map(({ minutes }) => minutes);
  };
  const usual = {
    endsAt: "2027-05-01T00:00:00Z",
    from: "2027-03-11T05:00:00Z",
    notAfter: "2027-03-12T19:00:00Z",
  };
  const latest = async (change: Partial<typeof usual>) =>
    Math.max(...(await momentsAt({ ...usual, ...change })));
  expect(await latest({})).toBeGreaterThan(80);
  // an hour before its end a discount is not counted on any more
  expect(await latest({ endsAt: "2027-03-11T06:30:00Z" })).toBeLessThanOrEqual(30);
  expect(await latest({ from: "2027-03-11T18:30:00Z" })).toBeLessThan(30);
  expect(await latest({ notAfter: "2027-03-11T06:40:00Z" })).toBeLessThanOrEqual(40);
});
