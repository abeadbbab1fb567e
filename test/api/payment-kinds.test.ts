import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { makeGateway } from "./support/gateway-stand-in.ts";
import { oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let account = 7_702_000_000;
const amount = { amountMinor: 512_345, currency: "RUB" };

beforeAll(async () => {
  const { gateway } = makeGateway();
  const can = {
    ...gateway.can,
    chargeWithoutSaving: ["bank_card", "sbp", "yoo_money", "sberbank", "mobile_balance"] as const,
  };
  under = await startApi({ gateways: new Map([["yookassa", { ...gateway, can }]]) });
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

function ownDebt(amountMinor = amount.amountMinor): Promise<string> {
  account += 1;
  return oweBill(under, anna, { account: String(account), amount: { amountMinor, currency: "RUB" } });
}

const takes = (kinds: readonly string[]) =>
  under.database.pool.query("update billers set allowed_methods = $1 where id = 'gorod-zhkh'", [kinds]);

const instructionOf = async (paymentId: unknown) => {
  const { rows } = await under.database.pool.query<{ kind: string | null; phone: Buffer | null }>(
    "select kind, phone from instructions where payment_id = $1",
    [paymentId],
  );
  return rows[0];
};

describe("a payment by what is taken for it once", () => {
  test("is planned with its kind; the answer says so", async () => {
    await takes(["bank_card", "sbp"]);
    const billId = await ownDebt();
    const answer = await ask(under, anna, "POST /v1/payments", { body: { billId, amount, kind: "sbp" } });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ state: "scheduled", method: null, once: "sbp" });
    expect(await instructionOf(answer.body["id"])).toEqual({ kind: "sbp", phone: null });
  });

  test("keeps the number of a phone account sealed, and no answer repeats it", async () => {
    await takes(["mobile_balance"]);
    const billId = await ownDebt();
    const phone = "+79160000000";
    const answer = await ask(under, anna, "POST /v1/payments", {
      body: { billId, amount, kind: "mobile_balance", phone },
    });
    expect(answer.body).toMatchObject({ once: "mobile_balance" });
    expect(answer.text).not.toContain("9160000000");
    const paymentId = String(answer.body["id"]);
    const kept = (await instructionOf(paymentId))?.phone;
    expect(kept?.includes("9160000000")).toBe(false);
    expect(under.sealer.open(kept ?? Buffer.alloc(0), paymentId).toString("utf8")).toBe(phone);
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ["a kind that the biller does not take", { kind: "yoo_money" }, "kind", "method-not-allowed"],
    ["a kind that the gateway does not take", { kind: "tinkoff_bank" }, "kind", "kind-not-at-gateway"],
    ["a phone account without its number", { kind: "mobile_balance" }, "phone", "phone-needed"],
    ["a number that is none", { kind: "mobile_balance", phone: "8916" }, "phone", "phone-needed"],
    ["a number with something else", { kind: "sbp", phone: "+79160000000" }, "phone", "phone-not-used"],
    ["a number with nothing", { phone: "+79160000000" }, "phone", "phone-not-used"],
    ["a kind that nobody knows", { kind: "gold" }, "kind", "payload-invalid"],
  ])("%s: 422 naming the field, nothing written", async (_, wish, field, code) => {
    await takes(["bank_card", "sbp", "tinkoff_bank", "mobile_balance"]);
    const billId = await ownDebt();
    const answer = await ask(under, anna, "POST /v1/payments", { body: { billId, amount, ...wish } });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ field, code }] });
    expect((await ask(under, anna, `GET /v1/bills/${billId}`)).body).toMatchObject({ payment: null });
  });

  test("more than the kind can carry: 422 naming the kind", async () => {
    await takes(["mobile_balance"]);
    const billId = await ownDebt(1_500_001);
    const answer = await ask(under, anna, "POST /v1/payments", {
      body: {
        billId,
        amount: { ...amount, amountMinor: 1_500_001 },
        kind: "mobile_balance",
        phone: "+79160000000",
      },
    });
    expect(answer.body).toMatchObject({
      status: 422,
      errors: [{ field: "kind", code: "amount-above-most" }],
    });
  });

  test("a saved method and a kind: 422 naming the kind; a number with it: naming the number", async () => {
    await takes(["bank_card", "sbp"]);
    const billId = await ownDebt();
    const [methodId] = await seededCard();
    const both = await ask(under, anna, "POST /v1/payments", {
      body: { billId, amount, methodId, kind: "sbp" },
    });
    expect(both.body).toMatchObject({ errors: [{ field: "kind", code: "kind-with-method" }] });
    const number = await ask(under, anna, "POST /v1/payments", {
      body: { billId, amount, methodId, phone: "+79160000000" },
    });
    expect(number.body).toMatchObject({ errors: [{ field: "phone", code: "phone-not-used" }] });
  });

  test("where a method is bound first: 422 naming the kind", async () => {
    const { gateway } = makeGateway();
    const stripe = { ...gateway, name: "stripe", can: { ...gateway.can, chargeWithoutSaving: [] } };
    const other = await startApi({ gateways: new Map([["stripe", stripe]]) });
    try {
      await other.database.pool.query("update billers set gateway = 'stripe' where id = 'gorod-zhkh'");
      const clara = await signIn(other, "clara");
      const billId = await oweBill(other, clara, { account: "7702999999" });
      const answer = await ask(other, clara, "POST /v1/payments", {
        body: { billId, amount, kind: "bank_card" },
      });
      expect(answer.body).toMatchObject({
        status: 422,
        errors: [{ field: "kind", code: "method-needed" }],
      });
    } finally {
      await other.close();
    }
  });
});

