import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import {
  acceptNotices,
  charge,
  dueAtOnce,
  livingNotice,
  makeMethod,
  makePayer,
  payment,
  payee,
  payNow,
  planBillFor,
  pushBill,
  rub,
} from "../support/rows.ts";
import {
  askGate,
  askReplay,
  type Due,
  jump,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  setClock,
} from "./support/money-core.ts";
import { type Change, earlierCharges, hold, mandate, run, terms } from "./support/gate-refusals.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
/** What all payments of this file have in common is put back. */
afterEach(async () => {
  await sql`delete from holds`.execute(core.db);
  await sql`update billers set payee = ${JSON.stringify(payee)}, max_age = null, allowed_methods = '{bank_card}'`.execute(
    core.db,
  );
});
afterAll(() => core.close());

describe("what a check lets pass", () => {
  const passing: readonly (readonly [string, Change])[] = [
    [
      "holds of other billers, gateways and categories",
      async (_, due) => {
        for (const scope of ["biller", "gateway", "category"]) await hold(scope, "another")(core, due);
      },
    ],
    [
      "a source that was heard of in time",
      async () => sql`update billers set max_age = interval '24 hours'`.execute(core.db),
    ],
    ["terms that were only narrowed since the notice", terms("limitPerPayment", rub(512_345))],
    ["exactly the limit of the period", terms("limitPerPeriod", { amount: rub(512_345), period: "day" })],
    ["a stop before this debit was planned", mandate(sql`last_stop_at = created_at`)],
    ["one declined debit of this card today", earlierCharges(1, "1 hour")],
    ["seven declined debits of this card in a month", earlierCharges(7, "20 days")],
    ["eight of them longer ago", earlierCharges(8, "31 days")],
    ["refused transmissions, which are given back", earlierCharges(3, "1 hour", { how: "refused" })],
  ];
  test.each(passing)("%s", async (_name, change) => {
    const due = await makeDue(core);
    await change(core, due);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("the second card, if the notice named it; the same question is refused for a card that it did not name", async () => {
    const due = await makeDue(core, { cards: 2 });
    const fallback = (await livingNotice(core.db, due.paymentId))?.fallbacks[0];
    const strange = await makeMethod(core, { residentId: due.residentId, token: "a third card" });
    await terms("methods", [due.methodId, fallback, strange])(core, due);
    expect(await askGate(core.db, due.paymentId, { methodId: strange })).toMatchObject({
      verdict: "not-now",
      reason: "notice names another debit",
    });
    await acceptNotices(core.db, due.paymentId);
    expect(await askGate(core.db, due.paymentId, { methodId: fallback ?? "" })).toMatchObject({
      verdict: "passed",
    });
  });

  test("ten named checks stand in the row of every pass", async () => {
    const due = await makeDue(core, { cardKey: "a card" });
    await askGate(core.db, due.paymentId);
    const pass = await core.db
      .selectFrom("gate_passes")
      .selectAll()
      .where("charge_id", "=", due.chargeId)
      .execute();
    expect(pass.map(({ checks }) => checks)).toEqual([
      {
        holds: "pass",
        claim: "pass",
        debt: "pass",
        mandate: "pass",
        notice: "pass",
        approval: "nothing-configured",
        method: "pass",
        limits: "pass",
        budget: "pass",
        hours: "pass",
      },
    ]);
  });
});

describe("the hours of the payer's day", () => {
  const inHours = { noticePack: { ...dueAtOnce, hours: { from: "08:00", to: "22:00" } } };

  test.each([
    ["before they open", "2030-03-05T04:59:00Z", "before hours", "2030-03-05T05:00:00.000Z"],
    ["when they have closed", "2030-03-06T19:00:00Z", "after hours", "2030-03-07T05:00:00.000Z"],
  ])("%s: waits for the next opening, Moscow time", async (_name, instant, reason, next) => {
    await setClock(core.db, instant.replace("03-0", "02-0"));
    const due = await makeDue(core, { terms: inHours });
    await setClock(core.db, instant);
    await sql`update notices set not_before = '2030-01-01', not_after = '2031-01-01' where payment_id = ${due.paymentId}`.execute(
      core.db,
    );
    expect(await askGate(core.db, due.paymentId)).toMatchObject({
      verdict: "not-now",
      check: "hours",
      reason,
    });
    expect((await payment(core.db, due.paymentId)).next_look_at).toBe(next);
  });
});

describe("a person who pays: their own instruction takes the notice's place", () => {
  const instruction = (set: ReturnType<typeof sql>) =>
    run((due) => sql`update instructions set ${set} where payment_id = ${due.paymentId}`);

  async function instructed(): Promise<Due> {
    const payer = await makePayer(core);
    const { billId } = await pushBill(core.db, { account: payer.account });
    const { paymentId = "" } = await payNow(core.db, { billId, ...payer });
    return { ...payer, billId, paymentId, chargeId: `${paymentId}-1` };
  }

  test("passes without any notice; mandate, limits and hours have nothing to say", async () => {
    const due = await instructed();
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
    const pass = await core.db
      .selectFrom("gate_passes")
      .select("checks")
      .where("charge_id", "=", due.chargeId)
      .execute();
    expect(pass).toMatchObject([
      {
        checks: {
          notice: "pass",
          mandate: "nothing-configured",
          limits: "nothing-configured",
          hours: "nothing-configured",
        },
      },
    ]);
  });

  test.each([
    ["an hour old", instruction(sql`expires_at = business_now() - interval '1 second'`)],
    ["for another amount", instruction(sql`amount_minor = 1`)],
    ["for another payee", instruction(sql`payee_hash = 'another'`)],
    ["for another card", instruction(sql`method_id = null`)],
  ])("an instruction %s permits nothing, and nobody stays parked on the bill", async (name, change) => {
    const due = await instructed();
    const methodId = name === "for another card" ? due.methodId : undefined;
    await change(core, due);
    const answer = await askGate(core.db, due.paymentId, methodId === undefined ? {} : { methodId });
    expect(answer).toMatchObject({ verdict: "ended", check: "notice", outcome: "gave-up" });
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
    const claims = await core.db
      .selectFrom("claims")
      .select("state")
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(claims).toEqual([]);
  });

  test("an instruction serves one charge: the second one needs another", async () => {
    const due = await instructed();
    await askGate(core.db, due.paymentId);
    const row = await core.db
      .selectFrom("instructions")
      .selectAll()
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(row[0]?.used_at).not.toBeNull();
  });

  test("five declined payments by hand with one card in a day: the sixth is refused", async () => {
    const due = await instructed();
    const cardKey = `card of ${due.residentId}`;
    for (let n = 0; n < 5; n += 1) {
      const other = await instructed();
      await sql`update methods set card_key = ${cardKey} where id = ${other.methodId}`.execute(core.db);
      expect(await askGate(core.db, other.paymentId)).toMatchObject({ verdict: "passed" });
      await record(core.db, other.chargeId, seen.declined());
    }
    await sql`update methods set card_key = ${cardKey} where id = ${due.methodId}`.execute(core.db);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "ended", check: "budget" });
  });
});

