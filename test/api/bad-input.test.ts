import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ApiUnderTest,
  ask,
  type Asked,
  billOf,
  countRows,
  type Person,
  push,
  signIn,
  startApi,
} from "./support/api-under-test.ts";
import { bindCard, mandateWish, oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let billId: string;
let cardId: string;
let rows: Record<string, number>;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  billId = await oweBill(under, anna);
  cardId = await bindCard(under, anna);
  rows = await countRows(under);
});
afterAll(() => under.close());

const amount = { amountMinor: 512_345, currency: "RUB" };
const tooLong = "x".repeat(70 * 1024);

interface BadRequest {
  readonly why: string;
  readonly line: string;
  readonly asked: Asked | (() => Asked);
  readonly status: number;
  readonly code: string;
  readonly field?: string;
}

const payment =
  (body: unknown): (() => Asked) =>
  () => ({ body: { billId, ...(body as object) } });
const mandate =
  (change: Record<string, unknown>): (() => Asked) =>
  () => ({ body: mandateWish([cardId], change) });
const wrongs: readonly BadRequest[] = [
  { why: "broken JSON", line: "POST /v1/payments", asked: { raw: "{" }, status: 400, code: "body-not-json" },
  {
    why: "an empty body",
    line: "POST /v1/payments",
    asked: { raw: "", headers: { "content-type": "application/json" } },
    status: 400,
    code: "body-not-json",
  },
  {
    why: "a list for an object",
    line: "POST /v1/payments",
    asked: { raw: "[]" },
    status: 422,
    code: "payload-invalid",
  },
  {
    why: "a form",
    line: "POST /v1/payments",
    asked: { raw: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
    status: 415,
    code: "content-type-wrong",
  },
  {
    why: "text for a command without arguments",
    line: "POST /v1/mandates/KV-0000-0000-0000/resume",
    asked: { raw: "x", headers: { "content-type": "text/plain" } },
    status: 415,
    code: "content-type-wrong",
  },
  {
    why: "a body too large",
    line: "POST /v1/payments",
    asked: { body: { billId: tooLong } },
    status: 413,
    code: "body-too-large",
  },
  {
    why: "no key",
    line: "POST /v1/payments",
    asked: () => ({ key: null, body: { billId, amount } }),
    status: 400,
    code: "idempotency-key-missing",
  },
  {
    why: "a key with blanks",
    line: "POST /v1/payments",
    asked: () => ({ key: "a b", body: { billId, amount } }),
    status: 400,
    code: "idempotency-key-invalid",
  },
  {
    why: "a key too long",
    line: "POST /v1/payments",
    asked: () => ({ key: "k".repeat(256), body: { billId, amount } }),
    status: 400,
    code: "idempotency-key-invalid",
  },
  {
    why: "an unknown field",
    line: "POST /v1/payments",
    asked: payment({ amount, tip: 1 }),
    status: 422,
    code: "payload-invalid",
    field: "tip",
  },
  {
    why: "no amount",
    line: "POST /v1/payments",
    asked: payment({}),
    status: 422,
    code: "payload-invalid",
    field: "amount",
  },
  {
    why: "an amount of nothing",
    line: "POST /v1/payments",
    asked: payment({ amount: { ...amount, amountMinor: 0 } }),
    status: 422,
    code: "amount-invalid",
    field: "amount.amountMinor",
  },
  {
    why: "an amount below nothing",
    line: "POST /v1/payments",
    asked: payment({ amount: { ...amount, amountMinor: -5 } }),
    status: 422,
    code: "amount-invalid",
    field: "amount.amountMinor",
  },
  {
    why: "half a kopeck",
    line: "POST /v1/payments",
    asked: payment({ amount: { ...amount, amountMinor: 0.5 } }),
    status: 422,
    code: "amount-invalid",
    field: "amount.amountMinor",
  },
  {
    why: "an amount above the limit",
    line: "POST /v1/payments",
    asked: payment({ amount: { ...amount, amountMinor: 10_000_000_001 } }),
    status: 422,
    code: "amount-invalid",
    field: "amount.amountMinor",
  },
  {
    why: "an amount as text",
    line: "POST /v1/payments",
    asked: payment({ amount: { ...amount, amountMinor: "1" } }),
    status: 422,
    code: "amount-invalid",
    field: "amount.amountMinor",
  },
  {
    why: "another currency",
    line: "POST /v1/payments",
    asked: payment({ amount: { ...amount, currency: "USD" } }),
    status: 422,
    code: "currency-not-supported",
    field: "amount.currency",
  },
  {
    why: "an unknown bill",
    line: "POST /v1/payments",
    asked: { body: { billId: "KV-0000-0000-0000", amount } },
    status: 404,
    code: "bill-not-found",
  },
  {
    why: "a bill that is no id",
    line: "POST /v1/payments",
    asked: { body: { billId: "\u0000", amount } },
    status: 404,
    code: "bill-not-found",
  },
  {
    why: "an unknown biller of a mandate",
    line: "POST /v1/mandates",
    asked: mandate({ billerId: "nobody" }),
    status: 422,
    code: "biller-unknown",
    field: "billerId",
  },
  {
    why: "an impossible biller of a mandate",
    line: "POST /v1/mandates",
    asked: mandate({ billerId: "a\u0000b" }),
    status: 422,
    code: "biller-unknown",
    field: "billerId",
  },
  {
    why: "an unknown method",
    line: "POST /v1/mandates",
    asked: { body: mandateWish(["KV-0000-0000-0000"]) },
    status: 422,
    code: "method-not-active",
    field: "methods[0]",
  },
  {
    why: "a second, unknown method",
    line: "POST /v1/mandates",
    asked: () => ({ body: mandateWish([cardId, "KV-0000-0000-0000"]) }),
    status: 422,
    code: "method-not-active",
    field: "methods[1]",
  },
  {
    why: "no method",
    line: "POST /v1/mandates",
    asked: { body: mandateWish([]) },
    status: 422,
    code: "payload-invalid",
    field: "methods",
  },
  {
    why: "a limit inside a union",
    line: "POST /v1/mandates",
    asked: mandate({ limitPerPayment: { amountMinor: -1, currency: "RUB" } }),
    status: 422,
    code: "amount-invalid",
    field: "limitPerPayment.amountMinor",
  },
  {
    why: "a limit of neither kind",
    line: "POST /v1/mandates",
    asked: mandate({ limitPerPeriod: "some" }),
    status: 422,
    code: "payload-invalid",
    field: "limitPerPeriod",
  },
  {
    why: "no consent",
    line: "POST /v1/mandates",
    asked: mandate({ consent: undefined }),
    status: 422,
    code: "payload-invalid",
    field: "consent",
  },
  {
    why: "a consent that cannot be stored",
    line: "POST /v1/mandates",
    asked: mandate({ consent: { text: "a\u0000", locale: "ru", version: "1" } }),
    status: 422,
    code: "payload-invalid",
    field: "consent.text",
  },
  {
    why: "half a character",
    line: "POST /v1/mandates",
    asked: { raw: JSON.stringify(mandateWish(["KV-0000-0000-0000"], { externalId: "\ud800" })) },
    status: 422,
    code: "payload-invalid",
    field: "externalId",
  },
  {
    why: "an unknown biller of an account",
    line: "POST /v1/accounts",
    asked: { body: { billerId: "nobody", account: "1" } },
    status: 422,
    code: "biller-unknown",
    field: "billerId",
  },
  {
    why: "an account that is none",
    line: "POST /v1/accounts",
    asked: { body: { billerId: "mgts", account: "<b>" } },
    status: 422,
    code: "payload-invalid",
    field: "account",
  },
  {
    why: "another site to return to",
    line: "POST /v1/methods",
    asked: { body: { returnPath: "//evil.example" } },
    status: 422,
    code: "return-url-not-allowed",
    field: "returnPath",
  },
  {
    why: "a site hidden behind a backslash",
    line: "POST /v1/methods",
    asked: { body: { returnPath: "/\\evil.example" } },
    status: 422,
    code: "return-url-not-allowed",
    field: "returnPath",
  },
  {
    why: "a body for a command without arguments",
    line: "POST /v1/payments/KV-0000-0000-0000/skip",
    asked: { body: { a: 1 } },
    status: 422,
    code: "payload-invalid",
    field: "a",
  },
  {
    why: "an unknown filter",
    line: "GET /v1/bills?colour=red",
    asked: {},
    status: 422,
    code: "payload-invalid",
    field: "colour",
  },
  {
    why: "a cursor that nobody gave",
    line: "GET /v1/bills?cursor=abc",
    asked: {},
    status: 422,
    code: "payload-invalid",
    field: "cursor",
  },
  {
    why: "a page too long",
    line: "GET /v1/payments?limit=1000",
    asked: {},
    status: 422,
    code: "payload-invalid",
    field: "limit",
  },
  {
    why: "an id that is none",
    line: "GET /v1/payments/%00",
    asked: {},
    status: 404,
    code: "payment-not-found",
  },
];

test.each(wrongs.map((wrong) => [wrong.why, wrong] as const))(
  "%s is refused and writes nothing",
  async (_, wrong) => {
    const asked = typeof wrong.asked === "function" ? wrong.asked() : wrong.asked;
    const answer = await ask(under, anna, wrong.line, asked);
    const errors = (answer.body["errors"] ?? []) as { field: string; detail: string }[];
    expect({ status: answer.status, code: answer.body["code"] }).toEqual({
      status: wrong.status,
      code: wrong.code,
    });
    if (wrong.field !== undefined) expect(errors.map(({ field }) => field)).toContain(wrong.field);
    for (const { detail } of errors) expect(detail).toMatch(/[а-яё]/i);
    expect(await countRows(under)).toEqual(rows);
  },
);

describe("a biller's push", () => {
  const payee = billOf()["payee"] as Record<string, unknown>;
  const bad: readonly [why: string, content: unknown, field: string, code: string][] = [
    ["a mistyped INN", billOf({ payee: { ...payee, inn: "7700990011" } }), "payee.inn", "check-digit-wrong"],
    ["an INN too short", billOf({ payee: { ...payee, inn: "770" } }), "payee.inn", "identifier-misshapen"],
    [
      "a mistyped account",
      billOf({ payee: { ...payee, account: "40702810000000000301" } }),
      "payee.account",
      "check-digit-wrong",
    ],
    ["a BIC that is none", billOf({ payee: { ...payee, bic: "12" } }), "payee.bic", "identifier-misshapen"],
    [
      "a correspondent account of another bank",
      billOf({ payee: { ...payee, correspondentAccount: "30101810300000000225" } }),
      "payee.correspondentAccount",
      "check-digit-wrong",
    ],
    [
      "an amount of nothing",
      billOf({ amount: { amountMinor: 0, currency: "RUB" } }),
      "amount.amountMinor",
      "amount-invalid",
    ],
    [
      "too large an amount",
      billOf({ amount: { amountMinor: 10_000_000_001, currency: "RUB" } }),
      "amount.amountMinor",
      "amount-invalid",
    ],
    ["a day that does not exist", billOf({ dueOn: "2026-02-30" }), "dueOn", "date-invalid"],
    ["a month that does not exist", billOf({ period: "2026-13" }), "period", "date-invalid"],
    ["version nought", billOf({ version: 0 }), "version", "payload-invalid"],
    ["no purpose", billOf({ purpose: undefined }), "purpose", "payload-invalid"],
    ["half a character in the purpose", billOf({ purpose: "a\ud800" }), "purpose", "payload-invalid"],
    ["an unknown field", billOf({ discount: 5 }), "discount", "payload-invalid"],
  ];
  test.each(bad)(
    "with %s is refused, names the field and writes nothing",
    async (_, content, field, code) => {
      const answer = await push(under, content);
      expect(answer.status).toBe(422);
      expect(answer.body["errors"]).toEqual(
        expect.arrayContaining([expect.objectContaining({ field, code })]),
      );
      expect(await countRows(under)).toEqual(rows);
    },
  );

  test("of broken JSON, of another type, of an unknown biller, too large or without a signature writes nothing", async () => {
    expect((await push(under, "{")).status).toBe(400);
    expect((await push(under, billOf(), { biller: "nobody" })).status).toBe(404);
    expect((await push(under, billOf(), { biller: "%00" })).status).toBe(404);
    expect((await push(under, `"${"x".repeat(5 * 1024 * 1024)}"`)).status).toBe(413);
    const unsigned = await ask(under, null, "POST /v1/billers/gorod-zhkh/bills", { body: billOf() });
    expect([unsigned.status, unsigned.body["code"]]).toEqual([401, "signature-invalid"]);
    expect(await countRows(under)).toEqual(rows);
  });

  test("with a foreign secret, or signed more than five minutes ago or ahead, is refused", async () => {
    const foreign = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
    expect((await push(under, billOf(), { secret: foreign })).status).toBe(401);
    expect((await push(under, billOf(), { at: new Date(Date.now() - 6 * 60_000) })).status).toBe(401);
    expect((await push(under, billOf(), { at: new Date(Date.now() + 6 * 60_000) })).status).toBe(401);
    expect(await countRows(under)).toEqual(rows);
  });
});
