import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  leaseNotifications,
  type QueuedNotification,
  settleNotifications,
} from "../../db/queries/notifications.ts";
import { expireNotifications } from "../../db/queries/sweeping.ts";
import {
  acceptNotices,
  choose,
  livingNotice,
  makePayer,
  makeResident,
  payment,
  planAll,
  planBillFor,
  pushBill,
} from "../support/rows.ts";
import { askGate, jump, makeDue, type MoneyCore, openMoneyCore, record, seen } from "./support/money-core.ts";
import { atOnce, race } from "./support/race.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
/** Senders take what is due, whosever it is: each test begins with an empty queue. */
beforeEach(async () => {
  await sql`update notifications set state = 'dropped', why = 'test' where state in ('queued', 'sending')`.execute(
    core.db,
  );
});
afterAll(() => core.close());

const lease = (limit = 100) => leaseNotifications(core.db, limit);
const settle = (
  messages: readonly { readonly id: string }[],
  outcome: "accepted" | "refused" | "later" | "unknown",
  againSeconds = 60,
) =>
  settleNotifications(
    core.db,
    messages.map(({ id }) => ({ id, outcome, answer: "", againSeconds })),
  );

async function row({ id }: { readonly id: string }) {
  return core.db.selectFrom("notifications").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
}

/** What becomes of a lease when its process dies: nothing, until it is over. */
async function letLeaseEnd(messages: readonly { readonly id: string }[]): Promise<void> {
  const ids = messages.map(({ id }) => id);
  await sql`update notifications set lease_until = now() - interval '1 second' where id = any(${ids}::text[])`.execute(
    core.db,
  );
}

async function tell(residentId: string, event: string, times: number, legalMinimum = false): Promise<void> {
  for (let n = 0; n < times; n += 1)
    await sql`select tell_resident(${event}, ${residentId}, ${`${event}/${residentId}/${n}`}, 'subject', '{}', ${legalMinimum})`.execute(
      core.db,
    );
}

function idsOf(batches: readonly (readonly QueuedNotification[])[]): readonly string[] {
  return batches.flat().map(({ id }) => id);
}

async function planned() {
  const payer = await makePayer(core);
  const { paymentId, billId } = await planBillFor(core.db, payer);
  return { ...payer, paymentId, billId };
}

describe("a message is taken by one sender", () => {
  test("four senders at once take each message once", async () => {
    await race("four senders", async (random) => {
      const residentId = await makeResident(core.db);
      await tell(residentId, "paid", 10);
      const take = () => lease(5);
      const batches = await atOnce(core.db, random, [take, take, take, take]);
      const taken = idsOf(batches);
      expect(taken).toHaveLength(10);
      expect(new Set(taken).size).toBe(10);
      await settle(batches.flat(), "accepted");
    });
  });

  test("a dead sender's message is sent once more under the same Message-ID, counted, and never a third time", async () => {
    const { paymentId } = await planned();
    const [first] = await lease();
    expect(await lease(), "while the lease lasts it is nobody else's").toEqual([]);
    await letLeaseEnd([first!]);
    const [second] = await lease();
    expect(second).toMatchObject({ id: first?.id, messageId: first?.messageId, attempts: 2 });
    expect(await row(first!)).toMatchObject({ state: "sending", uncertain: 1 });
    await letLeaseEnd([first!]);
    expect(await lease()).toEqual([]);
    await expireNotifications(core.db);
    expect(await row(first!)).toMatchObject({ state: "bounced", why: "no-answer" });
    expect(
      await livingNotice(core.db, paymentId),
      "nobody knows that it was read: no debit on it",
    ).toBeUndefined();
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  });

  test("silence of the relay is given ten minutes before the second sending", async () => {
    await planned();
    const messages = await lease();
    await settle(messages, "unknown");
    const { rows } = await sql<{
      minutes: number;
    }>`select round(extract(epoch from lease_until - clock_timestamp()) / 60)::int as minutes
      from notifications where id = ${messages[0]?.id}`.execute(core.db);
    expect(rows).toEqual([{ minutes: 10 }]);
    expect(await lease()).toEqual([]);
  });

  test("the answer of a sender who was thought dead counts, and the second sender's changes nothing", async () => {
    const { paymentId } = await planned();
    const messages = await lease();
    await letLeaseEnd(messages);
    await lease();
    await settle(messages, "accepted");
    const before = await livingNotice(core.db, paymentId);
    await settle(messages, "refused");
    expect(await row(messages[0]!)).toMatchObject({ state: "accepted" });
    expect(await livingNotice(core.db, paymentId)).toEqual(before);
  });

  test("not now means later: it waits its pause, then it is due again", async () => {
    await planned();
    const messages = await lease();
    await settle(messages, "later", 60);
    expect(await row(messages[0]!)).toMatchObject({ state: "queued", attempts: 1, uncertain: 0 });
    expect(await lease()).toEqual([]);
    await jump(core.db, "61 seconds");
    expect(await lease()).toHaveLength(1);
  });

  test("what the law asks for goes first", async () => {
    const residentId = await makeResident(core.db);
    await tell(residentId, "paid", 3);
    await tell(residentId, "failed", 1, true);
    const [first] = await lease(1);
    expect(first?.event).toBe("failed");
  });
});

