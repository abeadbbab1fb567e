import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { keepPhone } from "../../db/queries/payments.ts";
import type { MethodKind } from "../../domain/capability-matrix.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { casesOf, charge, makePayer, payment, payNow, pushBill } from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
  await sql`update billers set allowed_methods =
    '{bank_card,sbp,yoo_money,sberbank,tinkoff_bank,mobile_balance}'`.execute(engine.db);
});
afterEach(() => engine.bank.disarm());
afterAll(() => engine.close());

const phone = "+79160000000";

/** A payment by hand of a bill of its own, by what is taken for it once. */
async function payOnce(kind: MethodKind, amountMinor = 512_345) {
  const { db, sealer } = engine;
  const payer = await makePayer(engine);
  await sql`update billers set allowed_methods =
    '{bank_card,sbp,yoo_money,sberbank,tinkoff_bank,mobile_balance}'`.execute(db);
  const { billId } = await pushBill(db, { account: `${payer.account}-once`, amountMinor });
  const { paymentId = "" } = await payNow(db, { billId, residentId: payer.residentId, kind, amountMinor });
  if (kind === "mobile_balance") {
    await keepPhone(db, { paymentId, phone: sealer.seal(phone, paymentId) });
  }
  return { paymentId, chargeId: `${paymentId}-1` };
}

const atBank = async (chargeId: string) => {
  const { object_id } = await charge(engine.db, chargeId);
  return engine.bank.control<Record<string, unknown>>("GET", `/payments/${object_id ?? ""}`);
};
const numbersKept = async (paymentId: string) => {
  const { rows } = await sql<{ n: number }>`select count(phone)::int as n from instructions
    where payment_id = ${paymentId}`.execute(engine.db);
  return rows[0]?.n;
};

describe("taken for one payment, not saved", () => {
  test.each(["sbp", "yoo_money", "sberbank", "tinkoff_bank"] as const)(
    "%s: asked for by its name, confirmed on the bank's page, one debit",
    async (kind) => {
      const { paymentId, chargeId } = await payOnce(kind);
      expect(await engine.charge(paymentId)).toMatchObject({ payment: "charging", charge: "challenged" });
      const row = await charge(engine.db, chargeId);
      expect(row).toMatchObject({ kind, method_id: null });
      expect(row.confirmation).not.toBeNull();
      expect(await atBank(chargeId)).toMatchObject({ method: { type: kind } });
      await engine.bank.settle(row.object_id ?? "", "succeeded");
      expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
      expect(await engine.bank.debits(paymentId)).toHaveLength(1);
    },
  );

  test("a phone account: no page, the owner's answer to the SMS pays, and the number is forgotten", async () => {
    const { paymentId, chargeId } = await payOnce("mobile_balance");
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "challenged" });
    const row = await charge(engine.db, chargeId);
    expect(row.confirmation).toBeNull();
    expect(row.confirm_by).not.toBeNull();
    expect(await numbersKept(paymentId)).toBe(1);
    await engine.bank.control("POST", `/payments/${row.object_id ?? ""}/confirm-external`, {});
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
    expect(await numbersKept(paymentId)).toBe(0);
    expect(await engine.bank.debits(paymentId)).toHaveLength(1);
  });

  test("a phone account whose owner refuses: no money, the number is forgotten", async () => {
    const { paymentId, chargeId } = await payOnce("mobile_balance");
    await engine.charge(paymentId);
    const { object_id } = await charge(engine.db, chargeId);
    await engine.bank.control("POST", `/payments/${object_id ?? ""}/confirm-external`, { answer: "refuse" });
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "closed", charge: "not-charged" });
    expect(await numbersKept(paymentId)).toBe(0);
    expect(await engine.bank.debits(paymentId)).toEqual([]);
  });

  test("an answer that was lost is found again, of the same kind, and no second one is made", async () => {
    const { paymentId, chargeId } = await payOnce("mobile_balance");
    await engine.bank.arm({ kind: "commit-then-drop" }, { chargeId });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "unknown" });
    expect(await numbersKept(paymentId)).toBe(1);
    expect(await engine.lookUp(chargeId)).toMatchObject({ charge: "challenged" });
    const { object_id } = await charge(engine.db, chargeId);
    await engine.bank.control("POST", `/payments/${object_id ?? ""}/confirm-external`, {});
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
    expect(await engine.bank.debits(paymentId)).toHaveLength(1);
  });

  test("what the biller stopped taking meanwhile is not sent, and the payer is not left waiting", async () => {
    const { paymentId } = await payOnce("mobile_balance");
    await sql`update billers set allowed_methods = '{bank_card}'`.execute(engine.db);
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await payment(engine.db, paymentId)).toMatchObject({ state: "closed", outcome: "gave-up" });
    expect(await engine.bank.posts(paymentId)).toEqual([]);
    expect(await numbersKept(paymentId)).toBe(0);
    expect(await casesOf(engine.db, paymentId)).toEqual([]);
  });
});