describe("keys", () => {
  async function unknownCharge(): Promise<Due> {
    const due = await makeDue(core, {
      terms: { noticePack: { ...NOTICE_PACKS.demo, leadSeconds: 0, window: { kind: "hours", hours: 100 } } },
    });
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.unanswered());
    return due;
  }

  test("the same bytes go out again while the key is younger than 23 hours, and no more from then on", async () => {
    const due = await unknownCharge();
    await sql`update payments set give_up_at = business_now() + interval '3 days' where id = ${due.paymentId}`.execute(
      core.db,
    );
    await jump(core.db, "22 hours 59 minutes");
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "passed", transmission: 2 });
    await record(core.db, due.chargeId, seen.unanswered());
    await jump(core.db, "2 minutes");
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "no-replay", check: "key age" });
  });

  test.each([
    ["other bytes", { requestHash: "other bytes" }, null],
    ["a charge whose object is known", {}, "object_id = 'known'"],
    ["bytes that were deleted", {}, "request = null"],
    ["a charge that waits for its payer", {}, "state = 'challenged'"],
  ])("%s: never sent again", async (_name, asked, set) => {
    const due = await unknownCharge();
    if (set !== null)
      await sql`update charges set ${sql.raw(set)} where id = ${due.chargeId}`.execute(core.db);
    const row = await charge(core.db, due.chargeId);
    const answer = await askGate(core.db, due.paymentId, {
      chargeId: due.chargeId,
      ordinal: 1,
      replayOf: due.chargeId,
      methodId: row.method_id,
      noticeId: row.notice_id,
      ...asked,
    });
    expect(answer).toMatchObject({ verdict: "no-replay", check: "charge" });
  });

  test("sent again on another day, the debit stays counted in the period of its first transmission", async () => {
    const due = await unknownCharge();
    const counted = async () =>
      core.db
        .selectFrom("limit_use")
        .select("counted_on")
        .where("payment_id", "=", due.paymentId)
        .executeTakeFirstOrThrow();
    const before = await counted();
    await sql`update payments set give_up_at = business_now() + interval '3 days' where id = ${due.paymentId}`.execute(
      core.db,
    );
    await jump(core.db, "22 hours");
    await jump(core.db, "30 minutes");
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "passed" });
    expect(await counted()).toEqual(before);
    await record(core.db, due.chargeId, seen.charged());
    expect(await counted()).toEqual(before);
  });

  test("a payment that has gone on is not moved by a late question", async () => {
    const due = await unknownCharge();
    await hold("all", "")(core, due);
    const before = await payment(core.db, due.paymentId);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "again" });
    expect(await payment(core.db, due.paymentId)).toEqual(before);
    expect(
      await askGate(core.db, (await planBillFor(core.db, due, { period: "2027-01" })).paymentId),
    ).toMatchObject({ check: "holds" });
  });
});
