import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { afterNotCharged } from "../../domain/retry-policy.ts";
import { confirmPayment, makePayer, payment, payNow, pushBill, skipPayment } from "../support/rows.ts";
import { leaseNotifications } from "../../db/queries/notifications.ts";
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

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(4);
});
afterAll(() => core.close());

const HOUR = 3_600_000;

/** A debit that waits for its payer since its first charge asked for them. */
async function asked(): Promise<Due> {
  const due = await makeDue(core);
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  const plan = afterNotCharged({
    gateway: "yookassa",
    how: "declined",
    reason: "3d_secure_failed",
    initiatedBy: "mit",
    attempt: 1,
  });
  await record(core.db, due.chargeId, seen.declined(), plan);
  expect(await payment(core.db, due.paymentId)).toMatchObject({
    state: "needs-payer",
    need: "confirm-again",
  });
  return due;
}

type Reminder = {
  readonly state: string;
  readonly why: string | null;
  readonly due_at: string;
  readonly args: { readonly giveUpAt: string };
};

async function reminders(paymentId: string): Promise<readonly Reminder[]> {
  const { rows } = await sql<Reminder>`select state, why, due_at, args from notifications
    where payment_id = ${paymentId} and event = 'confirmation-reminder' order by due_at, created_at`.execute(
    core.db,
  );
  return rows;
}

describe("a payment that waits for its payer", () => {
  test("reminds a day later, a day before the end and on the last morning, and names the end in each", async () => {
    const { paymentId } = await asked();
    const row = await payment(core.db, paymentId);
    const queued = await reminders(paymentId);
    const until = Date.parse(row.give_up_at);
    expect(queued).toHaveLength(3);
    const [first, second, last] = queued.map(({ due_at: at }) => Date.parse(at));
    expect((first ?? 0) - Date.parse(row.changed_at)).toBeGreaterThan(24 * HOUR - 5_000);
    expect(second).toBe(until - 24 * HOUR);
    expect(new Date((last ?? 0) + 3 * HOUR).toISOString().slice(11, 16)).toBe("09:00");
    for (const { state, args } of queued) {
      expect(state).toBe("queued");
      expect(Date.parse(args.giveUpAt)).toBe(until);
    }
  });

  test("is not reminded before the time has come, and then once", async () => {
    const { paymentId } = await asked();
    const sent = async () => {
      const leased = await leaseNotifications(core.db, 500);
      return leased.filter(
        ({ event, args }) => event === "confirmation-reminder" && args["paymentId"] === paymentId,
      ).length;
    };
    expect(await sent()).toBe(0);
    await jump(core.db, "25 hours");
    expect(await sent()).toBe(1);
    expect(await sent()).toBe(0);
  });

  const meets: readonly (readonly [string, (due: Due) => Promise<unknown>])[] = [
    [
      "confirmed",
      ({ paymentId, residentId, methodId }) => confirmPayment(core.db, { paymentId, residentId, methodId }),
    ],
    ["found paid after all", ({ chargeId }) => record(core.db, chargeId, seen.charged())],
    ["skipped", ({ paymentId, residentId }) => skipPayment(core.db, paymentId, residentId)],
    [
      "taken over by another payer",
      async ({ billId }) => {
        const { residentId, methodId } = await makePayer(core);
        expect(await payNow(core.db, { billId, residentId, methodId })).toMatchObject({
          paymentId: expect.any(String),
        });
      },
    ],
    [
      "closed",
      ({ paymentId }) => sql`select close_payment(${paymentId}, 'stopped', 'test')`.execute(core.db),
    ],
  ];
  test.each(meets)("once %s, no reminder is left, from that very moment", async (_name, meet) => {
    const due = await asked();
    await meet(due);
    const left = await reminders(due.paymentId);
    expect(left).toHaveLength(3);
    for (const one of left) expect(one).toMatchObject({ state: "dropped", why: "collapsed" });
  });

  test("that is asked again, after its link at the bank has expired, is told so and reminded anew", async () => {
    const due = await asked();
    const { paymentId, residentId, methodId } = due;
    await confirmPayment(core.db, { paymentId, residentId, methodId });
    expect(await askGate(core.db, paymentId)).toMatchObject({ verdict: "passed" });
    const plan = afterNotCharged({
      gateway: "yookassa",
      how: "expired",
      reason: "expired_on_confirmation",
      initiatedBy: "cit",
      attempt: 2,
    });
    const expired = { ...seen.declined("expired_on_confirmation"), how: "expired" } as const;
    await record(core.db, `${paymentId}-2`, expired, plan);
    const states = (await reminders(paymentId)).map(({ state }) => state);
    expect(states.filter((state) => state === "queued")).toHaveLength(3);
    expect(states.filter((state) => state === "dropped")).toHaveLength(3);
    const { rows } = await sql<{ args: { because: string } }>`select args from notifications
      where payment_id = ${paymentId} and event = 'needs-confirmation' order by created_at desc limit 1`.execute(
      core.db,
    );
    expect(rows[0]?.args.because).toBe("confirmation-expired");
  });

  test("whose amount changes meanwhile is reminded of the new amount only", async () => {
    const due = await asked();
    await sql`update payments set amount_minor = amount_minor + 100 where id = ${due.paymentId}`.execute(
      core.db,
    );
    const queued = (await reminders(due.paymentId)).filter(({ state }) => state === "queued");
    expect(queued).toHaveLength(3);
    for (const { args } of queued) expect(args).toMatchObject({ amount: { amountMinor: 512_445 } });
  });

  test("for something that no payer can mend is not reminded", async () => {
    const due = await makeDue(core);
    await sql`update payments set state = 'needs-payer', need = 'payee-changed' where id = ${due.paymentId}`.execute(
      core.db,
    );
    expect(await reminders(due.paymentId)).toEqual([]);
    const { billId } = await pushBill(core.db, { account: "nobody’s" });
    expect(billId).not.toBe("");
  });
});

test("reminders keep away from the first message, from each other and from the end, whatever the deadline", async () => {
  const zone = fc.constantFrom("Europe/Moscow", "Asia/Vladivostok", "America/Los_Angeles");
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 24 * 60 }), zone, async (hours, inZone) => {
      const { rows } = await sql<{ after: number; left: number }>`
        select (extract(epoch from r - t.asked) / 3600)::float8 as after, (extract(epoch from t.deadline - r) / 3600)::float8 as left
          from (select '2027-03-01T07:00:00Z'::timestamptz as asked, '2027-03-01T07:00:00Z'::timestamptz + make_interval(hours => ${hours}::int) as deadline) t,
               reminder_moments(t.asked, t.deadline, ${inZone}) r`.execute(core.db);
      const after = rows.map((row) => row.after);
      expect(after.length).toBeLessThanOrEqual(3);
      for (const [index, at] of after.entries())
        expect(at - (after[index - 1] ?? 0)).toBeGreaterThanOrEqual(6);
      for (const row of rows) expect(row.left).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 60 },
  );
});
