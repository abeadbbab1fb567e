import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePayment, giveUpPayment } from "../../db/queries/looks.ts";
import { resumeMandate, stopMandate } from "../../db/queries/mandates.ts";
import { expireLeases, readStoppedPayments } from "../../db/queries/sweeping.ts";
import {
  charge,
  makePayer,
  payment,
  paymentOf,
  payNow,
  planAll,
  planBillFor,
  pushBill,
  rub,
  skipPayment,
  toldTo,
} from "../support/rows.ts";
import {
  askGate,
  askPayer,
  askReplay,
  type Due,
  makeDue,
  type MoneyCore,
  openMoneyCore,
  record,
  seen,
  tryAgainSoon,
} from "./support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const cancel = (due: Due) => stopMandate(core.db, { ...due, kind: "cancel", until: null, why: null });
const pause = (due: Due) => stopMandate(core.db, { ...due, kind: "pause", until: null, why: null });

/** What the sweeper does about stops that have committed. */
async function carryOut(): Promise<void> {
  for (const { paymentId, outcome } of await readStoppedPayments(core.db))
    await closePayment(core.db, { paymentId, outcome, reason: "stopped" });
}

const mandateOf = ({ mandateId }: Due) =>
  core.db.selectFrom("mandates").selectAll().where("id", "=", mandateId).executeTakeFirstOrThrow();

async function claimsOf(paymentId: string): Promise<readonly string[]> {
  const rows = await core.db
    .selectFrom("claims")
    .select("state")
    .where("payment_id", "=", paymentId)
    .execute();
  return rows.map(({ state }) => state);
}

async function paymentsFor(billId: string) {
  return core.db
    .selectFrom("payments")
    .select(["id", "state", "outcome", "route", "resident_id", "mandate_id"])
    .where("bill_id", "=", billId)
    .orderBy("created_at")
    .execute();
}

describe("a stop while a charge is unknown", () => {
  test("it is listed with what happens next, marked, never replayed, and its end is final", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.unanswered());
    const answer = await cancel(due);
    expect(answer?.inFlight).toMatchObject([
      {
        charge: due.chargeId,
        payment: due.paymentId,
        amount: rub(512_345),
        state: "unknown",
        method: "Bank card *4444",
      },
    ]);
    expect((await cancel(due))?.inFlight, "a repeated stop answers with today's list").toHaveLength(1);
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "no-replay", check: "mandate" });
    await record(core.db, due.chargeId, seen.declined(), tryAgainSoon);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
    expect((await cancel(due))?.inFlight).toEqual([]);
  });

  test("a transmission whose process died becomes unknown without any workflow, and after a stop it stays unsent", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await sql`update charges set lease_until = now() - interval '1 minute' where id = ${due.chargeId}`.execute(
      core.db,
    );
    expect(await expireLeases(core.db)).toBe(1);
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "unknown", unanswered: 1 });
    await cancel(due);
    expect(await askReplay(core.db, due.chargeId)).toMatchObject({ verdict: "no-replay" });
  });

  test("money that had left is kept for a debt that is still owed, and told plainly", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await cancel(due);
    expect(await record(core.db, due.chargeId, seen.charged())).toMatchObject({ payment: "paid" });
    expect((await toldTo(core.db, due.residentId)).at(-1)).toBe("charged-after-stop");
  });

  const annul = async ({ account }: Due) => {
    await pushBill(core.db, { account, version: 2, status: "annulled" });
    await planAll(core.db);
  };
  test.each([
    ["alone", [cancel], 1],
    ["and the bill is withdrawn before it", [annul, pause], 1],
    ["and the bill is withdrawn after it", [cancel, annul], 1],
    ["and the bill is withdrawn once it is carried out", [pause, carryOut, annul], 1],
    ["twice", [pause, cancel], 1],
    ["by nobody: the bill is withdrawn", [annul], 0],
  ])("stopped %s: that nothing was taken of what was listed is told once", async (_how, deeds, times) => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.unanswered());
    for (const deed of deeds) await deed(due);
    for (const _ of [1, 2]) await record(core.db, due.chargeId, seen.declined());
    await carryOut();
    expect(await charge(core.db, due.chargeId)).toMatchObject({ state: "not-charged" });
    const told = (await toldTo(core.db, due.residentId)).filter((event) => event === "nothing-taken");
    expect(told).toHaveLength(times);
  });
});

