import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dateOfDayNumber } from "../../domain/calendar.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { nextPayday, ownPayday, PAYDAYS } from "../../domain/paydays.ts";
import { afterNotCharged, type FailedTry } from "../../domain/retry-policy.ts";
import { acceptNotices, livingNotice, makePayer, payment, type Payer, planBillFor } from "../support/rows.ts";
import { askGate, type MoneyCore, openMoneyCore, record, seen, setClock } from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(4);
});
afterAll(() => core.close());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday morning in Moscow. */
const monday = "2027-03-01T07:00:00Z";
beforeEach(() => setClock(core.db, monday));

const failed = (change: Partial<FailedTry>): FailedTry => ({
  gateway: "yookassa",
  how: "declined",
  reason: "insufficient_funds",
  initiatedBy: "mit",
  attempt: 1,
  ...change,
});

type Step = { readonly at: string; readonly kind: string };

/** A debit under the rules of the Russian market, at its moment: its notice was accepted the day before. */
async function dueUnderRussianRules(payer: Payer, dueOn = "2027-03-22") {
  const planned = await planBillFor(core.db, payer, { dueOn, period: dueOn.slice(0, 7) });
  await acceptNotices(core.db, planned.paymentId);
  const { not_before: at } = await payment(core.db, planned.paymentId);
  await setClock(core.db, new Date(Date.parse(at) + 1_000).toISOString());
  expect(await askGate(core.db, planned.paymentId)).toMatchObject({ verdict: "passed" });
  return planned;
}

const russian = () => makePayer(core, { terms: { noticePack: NOTICE_PACKS.RU } });

/** The first charge of a debit is declined; answers the payment with its plan. */
async function declinedOnce(failure: Partial<FailedTry>, dueOn?: string) {
  const { paymentId } = await dueUnderRussianRules(await russian(), dueOn);
  await record(
    core.db,
    `${paymentId}-1`,
    seen.declined(failure.reason ?? "insufficient_funds"),
    afterNotCharged(failed(failure)),
  );
  const row = await payment(core.db, paymentId);
  return { paymentId, row, steps: (row.plan ?? []) as unknown as readonly Step[] };
}

const moscow = (at: string) => new Date(Date.parse(at) + 3 * HOUR).toISOString();

describe("the plan of tries", () => {
  test("for want of money: tomorrow, payday, the last safe day; written down at the first failure and told with it", async () => {
    const { paymentId, row, steps } = await declinedOnce({});
    expect(steps.map(({ kind }) => kind)).toEqual(["after-days", "payday"]);
    // failed on Tuesday the 2nd at 08:00; the 5th is a Friday; the last safe day is more than two weeks away
    expect(steps.map(({ at }) => moscow(at).slice(0, 10))).toEqual(["2027-03-03", "2027-03-05"]);
    expect(row).toMatchObject({ state: "scheduled", reason: "insufficient_funds", remark: null });
    expect(row.not_before).toBe(new Date(Date.parse(steps[0]?.at ?? "")).toISOString());
    expect(await livingNotice(core.db, paymentId)).toMatchObject({
      state: "queued",
      not_before: row.not_before,
    });
    const { rows } = await sql<{
      args: { plan: readonly Step[]; because: string };
    }>`select args from notifications
      where payment_id = ${paymentId} and event = 'failed-retry'`.execute(core.db);
    expect(rows).toMatchObject([{ args: { plan: steps, because: "not-enough-money" } }]);
  });

  test("with a debt that is due soon the last safe day is among them, and it is the last", async () => {
    const { steps, row } = await declinedOnce({}, "2027-03-09");
    expect(steps.map(({ kind, at }) => [kind, moscow(at).slice(0, 10)])).toEqual([
      ["after-days", "2027-03-03"],
      ["payday", "2027-03-05"],
      ["last-safe-day", "2027-03-08"],
    ]);
    expect(Date.parse(steps.at(-1)?.at ?? "")).toBeLessThanOrEqual(Date.parse(row.give_up_at));
  });

  test("a rule that leaves no lawful day makes way for the next one, and with none left the payer is asked", async () => {
    expect((await declinedOnce({}, "2027-03-04")).steps.map(({ kind }) => kind)).toEqual(["after-days"]);
    await setClock(core.db, monday);
    expect((await declinedOnce({}, "2027-03-03")).row).toMatchObject({
      state: "needs-payer",
      need: "new-method",
      plan: null,
    });
  });

  test("the wait that the network asks for is the shortest one", async () => {
    for (const [networkAdviceCode, days] of [
      ["26", 2],
      ["28", 6],
      ["30", 10],
    ] as const) {
      const { row, steps } = await declinedOnce({ reason: "general_decline", advice: { networkAdviceCode } });
      expect(Date.parse(row.not_before) - Date.parse(row.changed_at)).toBeGreaterThanOrEqual(
        days * DAY - 1_000,
      );
      expect(steps.length).toBeGreaterThan(0);
    }
  });

  test("keeps hours, order, distance, last safe instant and fourteen days, whatever the reason and the day", async () => {
    const codes = [
      "insufficient_funds",
      "general_decline",
      "issuer_unavailable",
      "internal_timeout",
      "payment_method_limit_exceeded",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...codes),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 0, max: 27 }),
        fc.constantFrom(undefined, "24", "27", "29"),
        async (reason, dueInDays, later, networkAdviceCode) => {
          const start = Date.parse(monday) + later * DAY;
          await setClock(core.db, new Date(start).toISOString());
          const dueOn = new Date(start + dueInDays * DAY).toISOString().slice(0, 10);
          const advice = networkAdviceCode === undefined ? {} : { advice: { networkAdviceCode } };
          const { row, steps } = await declinedOnce({ reason, ...advice }, dueOn);
          const funds = reason === "insufficient_funds" || reason === "payment_method_limit_exceeded";
          let before = Date.parse(row.changed_at) - (funds ? 2_000 : 0);
          for (const { at, kind } of steps) {
            const time = moscow(at).slice(11, 16);
            expect(time >= "08:00" && time < "22:00", at).toBe(true);
            expect(Date.parse(at)).toBeLessThanOrEqual(Date.parse(row.give_up_at));
            expect(Date.parse(at) - before).toBeGreaterThanOrEqual(funds ? DAY : 0);
            if (kind !== "after-minutes")
              expect(Date.parse(at) - Date.parse(row.changed_at)).toBeLessThan(15 * DAY);
            before = Date.parse(at);
          }
          expect(row.state).toBe(steps.length === 0 ? "needs-payer" : "scheduled");
        },
      ),
      { numRuns: 25 },
    );
  });

  test("spreads the tries of many over the morning, each always by the same share", async () => {
    const hours = JSON.stringify({ from: "08:00", to: "22:00" });
    const { rows } = await sql<{ at: string; again: string }>`
      select with_jitter(t.at, t.failed, ${hours}::jsonb, 'Europe/Moscow', 'payment-' || n) as at,
             with_jitter(t.at, t.failed, ${hours}::jsonb, 'Europe/Moscow', 'payment-' || n) as again
        from generate_series(1, 400) n, (select '2027-03-03T07:15:00Z'::timestamptz as at, '2027-03-02T05:00:00Z'::timestamptz as failed) t`.execute(
      core.db,
    );
    const minutes = rows.map(({ at }) => (Date.parse(at) - Date.parse("2027-03-03T07:15:00Z")) / 60_000);
    expect(rows.every(({ at, again }) => at === again)).toBe(true);
    expect(Math.max(...minutes)).toBeLessThanOrEqual(84);
    expect(Math.min(...minutes)).toBeGreaterThanOrEqual(-84);
    expect(new Set(minutes.map((moved) => Math.floor(moved / 10))).size).toBeGreaterThan(12);
  });
});

