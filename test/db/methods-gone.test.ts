import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stopMandate } from "../../db/queries/mandates.ts";
import { followWithdrawals } from "../../db/queries/sweeping.ts";
import { readWithdrawal, watchMethodExpiry, withdrawMethod } from "../../db/queries/withdrawals.ts";
import { acceptNotices, livingNotice, payment, planAll, sendMessages, toldTo } from "../support/rows.ts";
import {
  askGate,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  setClock,
  tryAgainSoon,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());
beforeEach(() => setClock(core.db, "2026-11-01T09:00:00Z"));

async function methodsOf({ residentId }: Due): Promise<readonly string[]> {
  const rows = await core.db
    .selectFrom("methods")
    .select("id")
    .where("resident_id", "=", residentId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** A card's month; its last day is the last of that month. */
async function expires(methodId: string, month: number, year: number): Promise<void> {
  await sql`update methods set expiry_month = ${month}, expiry_year = ${year} where id = ${methodId}`.execute(
    core.db,
  );
}

async function method(id: string) {
  return core.db.selectFrom("methods").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

async function mandate({ mandateId }: Due) {
  return core.db.selectFrom("mandates").selectAll().where("id", "=", mandateId).executeTakeFirstOrThrow();
}

const kept = async (due: Due) =>
  (await toldTo(core.db, due.residentId)).filter((event) => event.startsWith("method-"));

describe("the watch over a card's month", () => {
  test("its owner is warned 30 days and 7 days before its last day, each once, and told when it is over", async () => {
    const due = await makeDue(core);
    await expires(due.methodId, 12, 2026);
    const days: readonly (readonly [string, readonly string[]])[] = [
      ["2026-11-30T20:59:00Z", []],
      ["2026-11-30T21:01:00Z", ["method-expiring"]],
      ["2026-12-23T20:59:00Z", ["method-expiring"]],
      ["2026-12-23T21:01:00Z", ["method-expiring", "method-expiring"]],
      ["2026-12-31T20:59:00Z", ["method-expiring", "method-expiring"]],
      ["2026-12-31T21:01:00Z", ["method-expired", "method-expiring", "method-expiring"]],
    ];
    for (const [instant, told] of days) {
      await setClock(core.db, instant);
      await watchMethodExpiry(core.db, 100);
      await watchMethodExpiry(core.db, 100);
      await sendMessages(core.db);
      expect({ instant, told: (await kept(due)).toSorted() }).toEqual({ instant, told });
    }
    expect(await method(due.methodId)).toMatchObject({ state: "unusable", state_reason: "expired" });
  });

  test("the last day is a civil day of its owner: the same instant ends one card and not the other", async () => {
    const [east, west] = [await makeDue(core), await makeDue(core)];
    await sql`update residents set zone = 'America/New_York' where id = ${west.residentId}`.execute(core.db);
    for (const { methodId } of [east, west]) await expires(methodId, 12, 2026);
    await setClock(core.db, "2027-01-01T01:00:00Z");
    await watchMethodExpiry(core.db, 100);
    expect((await method(east.methodId)).state).toBe("unusable");
    expect((await method(west.methodId)).state).toBe("active");
  });

  test("a card bound a week before its end gets one warning, not two", async () => {
    const due = await makeDue(core);
    await setClock(core.db, "2026-12-28T09:00:00Z");
    await expires(due.methodId, 12, 2026);
    await watchMethodExpiry(core.db, 100);
    expect(await kept(due)).toEqual(["method-expiring"]);
  });

  test("a card without a known month is left alone", async () => {
    const due = await makeDue(core);
    await setClock(core.db, "2050-01-01T00:00:00Z");
    await watchMethodExpiry(core.db, 100);
    expect((await method(due.methodId)).state).toBe("active");
  });
});

const goings: readonly (readonly [string, (due: Due) => Promise<unknown>])[] = [
  ["withdrawn", (due) => withdrawMethod(core.db, due)],
  [
    "expired",
    async (due) => {
      await expires(due.methodId, 10, 2026);
      await watchMethodExpiry(core.db, 100);
    },
  ],
];

describe.each(goings)("a card that is %s", (_, goes) => {
  test("its planned debit moves to the next consented card, and nothing is sent before a new notice is accepted", async () => {
    const due = await makeDue(core, { cards: 2 });
    const [, second = ""] = await methodsOf(due);
    const before = await livingNotice(core.db, due.paymentId);
    await goes(due);
    await followWithdrawals(core.db);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "scheduled", method_id: second });
    const notice = await livingNotice(core.db, due.paymentId);
    expect(notice).toMatchObject({ state: "queued", method_id: second });
    expect(notice?.id).not.toBe(before?.id);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "not-now", check: "notice" });
    await acceptNotices(core.db, due.paymentId);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
    expect((await mandate(due)).state).toBe("active");
  });

  test("the gate that comes before the sweep does the same by itself", async () => {
    const due = await makeDue(core, { cards: 2 });
    const [, second = ""] = await methodsOf(due);
    await goes(due);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({
      verdict: "not-now",
      reason: "another method",
    });
    expect(await livingNotice(core.db, due.paymentId)).toMatchObject({ state: "queued", method_id: second });
    await followWithdrawals(core.db);
    const notices = await core.db
      .selectFrom("notices")
      .select("id")
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(notices, "one notice more, not two").toHaveLength(2);
  });

  test("where it was the last one the mandate pauses, and its owner is told", async () => {
    const due = await makeDue(core);
    await goes(due);
    await followWithdrawals(core.db);
    expect(await mandate(due)).toMatchObject({ state: "paused", paused_by: "system", why: "no-method" });
    expect(await toldTo(core.db, due.residentId)).toContain("mandate-paused");
  });

  test("a second card of another gateway is no fallback: the biller could not be paid with it", async () => {
    const due = await makeDue(core, { cards: 2 });
    const [, second = ""] = await methodsOf(due);
    await sql`update methods set gateway = 'stripe' where id = ${second}`.execute(core.db);
    await goes(due);
    await followWithdrawals(core.db);
    expect(await mandate(due)).toMatchObject({ state: "paused", why: "no-method" });
  });
});

