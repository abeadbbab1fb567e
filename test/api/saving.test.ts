import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gateway } from "../../adapters/gateways/port.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { makeGateway } from "./support/gateway-stand-in.ts";
import { challenge, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let account = 7_703_000_000;
const amount = { amountMinor: 512_345, currency: "RUB" };
const text = "Сохранить на будущее\n\n☑ Для автоплатежа\n\nВы просите банк…";
const save = { uses: ["mandate"], consent: { text, locale: "ru", version: "saving-2026-11" } };

beforeAll(async () => {
  const { gateway } = makeGateway();
  const can = {
    ...gateway.can,
    chargeWithoutSaving: ["bank_card", "sbp", "yoo_money", "mobile_balance"] as const,
    saveWithCharge: ["bank_card", "yoo_money"] as const,
  };
  const stripe = { ...gateway, name: "stripe", can: { ...gateway.can, chargeWithoutSaving: [] } };
  under = await startApi({
    gateways: new Map<string, Gateway>([
      ["yookassa", { ...gateway, can }],
      ["stripe", stripe],
    ]),
  });
  await under.database.pool.query(
    "update billers set allowed_methods = '{bank_card,sbp,yoo_money,mobile_balance}' where id = 'gorod-zhkh'",
  );
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

function ownDebt(): Promise<string> {
  account += 1;
  return oweBill(under, anna, { account: String(account), amount: { ...amount, currency: "RUB" } });
}

const pay = async (wish: Record<string, unknown>, key?: string) => {
  const billId = await ownDebt();
  return ask(under, anna, "POST /v1/payments", {
    body: { billId, amount, ...wish },
    ...(key === undefined ? {} : { key }),
  });
};

async function consentsFor(methodId: string) {
  const { rows } = await under.database.pool.query(
    "select text, text_hash, locale, sign_in, resident_id = (select resident_id from methods where id = $1) as own from consents where method_id = $1",
    [methodId],
  );
  return rows as unknown[];
}

describe("a method is saved with a payment", () => {
  test("the wish waits for the gateway's word, with the very text that was agreed to", async () => {
    const answer = await pay({ kind: "yoo_money", save });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      once: "yoo_money",
      saving: { state: "binding", title: null, uses: ["mandate"] },
    });
    const { methodId } = answer.body["saving"] as { methodId: string };
    expect(await consentsFor(methodId)).toEqual([
      {
        text,
        text_hash: createHash("sha256").update(text, "utf8").digest("hex"),
        locale: "ru",
        sign_in: "oidc; text saving-2026-11",
        own: true,
      },
    ]);
    const listed = await ask(under, anna, "GET /v1/methods");
    expect(listed.body["items"], "nothing to pay with yet").toEqual([]);
  });

  test("without the wish nothing is saved", async () => {
    expect((await pay({ kind: "yoo_money" })).body).toMatchObject({ saving: null });
  });

  test("a charge that ends without money leaves it not saved, and the answer says so", async () => {
    const answer = await pay({ save });
    const paymentId = String(answer.body["id"]);
    await see(under, await challenge(under, paymentId), {
      outcome: "not-charged",
      how: "expired",
      reason: "expired",
    });
    const after = await ask(under, anna, `GET /v1/payments/${paymentId}`);
    expect(after.body).toMatchObject({ saving: { state: "withdrawn" } });
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ["a phone account", { kind: "mobile_balance", phone: "+79160000000", save }, "save", "not-saved-there"],
    ["what the gateway does not keep", { kind: "sbp", save }, "save", "not-saved-there"],
    ["no use at all", { kind: "yoo_money", save: { ...save, uses: [] } }, "save.uses", "payload-invalid"],
    [
      "a use that nobody knows",
      { kind: "yoo_money", save: { ...save, uses: ["all"] } },
      "save.uses[0]",
      "payload-invalid",
    ],
    ["no consent", { kind: "yoo_money", save: { uses: ["mandate"] } }, "save.consent", "payload-invalid"],
  ])("%s: 422 naming the field, nothing written", async (_, wish, field, code) => {
    const answer = await pay(wish);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ field, code }] });
    const { rows } = await under.database.pool.query(
      "select 1 from methods m where not exists (select 1 from consents c where c.method_id = m.id)",
    );
    expect(rows).toEqual([]);
  });

  test("a method that is saved already is not saved once more", async () => {
    const { rows } = await under.database.pool.query<{ id: string }>(
      `insert into methods (resident_id, gateway, state, kind, livemode) select id, 'yookassa', 'active', 'bank_card', false
       from residents where subject = 'anna' returning id`,
    );
    const answer = await pay({ methodId: rows[0]?.id, save });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ field: "save", code: "kind-with-method" }] });
  });

  test("what may be saved is told with each kind, and in the matrix", async () => {
    const billId = await ownDebt();
    const choice = await ask(under, anna, `GET /v1/method-choice?billId=${billId}&use=pay-now`);
    const once = choice.body["once"] as { kind: string; savable: boolean }[];
    expect(Object.fromEntries(once.map(({ kind, savable }) => [kind, savable]))).toEqual({
      bank_card: true,
      sbp: false,
      yoo_money: true,
      mobile_balance: false,
    });
    const kinds = await ask(under, anna, "GET /v1/method-kinds");
    const [yookassa, stripe] = kinds.body["gateways"] as {
      kinds: { kind: string; savedWithPayment: boolean }[];
    }[];
    expect(yookassa?.kinds.find(({ kind }) => kind === "yoo_money")).toMatchObject({
      savedWithPayment: true,
    });
    expect(
      stripe?.kinds.some(({ savedWithPayment }) => savedWithPayment),
      "there a method is bound first",
    ).toBe(false);
  });
});

test("a bill that is paid through Stripe: the method is bound first, nothing is saved with the charge", async () => {
  await under.database.pool.query("update billers set gateway = 'stripe' where id = 'gorod-zhkh'");
  const answer = await pay({ save });
  expect(answer.body).toMatchObject({ status: 422, errors: [{ code: "method-needed" }] });
  await under.database.pool.query("update billers set gateway = 'yookassa' where id = 'gorod-zhkh'");
});
