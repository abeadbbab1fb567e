import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endPayment } from "../../activities/looking.ts";
import { NOTICE_PACKS } from "../../domain/notice-policy.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import {
  acceptNotices,
  charge,
  duePayment,
  livingNotice,
  makePayer,
  type Payer,
  payment,
  planBillFor,
  toldTo,
} from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

type Situation = Payer & { readonly paymentId: string; readonly billId: string };

/** A debit that is announced, its notice accepted, its moment three seconds ahead. */
async function announced(): Promise<Situation> {
  const payer = await makePayer(engine, { terms: { noticePack: NOTICE_PACKS.demo } });
  return { ...payer, ...(await duePayment(engine.db, payer)) };
}

describe("no debit without its notice", () => {
  test("a notice that waits in the queue permits nothing", async () => {
    const { db, bank } = engine;
    const payer = await makePayer(engine);
    const { paymentId } = await planBillFor(db, payer);
    await engine.jump({ seconds: 10 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await bank.posts(paymentId)).toEqual([]);
  });

  test("a notice that bounced permits nothing, and the payer is shown that nobody could be told", async () => {
    const { db, bank } = engine;
    const { paymentId } = await announced();
    const notice = await livingNotice(db, paymentId);
    await sql`select void_notice(${notice?.id ?? ""}, 'bounced')`.execute(db);
    await engine.jump({ seconds: 10 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
    expect(await bank.posts(paymentId)).toEqual([]);
  });

  test("somebody without a proved address is never debited by mandate", async () => {
    const { db } = engine;
    const payer = await makePayer(engine, { email: null });
    const { paymentId } = await planBillFor(db, payer);
    expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "no-channel" });
    expect(await engine.charge(paymentId)).toBeNull();
  });

  test("too old after an outage: a new notice first, never a late debit", async () => {
    const { db, bank } = engine;
    const { paymentId, residentId } = await announced();
    await engine.jump({ hours: 25 });
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await bank.posts(paymentId)).toEqual([]);
    expect(await livingNotice(db, paymentId)).toMatchObject({ state: "queued" });
    await acceptNotices(db, paymentId);
    await engine.jump({ seconds: 10 });
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await toldTo(db, residentId)).toEqual(["notice", "notice-changed", "paid"]);
  });

  test("the database itself refuses a charge without an accepted, equal notice", async () => {
    const { db } = engine;
    const { paymentId, methodId } = await announced();
    const notice = await livingNotice(db, paymentId);
    // read to the millisecond, kept more exactly
    const at = sql`${notice?.not_before ?? ""}::timestamptz + interval '1 millisecond'`;
    const smuggled =
      sql`insert into charges (id, payment_id, ordinal, gateway, merchant_account, initiated_by, method_id, notice_id,
        amount_minor, currency, payee_hash, bill_version, idempotency_key, request_hash, state, first_sent_at, last_sent_at, lease_until)
      values (${`${paymentId}-1`}, ${paymentId}, 1, 'yookassa', '100500', 'mit', ${methodId}, ${notice?.id ?? ""}, 512346, 'RUB',
        ${notice?.payee_hash ?? ""}, 1, ${`${paymentId}-1`}, 'x', 'sending', ${at}, ${at}, now())`.execute(
        db,
      );
    await expect(smuggled).rejects.toThrow("no accepted, equal notice");
  });

  test("the database itself refuses a charge without a gate row", async () => {
    const { db } = engine;
    const { paymentId, methodId } = await announced();
    const notice = await livingNotice(db, paymentId);
    // read to the millisecond, kept more exactly
    const at = sql`${notice?.not_before ?? ""}::timestamptz + interval '1 millisecond'`;
    const smuggled =
      sql`insert into charges (id, payment_id, ordinal, gateway, merchant_account, initiated_by, method_id, notice_id,
        amount_minor, currency, payee_hash, bill_version, idempotency_key, request_hash, state, first_sent_at, last_sent_at, lease_until)
      values (${`${paymentId}-1`}, ${paymentId}, 1, 'yookassa', '100500', 'mit', ${methodId}, ${notice?.id ?? ""}, 512345, 'RUB',
        ${notice?.payee_hash ?? ""}, 1, ${`${paymentId}-1`}, 'x', 'sending', ${at}, ${at}, now())`.execute(
        db,
      );
    await expect(smuggled).rejects.toThrow("no gate pass");
  });
});

describe("the payer's deadline", () => {
  const deadlineCame = (paymentId: string) =>
    sql`update payments set give_up_at = business_now() - interval '1 second' where id = ${paymentId}`.execute(
      engine.db,
    );

  test("a question that nobody answers skips the payment, the claim is free, and the payer is told", async () => {
    const { db, bank } = engine;
    const payer = await makePayer(engine, {
      terms: { limitPerPayment: { amountMinor: 100, currency: "RUB" } },
    });
    const { paymentId } = await planBillFor(db, payer);
    await endPayment(db, { paymentId, outcome: "gave-up" });
    expect(await payment(db, paymentId)).toMatchObject({ state: "needs-payer", need: "over-limit" });
    await deadlineCame(paymentId);
    await endPayment(db, { paymentId, outcome: "gave-up" });
    expect(await payment(db, paymentId)).toMatchObject({ state: "closed", outcome: "skipped" });
    expect(await toldTo(db, payer.residentId)).toContain("question-unanswered");
    expect(await bank.posts(paymentId)).toEqual([]);
  });

  test("nothing is closed over a charge that is under way", async () => {
    const { db, bank } = engine;
    const { paymentId } = await announced();
    await engine.jump({ seconds: 10 });
    await bank.arm({ kind: "commit-then-drop" }, { chargeId: `${paymentId}-1` });
    await engine.charge(paymentId);
    await deadlineCame(paymentId);
    await endPayment(db, { paymentId, outcome: "gave-up" });
    expect(await payment(db, paymentId)).toMatchObject({ state: "charging", stop_mark: "gave-up" });
    expect((await charge(db, `${paymentId}-1`)).state).toBe("unknown");
  });
});
