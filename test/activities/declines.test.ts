import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  acceptNotices,
  casesOf,
  charge,
  confirmPayment,
  duePayment,
  livingNotice,
  makePayer,
  payment,
  toldTo,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

/** The first charge of a new mandate is declined for this reason. */
async function declined(reason: string, payerOptions: Parameters<typeof makePayer>[1] = {}) {
  const payer = await makePayer(engine, payerOptions);
  const due = await duePayment(engine.db, payer);
  await engine.bank.arm({ kind: "decline", reason }, { chargeId: due.chargeId });
  const result = await engine.charge(due.paymentId);
  return { ...payer, ...due, result, first: await livingNotice(engine.db, due.paymentId) };
}

/** Moves the clock to the moment of the next try, whatever the time of day is now. */
async function jumpToNextTry(paymentId: string): Promise<void> {
  const { not_before: notBefore } = await payment(engine.db, paymentId);
  const { rows } = await sql<{ now: string }>`select business_now() as now`.execute(engine.db);
  await engine.jump({ seconds: (Date.parse(notBefore) - Date.parse(rows[0]?.now ?? "")) / 1_000 + 60 });
}

const moscow = (instant: string) => new Date(Date.parse(instant) + 3 * 3_600_000).toISOString().slice(0, 16);

describe("want of funds, or a soft decline", () => {
  for (const [reason, because] of [
    ["insufficient_funds", "not-enough-money"],
    ["general_decline", "no-reason-given"],
  ] as const) {
    test(`${reason}: tried again tomorrow morning of the payer's clock, announced by the failure message`, async () => {
      const { db, bank } = engine;
      const { paymentId, chargeId, residentId, result, first } = await declined(reason);
      expect(result).toMatchObject({ payment: "scheduled", charge: "not-charged" });
      expect(await toldTo(db, residentId)).toEqual(["notice", "failed-retry"]);
      const row = await payment(db, paymentId);
      const wait = Date.parse(row.not_before) - Date.parse(row.changed_at);
      if (reason === "insufficient_funds") expect(wait).toBeGreaterThanOrEqual(86_400_000 - 5_000);
      else expect(moscow(row.not_before).slice(11, 13)).toMatch(/^(07|08|09|10|11|12)$/);
      expect(wait).toBeLessThan(2 * 86_400_000);
      expect(row.plan).toMatchObject([{ kind: "after-days" }, {}]);
      expect(await charge(db, chargeId)).toMatchObject({ reason, because });
      expect(first).toMatchObject({ state: "queued", not_before: row.not_before, amount_minor: 512_345 });
      expect(await bank.debits(paymentId)).toEqual([]);
    });
  }

  test("the retry waits for its own notice: due, but not announced, nothing is sent", async () => {
    const { db, bank } = engine;
    const { paymentId } = await declined("insufficient_funds");
    await jumpToNextTry(paymentId);
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(db, paymentId)).toMatchObject({
      state: "scheduled",
      reason: "insufficient_funds",
      remark: "notice not accepted yet",
    });
    expect(await bank.posts(paymentId)).toHaveLength(1);
  });

  test("the announced retry is a new charge with a new key; it pays, and there is one debit", async () => {
    const { db, bank } = engine;
    const { paymentId } = await declined("insufficient_funds");
    await acceptNotices(db, paymentId);
    expect(await engine.charge(paymentId), "not before its moment").toBeNull();
    await jumpToNextTry(paymentId);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect((await bank.posts(paymentId)).map(({ key }) => key)).toEqual([`${paymentId}-1`, `${paymentId}-2`]);
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("when the plan is at its end the payer is asked, and no notice stays that announces a debit", async () => {
    const { db, bank } = engine;
    const { paymentId, residentId } = await declined("general_decline");
    for (const ordinal of [2, 3]) {
      await acceptNotices(db, paymentId);
      await jumpToNextTry(paymentId);
      await bank.arm({ kind: "decline", reason: "general_decline" }, { chargeId: `${paymentId}-${ordinal}` });
      await engine.charge(paymentId);
    }
    expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "confirm-again" });
    expect(await livingNotice(db, paymentId)).toBeUndefined();
    expect((await toldTo(db, residentId)).at(-1)).toBe("needs-confirmation");
    expect(await bank.debits(paymentId)).toEqual([]);
  });
});

