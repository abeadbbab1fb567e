import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePayment } from "../../db/queries/looks.ts";
import {
  chargedAndNotWanted,
  chargedAndWanted,
  type Entry,
  feeKnown,
  refundDecided,
} from "../../domain/ledger.ts";
import { isKept, judgeMoney, type MoneySituation } from "../../domain/money-verdict.ts";
import { money, zero } from "../../domain/money.ts";
import { makePayer, payment, payNow } from "../support/rows.ts";
import {
  askGate,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const TAKEN = 512_345;
const claims = ["ours", "free", "spent", "held-by-undecided", "held-without-charge"] as const;
const debts = ["owed", "annulled", "paid-by-other"] as const;
const dues = { equal: TAKEN, less: TAKEN - 100_000, more: TAKEN + 1 } as const;

type Case = {
  readonly claim: (typeof claims)[number];
  readonly debt: (typeof debts)[number];
  readonly due: keyof typeof dues;
  readonly payeeAsShown: boolean;
};

const cases: readonly Case[] = claims.flatMap((claim) =>
  debts.flatMap((debt) =>
    (["equal", "less", "more"] as const).flatMap((due) =>
      [true, false].map((payeeAsShown) => ({ claim, debt, due, payeeAsShown })),
    ),
  ),
);

/** A charge that is about to turn out charged, and a claim that stands as the case wants it. */
async function chargeWithClaim(claim: Case["claim"]): Promise<Due> {
  const { db } = core;
  // A payee that changed in another case holds the biller that all have in common.
  await db.deleteFrom("holds").execute();
  const due = await makeDue(core);
  expect(await askGate(db, due.paymentId)).toMatchObject({ verdict: "passed" });
  if (claim === "ours") return due;
  await record(db, due.chargeId, seen.declined());
  await closePayment(db, { paymentId: due.paymentId, outcome: "stopped", reason: "test" });
  if (claim === "free") return due;
  const other = await makePayer(core);
  const { paymentId = "" } = await payNow(db, { billId: due.billId, ...other });
  if (claim === "held-without-charge") return due;
  expect(await askGate(db, paymentId)).toMatchObject({ verdict: "passed" });
  if (claim === "spent") await record(db, `${paymentId}-1`, seen.charged());
  return due;
}

/** What the newest word about the bill is, written as an adapter with proof of a foreign payment would. */
async function tellTruth({ billId }: Due, { claim, debt, due, payeeAsShown }: Case): Promise<void> {
  const state = debt === "paid-by-other" ? "paid-elsewhere" : debt;
  await core.db
    .updateTable("bills")
    .set({
      amount_minor: dues[due],
      full_minor: dues[due],
      ...(claim === "spent" ? {} : { state }),
      ...(payeeAsShown ? {} : { payee_hash: "another" }),
    })
    .where("id", "=", billId)
    .execute();
}

function situationOf(given: Case): MoneySituation {
  return {
    taken: money(TAKEN, "RUB"),
    claim: given.claim,
    debt: given.debt,
    due: money(dues[given.due], "RUB"),
    payeeAsShown: given.payeeAsShown,
    methodRefundsPartly: true,
  };
}

/** Late money moves a closed payment to paid only while nobody else holds the debt (P10); else all of it goes back. */
function expectedOf(given: Case): { readonly keep: number; readonly giveBack: number } {
  const verdict = judgeMoney(situationOf(given));
  if (given.claim === "held-without-charge" && isKept(verdict)) return { keep: 0, giveBack: TAKEN };
  return { keep: verdict.keep.amountMinor, giveBack: verdict.giveBack.amountMinor };
}

describe("is taken money wanted", () => {
  test.each(cases)("claim $claim, debt $debt, due is $due, payee as shown: $payeeAsShown", async (given) => {
    const { db } = core;
    const due = await chargeWithClaim(given.claim);
    await tellTruth(due, given);
    const { keep, giveBack } = expectedOf(given);

    const answer = await record(db, due.chargeId, seen.charged(TAKEN));

    expect(answer.payment).toBe(keep > 0 ? "paid" : "returning");
    const ledger = await entriesOf(due.paymentId);
    expect(sumAt(ledger, "biller:gorod-zhkh"), "owed to the biller").toBe(keep);
    expect(sumAt(ledger, "refunds-due"), "owed back").toBe(giveBack);
    const refunds = await db
      .selectFrom("refunds")
      .select(["amount_minor", "state"])
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(refunds).toEqual(giveBack > 0 ? [{ amount_minor: giveBack, state: "requested" }] : []);
    const spent = await db
      .selectFrom("claims")
      .select("state")
      .where("payment_id", "=", due.paymentId)
      .execute();
    expect(spent.some(({ state }) => state === "spent")).toBe(keep > 0);
  });

  test("a payee that is not the one shown: returned, a case, and a hold on the biller until an operator has looked", async () => {
    const due = await chargeWithClaim("ours");
    await tellTruth(due, { claim: "ours", debt: "owed", due: "equal", payeeAsShown: false });
    await record(core.db, due.chargeId, seen.charged());
    const holds = await core.db.selectFrom("holds").select(["scope", "scope_id", "placed_by"]).execute();
    expect(holds).toEqual([{ scope: "biller", scope_id: "gorod-zhkh", placed_by: "engine" }]);
  });

  test("less taken than due is a part payment: kept, and a person is told of the rest", async () => {
    const due = await chargeWithClaim("ours");
    await record(core.db, due.chargeId, seen.charged(TAKEN - 5));
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "paid", paid_minor: TAKEN - 5 });
    const part = await core.db.selectFrom("cases").selectAll().where("subject", "=", due.chargeId).execute();
    expect(part).toMatchObject([{ kind: "part-paid", amount_minor: 5 }]);
  });
});