describe("the choice before it", () => {
  test("lists each kind of the gateway, with the reason where this bill does not take it", async () => {
    await takes(["bank_card", "sbp", "mobile_balance"]);
    const billId = await ownDebt(1_500_001);
    const answer = await ask(under, anna, `GET /v1/method-choice?billId=${billId}&use=pay-now`);
    expect(answer.body["once"]).toMatchObject([
      { kind: "bank_card", allowed: true, needsPhone: false },
      { kind: "sbp", allowed: true },
      { kind: "yoo_money", allowed: false, whyNot: [{ code: "method-not-allowed" }] },
      { kind: "sberbank", allowed: false },
      { kind: "mobile_balance", allowed: false, whyNot: [{ code: "amount-above-most" }], needsPhone: true },
    ]);
    const mandate = await ask(under, anna, `GET /v1/method-choice?billId=${billId}&use=mandate`);
    expect(mandate.body["once"]).toEqual([]);
  });

  test("a kind meets the need of a waiting payment too", async () => {
    await takes(["bank_card", "sbp"]);
    const billId = await ownDebt();
    const paid = await ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
    const id = String(paid.body["id"]);
    await under.database.pool.query(
      "update payments set state = 'needs-payer', need = 'confirm-again' where id = $1",
      [id],
    );
    await under.database.pool.query(
      "update instructions set used_at = business_now() where payment_id = $1",
      [id],
    );
    const refused = await ask(under, anna, `POST /v1/payments/${id}/confirm`, {
      body: { amount, kind: "sberbank" },
    });
    expect(refused.body).toMatchObject({
      status: 422,
      errors: [{ field: "kind", code: "method-not-allowed" }],
    });
    const answer = await ask(under, anna, `POST /v1/payments/${id}/confirm`, {
      body: { amount, kind: "sbp" },
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ state: "scheduled", once: "sbp" });
  });
});

/** A card of Anna's in its row: binding is another test's business. */
async function seededCard(): Promise<readonly string[]> {
  const { rows } = await under.database.pool.query<{ id: string }>(
    `insert into methods (resident_id, gateway, state, title, livemode)
     select id, 'yookassa', 'active', 'Bank card *4477', false from residents where subject = 'anna' returning id`,
  );
  return rows.map(({ id }) => id);
}
