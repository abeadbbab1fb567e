import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AfterNotCharged } from "../../domain/retry-policy.ts";
import { casesOf, charge, makePayer, payment, payNow, pushBill } from "../support/rows.ts";
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
  core = await openMoneyCore();
});
afterAll(() => core.close());

const newCard = () => `card-${crypto.randomUUID()}`;

/** A debit on a card, sent and ended in this way. */
async function tried(
  cardKey: string,
  end: { readonly said: ReturnType<typeof seen.declined>; readonly plan: AfterNotCharged },
): Promise<Due> {
  const due = await makeDue(core, { cardKey });
  expect(await askGate(core.db, due.paymentId)).toMatchObject({ verdict: "passed" });
  await record(core.db, due.chargeId, end.said, end.plan);
  return due;
}

describe("a card that its network forbids", () => {
  const forbids = (bansCard: "mit" | "all"): AfterNotCharged => ({
    next: "method-dead",
    method: bansCard === "all" ? "unusable" : "withdrawn",
    fallbackAllowed: false,
    need: "new-method",
    neutralWords: false,
    bansCard,
    because: bansCard === "all" ? "bank-forbids-retry" : "permission-withdrawn",
  });

  test("is tried by no other mandate and no other saved copy, and the payer is asked for another one", async () => {
    const cardKey = newCard();
    const other = await makeDue(core, { cardKey });
    const first = await tried(cardKey, { said: seen.declined("do_not_try_again"), plan: forbids("all") });
    expect(await charge(core.db, first.chargeId)).toMatchObject({
      because: "bank-forbids-retry",
      reason: "do_not_try_again",
    });
    const states = await core.db
      .selectFrom("methods")
      .select("state")
      .where("card_key", "=", cardKey)
      .execute();
    expect(states).toEqual([{ state: "unusable" }, { state: "unusable" }]);
    expect(await askGate(core.db, other.paymentId)).toMatchObject({ verdict: "asked", need: "new-method" });
    // saved once more a month later: still the same card
    await jump(core.db, "32 days");
    const later = await makeDue(core, { cardKey });
    expect(await askGate(core.db, later.paymentId)).toMatchObject({
      verdict: "asked",
      check: "budget",
      need: "new-method",
    });
  });

  test("with the permission gone it serves a payer who is present, and no mandate", async () => {
    const cardKey = newCard();
    await tried(cardKey, { said: seen.declined("revocation_of_authorization"), plan: forbids("mit") });
    const later = await makeDue(core, { cardKey });
    expect(await askGate(core.db, later.paymentId)).toMatchObject({ verdict: "asked", check: "budget" });
    const { residentId, methodId } = later;
    const { billId } = await pushBill(core.db, { account: `own-${cardKey}` });
    const paying = await payNow(core.db, { billId, residentId, methodId });
    expect(await askGate(core.db, paying.paymentId ?? "")).toMatchObject({ verdict: "passed" });
  });

  test("two charges that learn of it at once do not wait for each other", async () => {
    for (let round = 0; round < 10; round += 1) {
      const cardKey = newCard();
      const dues = [await makeDue(core, { cardKey }), await makeDue(core, { cardKey })];
      for (const { paymentId } of dues) await askGate(core.db, paymentId);
      await Promise.all(
        dues.map(({ chargeId }) =>
          record(core.db, chargeId, seen.declined("do_not_try_again"), forbids("all")),
        ),
      );
      expect(
        await core.db.selectFrom("card_bans").select("bans").where("card_key", "=", cardKey).execute(),
      ).toEqual([{ bans: "all" }]);
    }
  });
});

describe("the gateway says that it has this payment already", () => {
  const twin: AfterNotCharged = {
    next: "look-up-first",
    need: "confirm-again",
    because: "already-there",
    alarm: "explain it",
  };

  test("nothing is sent until it is explained; its charges are looked at again; the payer hears not to pay", async () => {
    const due = await tried(newCard(), { said: seen.declined("duplicate_transaction"), plan: twin });
    const { db } = core;
    expect(await payment(db, due.paymentId)).toMatchObject({
      state: "scheduled",
      remark: "already-there",
      need: null,
    });
    expect(await casesOf(db, due.chargeId)).toEqual(["alarm", "already-there"]);
    const nudges = await sql`select charge_id from gateway_nudges where charge_id = ${due.chargeId}`.execute(
      db,
    );
    expect(nudges.rows).toHaveLength(1);
    for (const hours of [1, 30, 24 * 30]) {
      await jump(db, `${hours} hours`);
      expect(await askGate(db, due.paymentId)).toMatchObject({ verdict: "not-now", reason: "already-there" });
    }
    const told = await sql<{
      event: string;
    }>`select event from notifications where payment_id = ${due.paymentId}
      and state <> 'dropped' order by created_at`.execute(db);
    expect(told.rows.map(({ event }) => event)).toEqual(["notice", "being-checked"]);

    await sql`update cases set closed_at = business_now() where subject = ${due.chargeId} and kind = 'already-there'`.execute(
      db,
    );
    // explained: it goes on, and after so long a time with a new notice first
    expect(await askGate(db, due.paymentId)).toMatchObject({ verdict: "not-now", check: "notice" });
  });

  test("a payer's own payment keeps its debt as well", async () => {
    const { db } = core;
    const payer = await makePayer(core, { cardKey: newCard() });
    const { billId } = await pushBill(db, { account: payer.account });
    const { paymentId = "" } = await payNow(db, {
      billId,
      residentId: payer.residentId,
      methodId: payer.methodId,
    });
    expect(await askGate(db, paymentId)).toMatchObject({ verdict: "passed" });
    await record(db, `${paymentId}-1`, seen.declined("duplicate_transaction"), twin);
    expect(await payment(db, paymentId)).toMatchObject({ state: "scheduled", remark: "already-there" });
    expect(await askGate(db, paymentId)).toMatchObject({ verdict: "not-now", reason: "already-there" });
    expect(await payNow(db, { billId, residentId: payer.residentId })).toMatchObject({
      refused: "bill-being-paid",
    });
  });
});
