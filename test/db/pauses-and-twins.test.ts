import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePayment, resumeDueMandate } from "../../db/queries/looks.ts";
import { resumeMandate, stopMandate } from "../../db/queries/mandates.ts";
import { followWithdrawals, readStoppedPayments } from "../../db/queries/sweeping.ts";
import { readWithdrawal, withdrawMethod } from "../../db/queries/withdrawals.ts";
import type { AfterNotCharged } from "../../domain/retry-policy.ts";
import {
  acceptNotices,
  confirmPayment,
  makeMethod,
  payment,
  planAll,
  planBillFor,
  toldTo,
} from "../support/rows.ts";
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
let cards = 0;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

/** What the sweeper does about stops and methods that are gone. */
async function sweep(): Promise<void> {
  for (let pass = 0; pass < 2; pass += 1) {
    for (const { paymentId, outcome } of await readStoppedPayments(core.db))
      await closePayment(core.db, { paymentId, outcome, reason: "stopped" });
    await followWithdrawals(core.db);
  }
}

const mandate = ({ mandateId }: Due) =>
  core.db.selectFrom("mandates").selectAll().where("id", "=", mandateId).executeTakeFirstOrThrow();

const setMethod = ({ methodId }: Due, change: { readonly state: string }) =>
  core.db.updateTable("methods").set(change).where("id", "=", methodId).execute();

const pause = (due: Due, until: string | null = null) =>
  stopMandate(core.db, { ...due, kind: "pause", until, why: null });

const pauseAs = (due: Due, by: "operator" | "system") =>
  sql`select stop_mandate(${due.mandateId}, null, 'pause', null, 'because', ${by})`.execute(core.db);

/** What the domain decides when the card itself is to blame. */
const cardDied: AfterNotCharged = {
  next: "method-dead",
  method: "unusable",
  need: "new-method",
  fallbackAllowed: true,
  neutralWords: false,
};

/** A debit that was declined because its only card had expired. */
async function deadOnlyCard(): Promise<Due> {
  const due = await makeDue(core);
  await askGate(core.db, due.paymentId);
  await record(core.db, due.chargeId, seen.declined("card_expired"), cardDied);
  return due;
}

describe("pauses are kept by author", () => {
  test("a payer's pause of a mandate that waits for a card holds when the card works again: nothing is planned or sent", async () => {
    const due = await makeDue(core);
    await setMethod(due, { state: "unusable" });
    await sweep();
    expect(await mandate(due)).toMatchObject({ state: "paused", paused_by: "system" });
    await pause(due);
    await setMethod(due, { state: "active" });
    await sweep();
    expect(await mandate(due)).toMatchObject({ state: "paused", paused_by: "payer" });
    const next = await planBillFor(core.db, due, { period: "2026-12" }).catch(() => undefined);
    expect(next?.paymentId, "no debit is planned").toBeUndefined();
    await resumeMandate(core.db, due);
    expect((await mandate(due)).state).toBe("active");
  });

  test("an operator's pause neither hides nor ends the payer's", async () => {
    const due = await makeDue(core);
    await pause(due);
    await pauseAs(due, "operator");
    expect((await mandate(due)).paused_by).toBe("operator");
    await sql`select resume_mandate(${due.mandateId}, ${due.residentId}, 'operator')`.execute(core.db);
    expect(await mandate(due)).toMatchObject({ state: "paused", paused_by: "payer" });
  });

  test("a pause whose day has come ends alone; another one with a later day is looked at on its own", async () => {
    const due = await makeDue(core);
    const { rows } = await sql<{ soon: string; later: string }>`
      select business_now() + interval '1 day' as soon, business_now() + interval '3 days' as later`.execute(
      core.db,
    );
    await pause(due, rows[0]?.soon ?? null);
    await sql`select stop_mandate(${due.mandateId}, null, 'pause', ${rows[0]?.later}::timestamptz, 'because', 'operator')`.execute(
      core.db,
    );
    expect((await mandate(due)).next_look_at).toBe(rows[0]?.soon);
    await jump(core.db, "25 hours");
    await resumeDueMandate(core.db, due.mandateId);
    expect(await mandate(due)).toMatchObject({
      state: "paused",
      paused_by: "operator",
      next_look_at: rows[0]?.later,
    });
    await jump(core.db, "48 hours");
    await resumeDueMandate(core.db, due.mandateId);
    expect((await mandate(due)).state).toBe("active");
  });

  test("a pause that ends by its day while no card works goes over into waiting for one, and its owner is told", async () => {
    const due = await makeDue(core);
    const { rows } = await sql<{ soon: string }>`select business_now() + interval '1 day' as soon`.execute(
      core.db,
    );
    await pause(due, rows[0]?.soon ?? null);
    await setMethod(due, { state: "unusable" });
    await jump(core.db, "25 hours");
    await resumeDueMandate(core.db, due.mandateId);
    expect(await mandate(due)).toMatchObject({
      state: "paused",
      paused_by: "system",
      why: "no-method",
      next_look_at: null,
    });
    await setMethod(due, { state: "active" });
    await sweep();
    expect((await mandate(due)).state).toBe("active");
  });
});