describe("a technical decline", () => {
  for (const [reason, minutes] of [
    ["issuer_unavailable", 15],
    ["internal_timeout", 1],
  ] as const) {
    test(`${reason}: again after ${minutes} min, with a notice of its own`, async () => {
      const { db } = engine;
      const { paymentId, result } = await declined(reason);
      expect(result).toMatchObject({ payment: "scheduled" });
      const row = await payment(db, paymentId);
      const wait = Date.parse(row.not_before) - Date.parse(row.changed_at);
      // moved by up to a tenth, so that a city's retries do not come at one moment
      expect(Math.abs(wait - minutes * 60_000)).toBeLessThan(minutes * 6_000 + 5_000);
      expect((await livingNotice(db, paymentId))?.state).toBe("queued");
    });
  }
});

describe("the bank asks for the payer", () => {
  test("3d_secure_failed: nothing is tried alone; the payer's own confirmation makes a second charge with a new key", async () => {
    const { db, bank } = engine;
    const { paymentId, residentId, methodId, result } = await declined("3d_secure_failed");
    expect(result).toMatchObject({ payment: "needs-payer", charge: "not-charged" });
    expect(await payment(db, paymentId)).toMatchObject({ need: "confirm-again", reason: "3d_secure_failed" });
    expect(await toldTo(db, residentId)).toEqual(["notice", "needs-confirmation"]);
    expect(await engine.charge(paymentId)).toBeNull();

    expect(await confirmPayment(db, { paymentId, residentId, methodId })).toMatchObject({
      state: "scheduled",
    });
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "charging", charge: "challenged" });
    expect(await bank.debits(paymentId)).toEqual([]);
    const second = await charge(db, `${paymentId}-2`);
    expect(second).toMatchObject({ initiated_by: "cit", notice_id: null });
    expect(second.confirm_by).not.toBeNull();

    await bank.settle(second.object_id ?? "", "succeeded");
    expect(await engine.lookUp(second.id)).toMatchObject({ payment: "paid" });
    expect(await bank.debits(paymentId)).toMatchObject([{ chargeId: second.id }]);
  });

  test("two devices open the link: one instruction, one gateway object", async () => {
    const { db, bank } = engine;
    const { paymentId, residentId, methodId } = await declined("3d_secure_failed");
    await Promise.all([
      confirmPayment(db, { paymentId, residentId, methodId }),
      confirmPayment(db, { paymentId, residentId, methodId }),
    ]);
    await Promise.all([engine.charge(paymentId), engine.charge(paymentId)]);
    expect(await confirmPayment(db, { paymentId, residentId, methodId })).toMatchObject({
      state: "charging",
    });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await bank.posts(paymentId)).toHaveLength(2);
    const instructions = await db
      .selectFrom("instructions")
      .select("id")
      .where("payment_id", "=", paymentId)
      .execute();
    expect(instructions).toHaveLength(1);
  });

  test("the payer walks away: the confirmation ends at the bank, and the payment asks again", async () => {
    const { db, bank } = engine;
    const { paymentId, residentId, methodId } = await declined("3d_secure_failed");
    await confirmPayment(db, { paymentId, residentId, methodId });
    await engine.charge(paymentId);
    await engine.jump({ minutes: 61 });
    expect(await engine.lookUp(`${paymentId}-2`)).toMatchObject({
      payment: "needs-payer",
      charge: "not-charged",
    });
    expect(await charge(db, `${paymentId}-2`)).toMatchObject({ how: "expired" });
    expect(await bank.debits(paymentId)).toEqual([]);
  });

  test("a code that nobody has listed asks the payer and raises an alarm", async () => {
    const { db } = engine;
    const { chargeId, result } = await declined("brand_new_reason");
    expect(result).toMatchObject({ payment: "needs-payer" });
    expect(await casesOf(db, chargeId)).toEqual(["alarm"]);
  });
});

