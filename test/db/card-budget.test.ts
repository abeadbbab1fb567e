import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BudgetAnswer,
  CARD_CAPS,
  type CardCap,
  cardBudget,
  type CountedTry,
} from "../../domain/card-budget.ts";
import type { AfterNotCharged } from "../../domain/retry-policy.ts";
import { confirmPayment, livingNotice, makePayer, payment } from "../support/rows.ts";
import {
  askGate,
  askPayer,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(24);
});
afterAll(() => core.close());

const newCard = () => `card-${crypto.randomUUID()}`;

/** A debit on a card that is due, with its first charge ended in this way and sent so long ago. */
async function tried(
  cardKey: string,
  end: {
    readonly said?: ReturnType<typeof seen.declined>;
    readonly hoursAgo?: number;
    readonly plan?: AfterNotCharged;
    readonly amountMinor?: number;
  },
): Promise<Due> {
  const due = await makeDue(core, {
    cardKey,
    ...(end.amountMinor === undefined ? {} : { bill: { amountMinor: end.amountMinor } }),
  });
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  if (end.said) await record(core.db, due.chargeId, end.said, end.plan ?? askPayer);
  if (end.hoursAgo !== undefined) {
    await sql`update charges set first_sent_at = business_now() - make_interval(hours => ${end.hoursAgo}::int)
      where id = ${due.chargeId}`.execute(core.db);
  }
  return due;
}

test("the table of caps is that of the domain", async () => {
  const caps: readonly CardCap[] = CARD_CAPS;
  const rows = await core.db.selectFrom("card_caps").selectAll().orderBy("place").execute();
  expect(rows).toEqual(
    caps.map((cap, index) => ({
      name: cap.name,
      place: index + 1,
      network: cap.network ?? null,
      initiated_by: cap.initiatedBy ?? null,
      same_amount: cap.sameAmount,
      most: cap.most,
      within_hours: cap.withinHours,
      then_do: cap.whenFull,
    })),
  );
});

describe("the gate's count", () => {
  const age = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 800 }));
  const anyTry = fc.record({
    hoursAgo: age,
    initiatedBy: fc.constantFrom("mit" as const, "cit" as const),
    amountMinor: fc.constantFrom(512_345, 10_000),
    how: fc.constantFrom("declined", "declined", "declined", "refused", "absent", "charged", "unknown"),
  });

  test("is the domain's, for any history of a card", async () => {
    const due = await makeDue(core, { cardKey: newCard() });
    const many = fc.array(anyTry, { maxLength: 45 });
    const network = fc.constantFrom("Visa", "MasterCard", "Mir");
    await fc.assert(
      fc.asyncProperty(
        many,
        network,
        fc.constantFrom("mit" as const, "cit" as const),
        async (tries, brand, initiatedBy) => {
          const asked = await askBudget(due, { tries, brand, initiatedBy });
          const counted = tries
            .filter(({ how }) => how === "declined" || how === "unknown")
            .map(
              (one): CountedTry => ({
                ...one,
                sentAtMs: asked.nowMs - one.hoursAgo * 3_600_000,
                undecided: one.how === "unknown",
              }),
            );
          const wanted = cardBudget(counted, {
            atMs: asked.nowMs,
            initiatedBy,
            amountMinor: 512_345,
            network: brand.toLowerCase(),
          });
          expect(asked.answer).toBe(inWords(wanted, initiatedBy, asked));
        },
      ),
      { numRuns: 150 },
    );
  });

  function inWords(
    wanted: BudgetAnswer,
    initiatedBy: "mit" | "cit",
    asked: { readonly giveUpMs: number },
  ): string {
    if (wanted.room) return "pass";
    if (wanted.untilMs === null) return "card busy";
    const asks = wanted.cap.whenFull === "ask" || initiatedBy === "cit" || wanted.untilMs > asked.giveUpMs;
    return asks ? "new-method" : "card budget of the day";
  }

  /** Asks the check alone, over a history written as rows and taken back. */
  async function askBudget(
    due: Due,
    history: {
      readonly tries: readonly {
        readonly hoursAgo: number;
        readonly initiatedBy: string;
        readonly amountMinor: number;
        readonly how: string;
      }[];
      readonly brand: string;
      readonly initiatedBy: string;
    },
  ): Promise<{ readonly answer: string; readonly nowMs: number; readonly giveUpMs: number }> {
    const transaction = await core.db.startTransaction().execute();
    try {
      await sql`set local session_replication_role = replica`.execute(transaction);
      // one payment stands for all the others that use the card
      await sql`drop index one_undecided_charge_per_payment`.execute(transaction);
      await sql`update methods set brand = ${history.brand} where id = ${due.methodId}`.execute(transaction);
      await sql`insert into charges (id, payment_id, ordinal, gateway, merchant_account, initiated_by, method_id, notice_id, instruction_id,
          amount_minor, currency, payee_hash, bill_version, idempotency_key, request_hash, state, how, charged_minor, first_sent_at,
          last_sent_at, lease_until, card_key, kind)
        select ${due.paymentId} || '-' || n, ${due.paymentId}, n, 'yookassa', 'shop-1', t->>'initiatedBy', ${due.methodId},
          case when t->>'initiatedBy' = 'mit' then 'n' end, case when t->>'initiatedBy' = 'cit' then 'i' end,
          (t->>'amountMinor')::bigint, 'RUB', 'p', 1, 'key-' || n, 'h',
          case t->>'how' when 'charged' then 'charged' when 'unknown' then 'unknown' else 'not-charged' end,
          case when t->>'how' not in ('charged', 'unknown') then t->>'how' end,
          case when t->>'how' = 'charged' then (t->>'amountMinor')::bigint end,
          now() - make_interval(hours => (t->>'hoursAgo')::int), now(), now(), (select card_key from methods where id = ${due.methodId}),
          'bank_card'
        from jsonb_array_elements(${JSON.stringify(history.tries)}::jsonb) with ordinality e(t, n)`.execute(
        transaction,
      );
      const { rows } = await sql<{ answer: string; reason: string | null; give_up_at: string; now: string }>`
        select a.answer, a.reason, p.give_up_at, now() as now from payments p, gate_check_budget(p, ${JSON.stringify(
          {
            methodId: due.methodId,
            initiatedBy: history.initiatedBy,
          },
        )}::jsonb) a where p.id = ${due.paymentId}`.execute(transaction);
      const [row] = rows;
      if (!row) throw new Error("the check answered nothing");
      return {
        answer: row.answer === "pass" ? "pass" : (row.reason ?? ""),
        nowMs: Date.parse(row.now),
        giveUpMs: Date.parse(row.give_up_at),
      };
    } finally {
      await transaction.rollback().execute();
    }
  }
});