describe("the only card of a mandate dies in a decline", () => {
  test("the payer is asked for another one, and the question outlives the pause of the mandate", async () => {
    const due = await deadOnlyCard();
    await sweep();
    expect(await mandate(due)).toMatchObject({ state: "paused", paused_by: "system", why: "no-method" });
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "needs-payer", need: "new-method" });
    expect(await toldTo(core.db, due.residentId)).toContain("needs-confirmation");
    const dropped = await core.db
      .selectFrom("notifications")
      .select("event")
      .where("payment_id", "=", due.paymentId)
      .where("state", "=", "dropped")
      .execute();
    expect(dropped.filter(({ event }) => event !== "notice")).toEqual([]);
  });

  test("confirmed with another card it is paid, while the mandate still waits for one", async () => {
    const due = await deadOnlyCard();
    await sweep();
    const other = await makeMethod(core, { residentId: due.residentId, token: "another" });
    expect(await confirmPayment(core.db, { ...due, methodId: other, amountMinor: 512_345 })).toMatchObject({
      state: "scheduled",
    });
    await sweep();
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  });

  test("a person's stop afterwards still ends the question", async () => {
    const due = await deadOnlyCard();
    await sweep();
    await pause(due);
    await sweep();
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
  });

  test("a planned debit on a card that its owner took away stops with it, as the withdrawal said", async () => {
    const due = await makeDue(core);
    expect(await withdrawMethod(core.db, due)).toMatchObject({ planned: [{ outcome: "stops" }] });
    await sweep();
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "closed", outcome: "stopped" });
  });

  test("nothing is debited alone while the mandate waits for a card", async () => {
    const due = await makeDue(core);
    await pauseAs(due, "system");
    expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "asked", need: "new-method" });
  });
});

describe("a card that was saved twice", () => {
  /** A debit planned on one of two rows of one card; both stand in the terms. */
  async function twins(): Promise<Due & { readonly twin: string }> {
    const due = await makeDue(core, { cards: 2 });
    cards += 1;
    const rows = await core.db
      .updateTable("methods")
      .set({ card_key: `twin-${cards}` })
      .where("resident_id", "=", due.residentId)
      .returning("id")
      .execute();
    const twin = rows.find(({ id }) => id !== due.methodId)?.id ?? "";
    return { ...due, twin };
  }

  test("is withdrawn as one card: the answer names the twin, the mandate stops, nothing is sent afterwards", async () => {
    const due = await twins();
    const warned = await readWithdrawal(core.db, due);
    const answer = await withdrawMethod(core.db, due);
    for (const told of [warned, answer]) {
      expect(told).toMatchObject({
        twins: [{ methodId: due.twin }],
        follows: [{ mandate: due.mandateId, outcome: "stops" }],
        planned: [{ payment: due.paymentId, outcome: "stops" }],
      });
    }
    await sweep();
    await acceptNotices(core.db, due.paymentId);
    await planAll(core.db);
    expect(await askGate(core.db, due.paymentId)).not.toMatchObject({ verdict: "passed" });
    expect(await readWithdrawal(core.db, due)).toMatchObject({ sentAfter: 0 });
    expect(await readWithdrawal(core.db, { ...due, methodId: due.twin })).toMatchObject({ sentAfter: 0 });
    expect(await mandate(due)).toMatchObject({ state: "paused", why: "no-method" });
  });

  test("dies as one card: its twin is no other method to go on with", async () => {
    const due = await twins();
    await setMethod(due, { state: "unusable" });
    await sweep();
    expect(await payment(core.db, due.paymentId)).toMatchObject({ state: "needs-payer", need: "new-method" });
  });

  test("of another person stays theirs", async () => {
    const [mine, theirs] = [await twins(), await makeDue(core)];
    await sql`update methods set card_key = (select card_key from methods where id = ${mine.methodId})
      where id = ${theirs.methodId}`.execute(core.db);
    await withdrawMethod(core.db, mine);
    expect(await askGate(core.db, theirs.paymentId)).toMatchObject({ verdict: "passed" });
  });
});