describe("an event is told once", () => {
  test("the same event to the same person again makes no second message", async () => {
    const residentId = await makeResident(core.db);
    await tell(residentId, "paid", 1);
    await tell(residentId, "paid", 1);
    expect(await lease()).toHaveLength(1);
  });

  test("nobody is written to at an address that was not proved, and their planned debit is never sent", async () => {
    const payer = await makePayer(core, { email: null });
    const { paymentId } = await planBillFor(core.db, payer);
    expect(await lease()).toEqual([]);
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  });
});

describe("preferences", () => {
  test("switched off: not written to the queue; what the law asks for is", async () => {
    const residentId = await makeResident(core.db, { off: ["payments"] });
    await tell(residentId, "paid", 1);
    await tell(residentId, "failed", 1, true);
    const sent = await lease();
    expect(sent.map(({ event }) => event)).toEqual(["failed"]);
    const kept = await core.db
      .selectFrom("notifications")
      .select(["state", "why", "preference"])
      .where("resident_id", "=", residentId)
      .where("event", "=", "paid")
      .execute();
    expect(kept).toEqual([
      { state: "dropped", why: "preference", preference: { email: "off", rule: "*/*" } },
    ]);
  });

  test("one event is switched off and the rest of its topic comes; each message keeps which choice decided", async () => {
    const residentId = await makeResident(core.db);
    await choose(core.db, { residentId, topic: "reminders", event: "overdue", choice: "off" });
    await choose(core.db, { residentId, topic: "payments", choice: "off" });
    await choose(core.db, { residentId, topic: "payments", event: "paid", choice: "on" });
    for (const event of ["overdue", "reminder", "paid", "confirmation-reminder"])
      await tell(residentId, event, 1);
    expect((await lease()).map(({ event }) => event).toSorted()).toEqual(["paid", "reminder"]);
    const kept = await core.db
      .selectFrom("notifications")
      .select(["event", "why", sql<string>`preference->>'rule'`.as("rule")])
      .where("resident_id", "=", residentId)
      .orderBy("event")
      .execute();
    expect(kept).toEqual([
      { event: "confirmation-reminder", why: "preference", rule: "*/*" },
      { event: "overdue", why: "preference", rule: "*/overdue" },
      { event: "paid", why: null, rule: "*/paid" },
      { event: "reminder", why: null, rule: "default" },
    ]);
  });

  test("switched off while it waited: not sent; what the law asks for is", async () => {
    const residentId = await makeResident(core.db);
    await tell(residentId, "paid", 1);
    await tell(residentId, "failed", 1, true);
    await choose(core.db, { residentId, topic: "payments", choice: "off" });
    expect((await lease()).map(({ event }) => event)).toEqual(["failed"]);
  });
});

