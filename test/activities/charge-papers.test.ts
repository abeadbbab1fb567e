import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { papersOf } from "../../activities/charge-papers.ts";
import { readChargeFacts } from "../../db/queries/charging.ts";
import type { OrderSettings, ReceiptSettings } from "../../domain/biller-papers.ts";
import { type Engine, openEngine } from "../support/engine.ts";
import { charge, duePayment, makePayer, payee, payment } from "../support/rows.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterEach(async () => {
  await engine.bank.disarm();
  await sql`update billers set payment_order = null, receipt = null, payee = ${JSON.stringify(payee)}`.execute(
    engine.db,
  );
});
afterAll(() => engine.close());

const order: OrderSettings = {
  enabled: true,
  bank: { bic: payee.bic, name: "ПАО Сбербанк" },
  debtBy: "account",
  period: true,
};
const receipt: ReceiptSettings = {
  issuedBy: "gateway",
  vatCode: 4,
  subject: "service",
  mode: "full_payment",
};
const onFile = { ...payee, correspondentAccount: "30101810400000000225" };

async function due(papers: {
  readonly order?: OrderSettings;
  readonly receipt?: ReceiptSettings;
  readonly onFile?: object;
}) {
  // an order takes thirty characters at most
  const payer = await makePayer(engine, { account: `account-${randomUUID().slice(0, 13)}` });
  const made = await duePayment(engine.db, payer);
  await sql`update billers set payee = ${JSON.stringify(papers.onFile ?? payee)},
    payment_order = ${papers.order === undefined ? null : JSON.stringify(papers.order)}::jsonb,
    receipt = ${papers.receipt === undefined ? null : JSON.stringify(papers.receipt)}::jsonb`.execute(
    engine.db,
  );
  return { ...payer, ...made };
}

const atBank = async (chargeId: string) => {
  const { object_id } = await charge(engine.db, chargeId);
  return engine.bank.control<Record<string, unknown>>("GET", `/payments/${object_id ?? ""}`);
};

describe("what a biller wants with each charge", () => {
  test("the utilities order: payee, bank, account and month, as the bank has stored it", async () => {
    const { paymentId, chargeId, account } = await due({ order, onFile });
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await atBank(chargeId)).toMatchObject({
      paymentOrder: {
        type: "utilities",
        amount: { value: "5123.45", currency: "RUB" },
        recipient: {
          name: payee.name,
          inn: payee.inn,
          kpp: payee.kpp,
          bank: {
            name: "ПАО Сбербанк",
            bic: payee.bic,
            account: payee.account,
            correspondent_account: onFile.correspondentAccount,
          },
        },
        account_number: account,
        payment_period: { month: expect.any(Number) as number, year: expect.any(Number) as number },
      },
    });
  });

  test("the receipt: one position of the whole sum, for the payer's verified mail, as the bank has stored it", async () => {
    const { paymentId, chargeId, residentId } = await due({ receipt });
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    const { rows } = await sql<{
      email: string;
    }>`select email from residents where id = ${residentId}`.execute(engine.db);
    expect(await atBank(chargeId)).toMatchObject({
      receipt: {
        customer: { email: rows[0]?.email },
        items: [
          {
            quantity: 1,
            amount: { value: "5123.45", currency: "RUB" },
            vat_code: 4,
            payment_subject: "service",
            payment_mode: "full_payment",
          },
        ],
      },
    });
  });

  test("a receipt that the biller issues itself is not sent", async () => {
    const { paymentId, chargeId } = await due({ receipt: { ...receipt, issuedBy: "biller" } });
    await engine.charge(paymentId);
    expect(await atBank(chargeId)).not.toHaveProperty("receipt");
  });

  test("a deploy that changes the receipt's words replays the stored bytes", async () => {
    const { paymentId, chargeId } = await due({ receipt });
    await engine.bank.arm({ kind: "drop-before" }, { chargeId });
    expect(await engine.charge(paymentId)).toMatchObject({ charge: "unknown" });
    await sql`update billers set receipt = ${JSON.stringify({ ...receipt, vatCode: 1, subject: "commodity" })}::jsonb`.execute(
      engine.db,
    );
    expect(await engine.lookUp(chargeId)).toMatchObject({ payment: "paid" });
    const posts = await engine.bank.posts(paymentId);
    expect(posts.length).toBeGreaterThan(1);
    expect(new Set(posts.map(({ bodyHash }) => bodyHash)).size).toBe(1);
    expect(await atBank(chargeId)).toMatchObject({
      receipt: { items: [{ vat_code: 4, payment_subject: "service" }] },
    });
  });
});

describe("papers that cannot be made", () => {
  test.each([
    ["the bank's own account", { order, onFile: payee }, "payee.correspondentAccount"],
    [
      "the name of another bank",
      { order: { ...order, bank: { bic: "044525974", name: "АО «ТБанк»" } }, onFile },
      "biller.bank",
    ],
    [
      "a field that the vendor refuses",
      { order: { ...order, debtBy: "service" as const }, onFile },
      "yookassa: payment_order.service_id has 13 characters",
    ],
  ])("%s: nothing is sent, a person hears of it, the planned debit waits", async (_, papers, lacks) => {
    const { paymentId } = await due(papers);
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await engine.bank.posts(paymentId)).toEqual([]);
    expect(await payment(engine.db, paymentId)).toMatchObject({
      state: "scheduled",
      remark: "request-incomplete",
    });
    expect(await openCases(paymentId)).toEqual([{ kind: "request-incomplete", detail: { lacks: [lacks] } }]);
  });

  test("mended meanwhile, the debit goes out and the case is closed", async () => {
    const { paymentId } = await due({ order });
    expect(await engine.charge(paymentId)).toBeNull();
    await sql`update billers set payee = ${JSON.stringify(onFile)}`.execute(engine.db);
    expect(await engine.charge(paymentId)).toMatchObject({ payment: "paid" });
    expect(await openCases(paymentId)).toEqual([]);
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from cases where subject = ${paymentId}`.execute(engine.db);
    expect(rows[0]?.n).toBe(1);
  });

  test("an unverified mail takes no receipt", async () => {
    const { paymentId, residentId } = await due({ receipt });
    await sql`update residents set email_verified = false where id = ${residentId}`.execute(engine.db);
    expect(await engine.charge(paymentId)).toBeNull();
    expect(await openCases(paymentId)).toMatchObject([{ detail: { lacks: ["payer.mail"] } }]);
  });

  test("a gateway that cannot carry them gets nothing at all", async () => {
    const { paymentId } = await due({ order, receipt, onFile });
    const facts = await readChargeFacts(engine.db, paymentId);
    if (!facts) throw new Error("no facts");
    expect(papersOf(facts, { paymentOrder: false, receipt: false })).toEqual({
      lacks: ["gateway.paymentOrder", "gateway.receipt"],
    });
  });
});

async function openCases(paymentId: string) {
  const { rows } = await sql<{ kind: string; detail: object }>`select kind, detail from cases
    where subject = ${paymentId} and closed_at is null`.execute(engine.db);
  return rows;
}