describe("resuming never revives", () => {
  test("what was planned before the pause is dead; the debt is planned anew with a notice of its own", async () => {
    const due = await makeDue(core);
    await pause(due);
    await resumeMandate(core.db, due);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "ended", outcome: "stopped" });
    await planAll(core.db);
    const [old, fresh] = await paymentsFor(due.billId);
    expect(old).toMatchObject({ id: due.paymentId, state: "closed", outcome: "stopped" });
    expect(fresh).toMatchObject({ state: "scheduled" });
    expect(await askGate(core.db, fresh?.id ?? ""), "the old notice serves nobody").toMatchObject({
      verdict: "not-now",
      reason: "notice not accepted yet",
    });
  });

  test("an amendment between pause, resume and sweep announces nothing for the dead one", async () => {
    const due = await makeDue(core);
    await pause(due);
    await resumeMandate(core.db, due);
    await pushBill(core.db, { account: due.account, version: 2, amountMinor: 600_000 });
    await planAll(core.db);
    const [old, fresh] = await paymentsFor(due.billId);
    expect(old).toMatchObject({ state: "closed", outcome: "stopped" });
    expect(fresh).toMatchObject({ state: "scheduled" });
    const told = await toldTo(core.db, due.residentId);
    expect(told.filter((event) => event === "notice-changed")).toEqual([]);
  });

  test("a charge under way at the pause: after the resume its payment still only ends", async () => {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await pause(due);
    await resumeMandate(core.db, due);
    await record(core.db, due.chargeId, seen.declined(), tryAgainSoon);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
  });

  test.each(["operator", "system"])(
    "a pause by %s is not ended by the payer, whose own pause holds beside it",
    async (by) => {
      const due = await makeDue(core);
      await sql`select stop_mandate(${due.mandateId}, null, 'pause', null, 'because', ${by})`.execute(
        core.db,
      );
      const until = new Date(Date.now() + 86_400_000).toISOString();
      await stopMandate(core.db, { ...due, kind: "pause", until, why: null });
      expect(await mandateOf(due)).toMatchObject({
        state: "paused",
        paused_by: by === "operator" ? by : "payer",
      });
      await resumeMandate(core.db, due);
      expect((await mandateOf(due)).paused_by).toBe(by);
      expect(await resumeMandate(core.db, due)).toMatchObject({ refused: `paused-by-${by}` });
    },
  );
});

describe("skipping", () => {
  test("the debt is never planned again by that mandate: not after the sweep, an amendment, or an annulment taken back", async () => {
    const due = await makeDue(core);
    await skipPayment(core.db, due.paymentId, due.residentId);
    await carryOut();
    await planAll(core.db);
    for (const news of [
      { version: 2, amountMinor: 600_000 },
      { version: 3, status: "annulled" },
      { version: 4, status: "issued" },
    ] as const) {
      await pushBill(core.db, { account: due.account, ...news });
      await planAll(core.db);
    }
    expect(await paymentsFor(due.billId)).toMatchObject([{ state: "closed", outcome: "skipped" }]);
  });

  test("another mandate may pay it, and so may a person", async () => {
    const due = await makeDue(core);
    const other = await makePayer(core, { account: due.account });
    await skipPayment(core.db, due.paymentId, due.residentId);
    await carryOut();
    await planAll(core.db);
    const planned = await paymentOf(core.db, due.billId);
    expect(planned).toMatchObject({ state: "scheduled", mandate_id: other.mandateId });
    expect(await payNow(core.db, due)).toHaveProperty("paymentId");
  });

  test("the next bill of the account is planned as always", async () => {
    const due = await makeDue(core);
    await skipPayment(core.db, due.paymentId, due.residentId);
    const next = await planBillFor(core.db, due, { period: "2026-12" });
    expect(await payment(core.db, next.paymentId)).toMatchObject({ state: "scheduled" });
  });

  test("skipped because of the limit at the gate: nothing is debited, the owner is told, the debt stays to people", async () => {
    const due = await makeDue(core, { terms: { overLimit: "skip" } });
    await sql`with v as (insert into mandate_versions (mandate_id, version, terms, narrowing)
        select mandate_id, 2, jsonb_set(terms, '{limitPerPayment}', ${JSON.stringify(rub(100))}::jsonb), true
          from mandate_versions where mandate_id = ${due.mandateId})
      update mandates set version = 2 where id = ${due.mandateId}`.execute(core.db);
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "ended", outcome: "skipped" });
    await planAll(core.db);
    expect(await paymentsFor(due.billId)).toHaveLength(1);
    expect(await toldTo(core.db, due.residentId)).toContain("over-limit-skipped");
  });
});

describe("a debt that was given up", () => {
  async function givenUp(): Promise<Due> {
    const due = await makeDue(core);
    await askGate(core.db, due.paymentId);
    await record(core.db, due.chargeId, seen.declined(), askPayer);
    await sql`update payments set give_up_at = business_now() where id = ${due.paymentId}`.execute(core.db);
    await giveUpPayment(core.db, due.paymentId);
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
    return due;
  }

  test("is not planned again by the same mandate; its people are told", async () => {
    const due = await givenUp();
    await core.db
      .insertInto("payer_accounts")
      .values({ resident_id: due.residentId, biller_id: "gorod-zhkh", account: due.account })
      .execute();
    await planAll(core.db);
    expect(await paymentsFor(due.billId)).toHaveLength(1);
    expect(await toldTo(core.db, due.residentId)).toEqual([
      "notice",
      "needs-confirmation",
      "failed",
      "bill-arrived",
    ]);
  });

  test("is free for a person and for another mandate", async () => {
    const due = await givenUp();
    expect(await claimsOf(due.paymentId)).toEqual([]);
    const other = await makePayer(core, { account: due.account });
    await planAll(core.db);
    expect(await paymentOf(core.db, due.billId)).toMatchObject({
      mandate_id: other.mandateId,
      state: "scheduled",
    });
    expect(await payNow(core.db, due)).toHaveProperty("paymentId");
  });
});