describe("a superseded notice tells nobody yesterday's truth", () => {
  const amend = async (payer: { readonly account: string }) => {
    await pushBill(core.db, { account: payer.account, version: 2, amountMinor: 600_000 });
    await planAll(core.db);
  };
  const amounts = (messages: readonly QueuedNotification[]) =>
    messages.map(({ args }) => (args as { amount: { amountMinor: number } }).amount.amountMinor);

  test("amended before it was sent: only the newest goes out", async () => {
    const payer = await planned();
    await amend(payer);
    expect(amounts(await lease())).toEqual([600_000]);
  });

  test("amended while the relay said 'not now': the old one is not tried again", async () => {
    const payer = await planned();
    const old = await lease();
    await amend(payer);
    await settle(old, "later", 0);
    expect(await row(old[0]!)).toMatchObject({ state: "dropped", why: "collapsed" });
    expect(amounts(await lease())).toEqual([600_000]);
  });

  test("amended while no answer came: the old one is not sent a second time", async () => {
    const payer = await planned();
    const old = await lease();
    await settle(old, "unknown");
    await amend(payer);
    await letLeaseEnd(old);
    expect(amounts(await lease())).toEqual([600_000]);
    expect(await row(old[0]!)).toMatchObject({ state: "dropped", why: "collapsed" });
  });

  test("amended while it was accepted: the old notice permits nothing", async () => {
    const payer = await planned();
    const old = await lease();
    await amend(payer);
    await settle(old, "accepted");
    expect(await livingNotice(core.db, payer.paymentId)).toMatchObject({
      state: "queued",
      amount_minor: 600_000,
    });
    expect(await askGate(core.db, payer.paymentId)).toMatchObject({ verdict: "not-now", check: "notice" });
  });

  test("stopped before it was sent: no word about a debit that will not come", async () => {
    const { paymentId, mandateId } = await planned();
    await sql`select stop_mandate(${mandateId}, null, 'pause', null, null, 'payer'), close_payment(${paymentId}, 'stopped', 'test')`.execute(
      core.db,
    );
    expect((await lease()).map(({ event }) => event)).toEqual(["mandate-paused"]);
  });
});

describe("a bounce", () => {
  test("refused for good: the notice is void, nothing is debited on it", async () => {
    const { paymentId } = await planned();
    await settle(await lease(), "refused");
    expect(await livingNotice(core.db, paymentId)).toBeUndefined();
    expect(await payment(core.db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
  });

  test("after it was accepted and before the debit: the same", async () => {
    const due = await makeDue(core);
    const notice = await livingNotice(core.db, due.paymentId);
    await sql`select void_notice(${notice?.id}, 'bounced')`.execute(core.db);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
    expect((await askGate(core.db, due.paymentId, { noticeId: notice?.id ?? "" })).verdict).not.toBe(
      "passed",
    );
  });

  test("after the debit was sent: kept in mind, nothing is undone", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    const notice = await livingNotice(core.db, due.paymentId);
    await sql`select void_notice(${notice?.id}, 'bounced')`.execute(core.db);
    expect((await payment(core.db, due.paymentId)).state).toBe("charging");
    expect(await record(core.db, due.chargeId, seen.charged())).toMatchObject({ payment: "paid" });
  });
});

describe("the clock of a notice starts when a channel accepts", () => {
  test("accepted later than planned, the debit moves behind the new clock; it never comes earlier", async () => {
    const payer = await planned();
    const before = await payment(core.db, payer.paymentId);
    await jump(core.db, "5 hours");
    await acceptNotices(core.db, payer.paymentId);
    const after = await payment(core.db, payer.paymentId);
    expect(Date.parse(after.not_before) - Date.parse(before.not_before)).toBeGreaterThanOrEqual(
      5 * 3_600_000 - 60_000,
    );
    const notice = await livingNotice(core.db, payer.paymentId);
    expect(notice).toMatchObject({
      state: "accepted",
      not_before: after.not_before,
      planned_on: after.planned_on,
    });
  });
});