describe("another card in the place of the first", () => {
  test("follows for want of money only when no lawful day is left, and only once", async () => {
    const payer = await makePayer(core, { cards: 2, terms: { noticePack: NOTICE_PACKS.RU } });
    const { paymentId } = await dueUnderRussianRules(payer, "2027-03-03");
    await record(core.db, `${paymentId}-1`, seen.declined("insufficient_funds"), afterNotCharged(failed({})));
    const row = await payment(core.db, paymentId);
    expect(row).toMatchObject({ state: "scheduled", plan: null });
    expect(row.method_id).not.toBe(payer.methodId);
    expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "passed" });
    await record(
      core.db,
      `${paymentId}-2`,
      seen.declined("insufficient_funds"),
      afterNotCharged(failed({ attempt: 2 })),
    );
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "needs-payer", need: "new-method" });
  });

  test("waits while the first card has days left, and never follows a permission that is gone or suspicion", async () => {
    for (const [reason, state] of [
      ["insufficient_funds", "scheduled"],
      ["permission_revoked", "needs-payer"],
      ["fraud_suspected", "needs-payer"],
    ] as const) {
      await setClock(core.db, monday);
      const payer = await makePayer(core, { cards: 2, terms: { noticePack: NOTICE_PACKS.RU } });
      const { paymentId } = await dueUnderRussianRules(payer);
      await record(core.db, `${paymentId}-1`, seen.declined(reason), afterNotCharged(failed({ reason })));
      expect(await payment(core.db, paymentId)).toMatchObject({ state, method_id: payer.methodId });
    }
  });
});

describe("paydays", () => {
  test("are those of the domain, for any day and any days of the month", async () => {
    const days = fc.oneof(
      fc.constant([...PAYDAYS]),
      fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20_000, max: 25_000 }).map(dateOfDayNumber),
        days,
        async (today, among) => {
          const { rows } = await sql<{
            day: string | null;
          }>`select next_payday(${today}::date, ${among}::int[]) as day`.execute(core.db);
          expect(rows[0]?.day ?? undefined).toBe(nextPayday(today, among));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("are a payer's own once enough of their debits went through on one day of the month", async () => {
    const { db } = core;
    const payer = await makePayer(core, { terms: { noticePack: NOTICE_PACKS.RU } });
    const on: string[] = [];
    const days = ["2026-11-17", "2026-12-17", "2027-01-03", "2027-02-17"];
    for (const day of days) {
      expect(await own(payer)).toBeNull();
      await setClock(db, `${day}T09:00:00Z`);
      const { paymentId } = await dueUnderRussianRules(payer, `${day.slice(0, 8)}28`);
      await record(db, `${paymentId}-1`, seen.charged());
      const charge = await db
        .selectFrom("charges")
        .select("first_sent_at")
        .where("id", "=", `${paymentId}-1`)
        .executeTakeFirstOrThrow();
      on.push(moscow(charge.first_sent_at).slice(0, 10));
    }
    expect(await own(payer)).toBe(ownPayday(on));
    expect(ownPayday(on)).toBe(18);
  });

  async function own({ residentId }: Payer): Promise<number | null | undefined> {
    const { rows } = await sql<{ day: number | null }>`
      select own_payday(${residentId}, 'Europe/Moscow') as day`.execute(core.db);
    return rows[0]?.day;
  }
});
