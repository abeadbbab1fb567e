import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookAtMandate } from "../../activities/looking.ts";
import { receiveBalances, runTopUp } from "../../db/queries/top-ups.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import type { Terms } from "../../domain/terms.ts";
import type { OnBalance } from "../../domain/trigger.ts";
import { acceptNotices, makePayer, type Payer, rub, skipPayment, stopMandate } from "../support/rows.ts";
import {
  askGate,
  jump,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  setClock,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const trigger: OnBalance = {
  kind: "on-balance",
  below: rub(10_000),
  topUp: rub(30_000),
  perDay: rub(60_000),
  coolDownMinutes: 60,
};
const purpose = (biller: string) => `Top-up: ${biller}`;

async function makeWatching(at: string, change: Partial<OnBalance> = {}, terms: Partial<Terms> = {}) {
  await setClock(core.db, at);
  const payer = await makePayer(core, {
    terms: { trigger: { ...trigger, ...change }, noticePack: NOTICE_PACKS.demo, ...terms },
  });
  await sql`update billers set without_bill = '{"leastMinor": 100, "mostMinor": 1000000}', balances = '{"confirmsTopUps": true}'`.execute(
    core.db,
  );
  return payer;
}

/** The biller tells a balance as it was at an instant. */
const tell = (payer: Payer, balanceMinor: number, at: string) =>
  receiveBalances(core.db, {
    billerId: "gorod-zhkh",
    readings: [{ account: payer.account, balanceMinor, currency: "RUB", at }],
    credited: [],
  });

const credit = (payment: string, at: string) =>
  receiveBalances(core.db, { billerId: "gorod-zhkh", readings: [], credited: [{ payment, at }] });

const look = ({ mandateId }: Payer) => runTopUp(core.db, { mandateId, purpose });

async function topUpsOf({ mandateId }: Payer) {
  const { rows } = await sql<{
    id: string;
    cycle: number;
    state: string;
    outcome: string | null;
    need: string | null;
    plannedOn: string;
    amountMinor: number;
  }>`select y.id, t.cycle, y.state, y.outcome, y.need, y.planned_on as "plannedOn", y.amount_minor as "amountMinor"
    from top_ups t join payments y on y.bill_id = t.bill_id where t.mandate_id = ${mandateId} order by t.cycle`.execute(
    core.db,
  );
  return rows;
}

async function wakesOf({ mandateId }: Payer): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from outbox where kind = 'wake-mandate' and subject_id = ${mandateId}`.execute(
    core.db,
  );
  return rows[0]?.n ?? 0;
}

/** As if the gateway's evidence had been recorded: what follows the money is tested elsewhere. */
/** Its notice is accepted, its moment comes, and its charge leaves. */
async function send(paymentId: string): Promise<void> {
  await acceptNotices(core.db, paymentId);
  await jump(core.db, "4 seconds");
  expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "passed" });
}

async function settle(paymentId: string): Promise<void> {
  await record(core.db, `${paymentId}-1`, seen.charged(30_000));
}

async function paid(paymentId: string): Promise<void> {
  await send(paymentId);
  await settle(paymentId);
}

describe("a balance that falls below the sum", () => {
  test("is topped up once: by a bill of its own, a claim, a reservation and a notice, and debited only after that", async () => {
    const payer = await makeWatching("2027-03-02T09:00:00Z");
    expect(await tell(payer, 5_000, "2027-03-02T08:59:00Z")).toEqual({ readings: ["taken"], credited: [] });
    expect(await wakesOf(payer)).toBe(1);
    expect(await look(payer)).toBe("planned");
    const [payment] = await topUpsOf(payer);
    expect(payment).toMatchObject({ cycle: 1, state: "scheduled", need: null, amountMinor: 30_000 });
    expect(await askGate(core.db, payment!.id)).not.toMatchObject({ verdict: "passed" });
    await acceptNotices(core.db, payment!.id);
    await setClock(core.db, "2027-03-02T09:05:00Z");
    expect(await askGate(core.db, payment!.id)).toMatchObject({ verdict: "passed" });
  });

  test("under the pack of Russia it is debited on the day after its notice, not before", async () => {
    const payer = await makeWatching("2027-03-02T09:00:00Z", {}, { noticePack: NOTICE_PACKS.RU });
    await tell(payer, 5_000, "2027-03-02T08:59:00Z");
    await lookAtMandate(core.db, { mandateId: payer.mandateId });
    expect(await topUpsOf(payer)).toMatchObject([{ plannedOn: "2027-03-03" }]);
  });

  test("told twice, late, out of order and looked at by many at once: one top-up", async () => {
    const payer = await makeWatching("2027-03-03T09:00:00Z");
    await Promise.all([
      tell(payer, 4_000, "2027-03-03T08:58:00Z"),
      tell(payer, 4_000, "2027-03-03T08:58:00Z"),
      tell(payer, 90_000, "2027-03-03T08:50:00Z"),
    ]);
    await Promise.all(Array.from({ length: 10 }, () => look(payer)));
    // an old high one is no word of today, a new low one finds the top-up under way
    expect((await tell(payer, 90_000, "2027-03-03T08:57:00Z")).readings).toEqual(["older"]);
    await tell(payer, 3_000, "2027-03-03T08:59:30Z");
    expect(await look(payer)).toBe("under-way");
    expect(await topUpsOf(payer)).toHaveLength(1);
  });

  test("the worker killed between reading and planning: the next look plans, once", async () => {
    const payer = await makeWatching("2027-03-04T09:00:00Z");
    await tell(payer, 5_000, "2027-03-04T08:59:00Z");
    const killed = runTopUp(core.db, {
      mandateId: payer.mandateId,
      purpose: () => {
        throw new Error("killed");
      },
    });
    await expect(killed).rejects.toThrow("killed");
    expect(await topUpsOf(payer)).toEqual([]);
    await look(payer);
    await look(payer);
    expect(await topUpsOf(payer)).toHaveLength(1);
  });

  test("paid, it waits for the biller's word, and a reading older than that word triggers nothing", async () => {
    const payer = await makeWatching("2027-03-05T09:00:00Z", { coolDownMinutes: 0 });
    await tell(payer, 5_000, "2027-03-05T08:59:00Z");
    await look(payer);
    const [first] = await topUpsOf(payer);
    await paid(first!.id);
    await setClock(core.db, "2027-03-05T10:00:00Z");
    await tell(payer, 4_000, "2027-03-05T09:59:00Z");
    expect(await look(payer)).toBe("biller-has-not-confirmed");
    expect((await credit(first!.id, "2027-03-05T09:59:30Z")).credited).toEqual(["taken"]);
    // the first word stands, whatever comes again
    await credit(first!.id, "2027-03-05T09:00:00Z");
    expect(await look(payer)).toBe("reading-before-last-top-up");
    await tell(payer, 3_000, "2027-03-05T10:00:10Z");
    expect(await look(payer)).toBe("planned");
    expect(await topUpsOf(payer)).toMatchObject([{ cycle: 1 }, { cycle: 2 }]);
  });

  test("the biller's word may come before ours that it is paid", async () => {
    const payer = await makeWatching("2027-03-06T09:00:00Z", { coolDownMinutes: 0 });
    await tell(payer, 5_000, "2027-03-06T08:59:00Z");
    await look(payer);
    const [first] = await topUpsOf(payer);
    await send(first!.id);
    await credit(first!.id, "2027-03-06T09:00:05Z");
    await setClock(core.db, "2027-03-06T09:10:00Z");
    await tell(payer, 5_000, "2027-03-06T09:09:00Z");
    expect(await look(payer)).toBe("under-way");
    await settle(first!.id);
    expect(await look(payer)).toBe("planned");
  });

  test("the cool-down and the day's cap hold it back, and it looks again by itself when they are over", async () => {
    const payer = await makeWatching("2027-03-07T09:00:00Z", { perDay: rub(50_000) });
    await tell(payer, 5_000, "2027-03-07T08:59:00Z");
    await look(payer);
    const [first] = await topUpsOf(payer);
    await paid(first!.id);
    await credit(first!.id, "2027-03-07T09:00:05Z");
    await setClock(core.db, "2027-03-07T09:30:00Z");
    await tell(payer, 5_000, "2027-03-07T09:29:00Z");
    expect(await look(payer)).toBe("cool-down");
    expect(await nextLookOf(payer)).toMatch(/^2027-03-07T10:00:0\d/);
    await setClock(core.db, "2027-03-07T10:01:00Z");
    expect(await look(payer)).toBe("daily-cap");
    // the day of the payer's zone
    expect(await nextLookOf(payer)).toBe("2027-03-07T21:00:00.000Z");
    await setClock(core.db, "2027-03-07T21:00:01Z");
    expect(await look(payer)).toBe("planned");
    expect(await nextLookOf(payer)).toBeNull();
  });

  test("the day's cap counts days of debit: two notices of one evening are two debits of the next day", async () => {
    const payer = await makeWatching(
      "2027-03-08T18:00:00Z",
      { perDay: rub(50_000), coolDownMinutes: 0 },
      { noticePack: NOTICE_PACKS.RU },
    );
    await tell(payer, 5_000, "2027-03-08T17:59:00Z");
    await look(payer);
    const [first] = await topUpsOf(payer);
    expect(first).toMatchObject({ plannedOn: "2027-03-09" });
    // as if it had been debited this very evening: what is counted is the day that it was planned for
    await sql`update billers set balances = '{"confirmsTopUps": false}'`.execute(core.db);
    await sql`update payments set state = 'paid', paid_at = business_now(), paid_minor = amount_minor where id = ${first!.id}`.execute(
      core.db,
    );
    await setClock(core.db, "2027-03-08T18:10:00Z");
    await tell(payer, 5_000, "2027-03-08T18:09:00Z");
    expect(await look(payer)).toBe("daily-cap");
  });

  test("skipped by its payer, it is not tried again on the same day", async () => {
    const payer = await makeWatching("2027-03-10T09:00:00Z", { coolDownMinutes: 0 });
    await tell(payer, 5_000, "2027-03-10T08:59:00Z");
    await look(payer);
    const [first] = await topUpsOf(payer);
    await skipPayment(core.db, first!.id, payer.residentId);
    await sql`select close_payment(payment_id, outcome, 'stopped') from stopped_payments(100)`.execute(
      core.db,
    );
    await setClock(core.db, "2027-03-10T09:10:00Z");
    await tell(payer, 5_000, "2027-03-10T09:09:00Z");
    expect(await look(payer)).toBe("cool-down");
    await setClock(core.db, "2027-03-10T21:00:01Z");
    expect(await look(payer)).toBe("planned");
  });

  test("a pause leaves it alone, a cancellation forgets the balance", async () => {
    const payer = await makeWatching("2027-03-11T09:00:00Z");
    await tell(payer, 5_000, "2027-03-11T08:59:00Z");
    await stopMandate(core.db, { mandateId: payer.mandateId, kind: "pause" });
    expect(await look(payer)).toBe("not-watched");
    await stopMandate(core.db, { mandateId: payer.mandateId, kind: "cancel" });
    const { rows } = await sql`select 1 from balance_readings where mandate_id = ${payer.mandateId}`.execute(
      core.db,
    );
    expect(rows).toEqual([]);
  });

  test("of what nobody watches nothing is kept, and a time that has not come is refused", async () => {
    const payer = await makeWatching("2027-03-12T09:00:00Z");
    const other = { ...payer, account: "of a stranger" };
    expect((await tell(other, 5_000, "2027-03-12T08:59:00Z")).readings).toEqual(["taken"]);
    const { rows } = await sql`select 1 from balance_readings r join mandates m on m.id = r.mandate_id
      where m.account = 'of a stranger'`.execute(core.db);
    expect(rows).toEqual([]);
    expect((await tell(payer, 5_000, "2027-03-12T09:02:00Z")).readings).toEqual(["ahead"]);
    expect(await look(payer)).toBe("no-reading");
    expect((await credit("KV-NOBODY", "2027-03-12T08:00:00Z")).credited).toEqual(["unknown"]);
  });

  test("a sum that its biller does not take any more is left out, once a day", async () => {
    const payer = await makeWatching("2027-03-13T09:00:00Z", {
      topUp: rub(2_000_000),
      perDay: rub(2_000_000),
    });
    await tell(payer, 5_000, "2027-03-13T08:59:00Z");
    expect(await look(payer)).toBe("left-out");
    await setClock(core.db, "2027-03-13T10:00:00Z");
    await tell(payer, 5_000, "2027-03-13T09:59:00Z");
    expect(await look(payer)).toBe("cool-down");
  });
});

async function nextLookOf({ mandateId }: Payer): Promise<string | null> {
  const { rows } = await sql<{ at: string | null }>`
    select next_look_at as at from mandates where id = ${mandateId}`.execute(core.db);
  return rows[0]?.at ?? null;
}