describe("what a full budget does", () => {
  test("two declined debits of the day, of other mandates: the third gets another day and a new notice", async () => {
    const cardKey = newCard();
    await tried(cardKey, { said: seen.declined(), hoursAgo: 3 });
    await tried(cardKey, { said: seen.declined(), hoursAgo: 2 });
    const third = await makeDue(core, { cardKey });
    expect(await askGate(core.db, third.paymentId)).toMatchObject({ verdict: "not-now", check: "budget" });
    const after = await payment(core.db, third.paymentId);
    expect(after).toMatchObject({ state: "scheduled", remark: "card budget of the day", reason: null });
    const wait = Date.parse(after.next_look_at) - Date.parse(after.changed_at);
    expect(wait).toBeGreaterThan(20 * 3_600_000);
    expect(wait).toBeLessThan(23 * 3_600_000);
    // on another day of the payer's it is announced anew
    const notice = await livingNotice(core.db, third.paymentId);
    expect(notice?.planned_on).toBe(after.planned_on);
    expect(Date.parse(notice?.not_after ?? "")).toBeGreaterThan(Date.parse(after.next_look_at));
  });

  test("debits under way take the room for moments, not for a day, and give it back when they go through", async () => {
    const cardKey = newCard();
    const first = await tried(cardKey, {});
    await tried(cardKey, {});
    const third = await makeDue(core, { cardKey });
    expect(await askGate(core.db, third.paymentId)).toMatchObject({
      verdict: "not-now",
      reason: "card busy",
    });
    await record(core.db, first.chargeId, seen.charged());
    expect(await askGate(core.db, third.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("the payer's sixth try of a day is sent to another card, and a debit of the mandate still has its own room", async () => {
    const cardKey = newCard();
    const payer = await makePayer(core, { cardKey });
    for (let n = 0; n < 5; n += 1) {
      const due = await makeDue(core, { cardKey });
      await payOnce(due);
      await record(core.db, due.chargeId, seen.declined());
    }
    expect(payer.methodId).not.toBe("");
    const sixth = await makeDue(core, { cardKey });
    expect(await payOnce(sixth)).toMatchObject({ verdict: "asked", need: "new-method" });
    expect(await askGate(core.db, (await makeDue(core, { cardKey })).paymentId)).toMatchObject({
      verdict: "passed",
    });
  });

  /** The debit needs its payer, who confirms it with the same card. */
  async function payOnce(due: Due) {
    await sql`update payments set state = 'needs-payer', need = 'confirm-again' where id = ${due.paymentId}`.execute(
      core.db,
    );
    const { paymentId, residentId, methodId } = due;
    await confirmPayment(core.db, { paymentId, residentId, methodId });
    return askGate(core.db, paymentId);
  }

  test("fifty debits of one card at one moment: two leave, whatever they end as, and two declined ones end the day", async () => {
    const cardKey = newCard();
    const dues: Due[] = [];
    for (let n = 0; n < 50; n += 1) dues.push(await makeDue(core, { cardKey }));
    const answers = await Promise.all(dues.map(({ paymentId }) => askGate(core.db, paymentId)));
    const passed = dues.filter((_, index) => answers[index]?.verdict === "passed");
    expect(passed).toHaveLength(2);
    await Promise.all(passed.map(({ chargeId }) => record(core.db, chargeId, seen.declined())));
    await sql`update payments set next_look_at = business_now() where method_id in (select id from methods where card_key = ${cardKey})`.execute(
      core.db,
    );
    const again = await Promise.all(dues.map(({ paymentId }) => askGate(core.db, paymentId)));
    expect(again.filter(({ verdict }) => verdict === "passed")).toEqual([]);
    const { rows } = await sql<{
      sent: number;
    }>`select count(*)::int as sent from charges where card_key = ${cardKey}`.execute(core.db);
    expect(rows[0]?.sent).toBe(2);
  });
});