describe("postings are those of the domain's ledger", () => {
  const sums = fc.record({
    taken: fc.integer({ min: 1, max: 9_000_000_000_000 }),
    due: fc.integer({ min: 1, max: 9_000_000_000_000 }),
    fee: fc.integer({ min: 0, max: 1_000_000 }),
  });

  test("money that is kept: L1, the fee, and the excess owed back, kopeck by kopeck", async () => {
    await fc.assert(
      fc.asyncProperty(sums, async ({ taken, due, fee }) => {
        const situation = await chargeWithClaim("ours");
        await core.db
          .updateTable("bills")
          .set({ amount_minor: due, full_minor: due })
          .where("id", "=", situation.billId)
          .execute();
        await record(core.db, situation.chargeId, { ...seen.charged(taken), feeMinor: fee });

        const origin = originOf(situation, situation.chargeId);
        const none = zero("RUB");
        const expected = [chargedAndWanted(origin, { debt: money(taken, "RUB"), commission: none })];
        if (fee > 0) expected.push(feeKnown(origin, money(fee, "RUB"), "operator"));
        if (taken > due) {
          const refund = await core.db
            .selectFrom("refunds")
            .select("id")
            .where("payment_id", "=", situation.paymentId)
            .executeTakeFirstOrThrow();
          const excess = money(taken - due, "RUB");
          expected.push(refundDecided(originOf(situation, refund.id), { debt: excess, commission: none }));
        }
        expect(byKind(await entriesOf(situation.paymentId))).toEqual(byKind(expected));
      }),
      { numRuns: 25 },
    );
  });

  test("money that is not kept: L5 and the fee", async () => {
    await fc.assert(
      fc.asyncProperty(sums, async ({ taken, fee }) => {
        const situation = await chargeWithClaim("ours");
        await tellTruth(situation, { claim: "ours", debt: "annulled", due: "equal", payeeAsShown: true });
        await record(core.db, situation.chargeId, { ...seen.charged(taken), feeMinor: fee });
        const origin = originOf(situation, situation.chargeId);
        const expected = [chargedAndNotWanted(origin, money(taken, "RUB"))];
        if (fee > 0) expected.push(feeKnown(origin, money(fee, "RUB"), "operator"));
        expect(byKind(await entriesOf(situation.paymentId))).toEqual(byKind(expected));
      }),
      { numRuns: 10 },
    );
  });

  test("the whole ledger of this file balances", async () => {
    const { rows } = await sql<{ difference: number }>`
      select sum(debit_minor)::bigint - sum(credit_minor)::bigint as difference from ledger_entries`.execute(
      core.db,
    );
    expect(rows).toEqual([{ difference: 0 }]);
  });
});

function originOf({ paymentId }: Due, evidenceObject: string) {
  return { paymentId, evidenceObject, merchantAccount: "yookassa:shop-1", billerId: "gorod-zhkh" };
}

async function entriesOf(paymentId: string): Promise<readonly Entry[]> {
  const { rows } = await sql<Entry>`
    select t.kind, t.payment_id as "paymentId", t.evidence_object as "evidenceObject", min(e.currency) as currency,
      jsonb_agg(jsonb_build_object('account', e.account, 'debitMinor', e.debit_minor, 'creditMinor', e.credit_minor)
        order by e.line) as postings
    from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
    where t.payment_id = ${paymentId} group by t.id order by t.id`.execute(core.db);
  return rows;
}

/** What an account that normally stands on the credit side holds. */
function sumAt(entries: readonly Entry[], account: string): number {
  const lines = entries.flatMap(({ postings }) => postings).filter((line) => line.account === account);
  return lines.reduce((sum, line) => sum + line.creditMinor - line.debitMinor, 0);
}

function byKind(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => a.kind.localeCompare(b.kind));
}