describe("the card is dead", () => {
  test("it becomes unusable, and the second method, which the notice had named, pays at once", async () => {
    const { db, bank } = engine;
    const { paymentId, methodId, result } = await declined("card_expired", { cards: 2 });
    expect(result).toMatchObject({ payment: "scheduled", charge: "not-charged" });
    const dead = await db.selectFrom("methods").select("state").where("id", "=", methodId).executeTakeFirst();
    expect(dead).toEqual({ state: "unusable" });

    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    const second = await charge(db, `${paymentId}-2`);
    expect(second.method_id).not.toBe(methodId);
    expect((await livingNotice(db, paymentId))?.fallbacks).toEqual([second.method_id]);
    expect(await bank.debits(paymentId)).toHaveLength(1);
  });

  test("without another method in the notice the payer is asked for one", async () => {
    const { db } = engine;
    const { paymentId, result } = await declined("card_expired");
    expect(result).toMatchObject({ payment: "needs-payer" });
    expect(await payment(db, paymentId)).toMatchObject({ need: "new-method" });
  });

  test("fraud suspected: unusable, and no other card is tried although the notice had named one", async () => {
    const { db, bank } = engine;
    const { paymentId, methodId, result } = await declined("fraud_suspected", { cards: 2 });
    expect(result).toMatchObject({ payment: "needs-payer" });
    const dead = await db.selectFrom("methods").select("state").where("id", "=", methodId).executeTakeFirst();
    expect(dead).toEqual({ state: "unusable" });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await bank.posts(paymentId)).toHaveLength(1);
  });

  test("permission revoked at the bank: the method is withdrawn, nothing is tried anywhere", async () => {
    const { db, bank } = engine;
    const { paymentId, methodId, result } = await declined("permission_revoked", { cards: 2 });
    expect(result).toMatchObject({ payment: "needs-payer" });
    const gone = await db.selectFrom("methods").select("state").where("id", "=", methodId).executeTakeFirst();
    expect(gone).toEqual({ state: "withdrawn" });
    expect(await bank.posts(paymentId)).toHaveLength(1);
  });
});

describe("a card's budget, over all mandates", () => {
  test("after two declined debits in a day the third waits, whoever asks for it", async () => {
    const { db, bank } = engine;
    const cardKey = `card-${crypto.randomUUID()}`;
    await declined("general_decline", { cardKey });
    await declined("general_decline", { cardKey });
    const third = await duePayment(db, await makePayer(engine, { cardKey }));
    expect(await engine.charge(third.paymentId)).toBeNull();
    expect(await payment(db, third.paymentId)).toMatchObject({
      state: "scheduled",
      remark: "card budget of the day",
    });
    expect(await bank.posts(third.paymentId)).toEqual([]);
    // the announced day passes without a debit: the new one is told now
    const { payer_told: told } = await db
      .selectFrom("notifications")
      .select(({ fn }) => fn.countAll<number>().as("payer_told"))
      .where("payment_id", "=", third.paymentId)
      .where("event", "=", "notice-changed")
      .executeTakeFirstOrThrow();
    expect(told).toBe(1);
  });

  test("a refused transmission is given back to the budget", async () => {
    const { db, bank } = engine;
    const cardKey = `card-${crypto.randomUUID()}`;
    await declined("general_decline", { cardKey });
    const refused = await duePayment(db, await makePayer(engine, { cardKey }));
    await bank.arm({ kind: "429" }, { chargeId: refused.chargeId });
    await engine.charge(refused.paymentId);
    const third = await duePayment(db, await makePayer(engine, { cardKey }));
    expect(await engine.charge(third.paymentId)).toMatchObject({ payment: "paid" });
  });
});