test("a card that was unusable and works again brings back the mandate that waited for it, and no other pause", async () => {
  const due = await makeDue(core);
  const byPayer = await makeDue(core);
  await sql`update methods set state = 'unusable' where id in (${due.methodId}, ${byPayer.methodId})`.execute(
    core.db,
  );
  await stopMandate(core.db, { ...byPayer, kind: "pause", until: null, why: null });
  await followWithdrawals(core.db);
  expect((await mandate(due)).state).toBe("paused");
  await sql`update methods set state = 'active' where id in (${due.methodId}, ${byPayer.methodId})`.execute(
    core.db,
  );
  await followWithdrawals(core.db);
  expect((await mandate(due)).state).toBe("active");
  expect((await mandate(byPayer)).state).toBe("paused");
});

test("a charge that was under way when its card was withdrawn ends without money: that is told once, and the next card's debit is announced", async () => {
  const due = await makeDue(core, { cards: 2 });
  const [, second = ""] = await methodsOf(due);
  await askGate(core.db, due.paymentId);
  await record(core.db, due.chargeId, seen.unanswered());
  expect((await withdrawMethod(core.db, due))?.inFlight).toMatchObject([{ charge: due.chargeId }]);
  await record(core.db, due.chargeId, seen.declined(), tryAgainSoon);
  expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
  await planAll(core.db);
  const told = await toldTo(core.db, due.residentId);
  expect(told.filter((event) => event === "nothing-taken")).toHaveLength(1);
  const anew = await core.db
    .selectFrom("payments")
    .select(["state", "method_id"])
    .where("bill_id", "=", due.billId)
    .where("id", "<>", due.paymentId)
    .execute();
  expect(anew).toEqual([{ state: "scheduled", method_id: second }]);
});

test("asked before, the withdrawal says what it then does", async () => {
  const stops = await makeDue(core);
  const goesOn = await makeDue(core, { cards: 2 });
  for (const due of [stops, goesOn]) {
    const before = await readWithdrawal(core.db, due);
    const answer = await withdrawMethod(core.db, due);
    expect(before).toMatchObject({ stoppedAt: null, sentAfter: 0 });
    expect({ ...before, stoppedAt: answer?.stoppedAt }).toEqual(answer);
  }
  expect((await readWithdrawal(core.db, stops))?.follows).toMatchObject([
    { mandate: stops.mandateId, outcome: "stops", next: null },
  ]);
  expect((await readWithdrawal(core.db, goesOn))?.follows).toMatchObject([
    { mandate: goesOn.mandateId, outcome: "goes-on", next: "Bank card *4444" },
  ]);
});
