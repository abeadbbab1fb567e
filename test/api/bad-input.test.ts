import { afterAll, beforeAll, expect, test } from "vitest";
import { writeCursor } from "../../api/cursors.ts";
import {
  type Answered,
  type ApiUnderTest,
  type Asked,
  ask,
  countRows,
  type Person,
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
const nobody = "KV-0000-0000-0000";

async function expectRefused(answer: Answered, expected: { readonly status: number; readonly code: string }) {
  expect({ status: answer.status, code: answer.body["code"] }).toEqual(expected);
  expect(answer.body["title"]).toMatch(/[а-яё]/i);
  expect(await countRows(under)).toEqual(rows);
}

const pay = "POST /v1/payments";
const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const goodBody = () => ({ billId, amount });

const requests: readonly (readonly [
  why: string,
  line: string,
  asked: () => Asked,
  status: number,
  code: string,
])[] = [
  ["broken JSON", pay, () => ({ raw: "{" }), 400, "body-not-json"],
  ["an empty body", pay, () => ({ raw: "", headers: json }), 400, "body-not-json"],
  ["a list for an object", pay, () => ({ raw: "[]" }), 422, "payload-invalid"],
  ["a form", pay, () => ({ raw: "a=b", headers: form }), 415, "content-type-wrong"],
  [
    "a form without need",
    `${pay}/${nobody}/skip`,
    () => ({ raw: "a=b", headers: form }),
    415,
    "content-type-wrong",
  ],
  ["a body too large", pay, () => ({ body: { billId: "x".repeat(70 * 1024) } }), 413, "body-too-large"],
  ["no key", pay, () => ({ key: null, body: goodBody() }), 400, "idempotency-key-missing"],
  ["a key with blanks", pay, () => ({ key: "a b", body: goodBody() }), 400, "idempotency-key-invalid"],
  ["a key too long", pay, () => ({ key: "k".repeat(256), body: goodBody() }), 400, "idempotency-key-invalid"],
  ["an unknown bill", pay, () => ({ body: { billId: nobody, amount } }), 404, "bill-not-found"],
  ["a bill that is no id", pay, () => ({ body: { billId: "\u0000", amount } }), 404, "bill-not-found"],
  ["an address that is no id", "GET /v1/payments/%00", () => ({}), 404, "payment-not-found"],
];

test.each(requests)("%s is refused and writes nothing", async (_, line, asked, status, code) => {
  await expectRefused(await ask(under, anna, line, asked()), { status, code });
});

type Wrong = readonly [why: string, body: () => unknown, field: string, code: string];

function testFields(line: string, wrongs: readonly Wrong[]): void {
  test.each(wrongs)(
    `${line} with %s is a 422 that names the field and writes nothing`,
    async (_, body, field, code) => {
      const answer = await ask(under, anna, line, { body: body() });
      await expectRefused(answer, { status: 422, code });
      const errors = answer.body["errors"] as { field: string; code: string; detail: string }[];
      expect(errors).toEqual([{ field, code, detail: expect.stringMatching(/[а-яё]/i) }]);
    },
  );
}

const paying = (change: object) => () => ({ ...goodBody(), ...change });
const minor = (amountMinor: unknown) => paying({ amount: { amountMinor, currency: "RUB" } });
testFields(pay, [
  ["an unknown field", paying({ tip: 1 }), "tip", "payload-invalid"],
  ["no amount", paying({ amount: undefined }), "amount", "payload-invalid"],
  ["an amount of nothing", minor(0), "amount.amountMinor", "amount-invalid"],
  ["an amount below nothing", minor(-5), "amount.amountMinor", "amount-invalid"],
  ["half a kopeck", minor(0.5), "amount.amountMinor", "amount-invalid"],
  ["more than a payment may be", minor(10_000_000_001), "amount.amountMinor", "amount-invalid"],
  ["an amount as text", minor("1"), "amount.amountMinor", "amount-invalid"],
  [
    "another currency",
    paying({ amount: { ...amount, currency: "USD" } }),
    "amount.currency",
    "currency-not-supported",
  ],
  ["a method that is no id", paying({ methodId: "card" }), "methodId", "payload-invalid"],
  ["a method that nobody has", paying({ methodId: nobody }), "methodId", "method-not-active"],
]);

const wish = (change: Record<string, unknown>) => () => mandateWish([cardId], change);
const consent = { text: "a", locale: "ru", version: "1" };
testFields("POST /v1/mandates", [
  ["an unknown biller", wish({ billerId: "nobody" }), "billerId", "biller-unknown"],
  ["an impossible biller", wish({ billerId: "a\u0000b" }), "billerId", "biller-unknown"],
  ["an unknown method", () => mandateWish([nobody]), "methods[0]", "method-not-active"],
  ["a second method that is unknown", () => mandateWish([cardId, nobody]), "methods[1]", "method-not-active"],
  ["no method", () => mandateWish([]), "methods", "payload-invalid"],
  ["one method twice", () => mandateWish([cardId, cardId]), "methods", "payload-invalid"],
  [
    "a limit below nothing",
    wish({ limitPerPayment: { amountMinor: -1, currency: "RUB" } }),
    "limitPerPayment.amountMinor",
    "amount-invalid",
  ],
  ["a limit of no kind", wish({ limitPerPeriod: "some" }), "limitPerPeriod", "payload-invalid"],
  ["no consent", wish({ consent: undefined }), "consent", "payload-invalid"],
  [
    "a consent that cannot be stored",
    wish({ consent: { ...consent, text: "a\u0000" } }),
    "consent.text",
    "payload-invalid",
  ],
  ["half a character", wish({ externalId: "\ud800" }), "externalId", "payload-invalid"],
]);

testFields("POST /v1/accounts", [
  ["an unknown biller", () => ({ billerId: "nobody", account: "1" }), "billerId", "biller-unknown"],
  ["an account that is none", () => ({ billerId: "mgts", account: "<b>" }), "account", "payload-invalid"],
]);

testFields("POST /v1/methods", [
  [
    "another site to return to",
    () => ({ returnPath: "//evil.example" }),
    "returnPath",
    "return-url-not-allowed",
  ],
  [
    "a site behind a backslash",
    () => ({ returnPath: "/\\evil.example" }),
    "returnPath",
    "return-url-not-allowed",
  ],
]);

testFields(`POST /v1/payments/${nobody}/skip`, [
  ["anything in its body", () => ({ a: 1 }), "a", "payload-invalid"],
]);

/** JavaScript knows that year, PostgreSQL does not. */
const yearNought = writeCursor(["0000-01-01T00:00:00.000Z", nobody]);

test.each([
  ["an unknown filter", "/v1/bills?colour=red", "colour"],
  ["an unknown state", "/v1/bills?state=lost", "state"],
  ["a cursor that nobody gave", "/v1/bills?cursor=abc", "cursor"],
  ["a cursor of the year nought", `/v1/payments?cursor=${yearNought}`, "cursor"],
  ["a page too long", "/v1/payments?limit=1000", "limit"],
])("%s in a list is a 422 that names it", async (_, path, field) => {
  const answer = await ask(under, anna, `GET ${path}`);
  await expectRefused(answer, { status: 422, code: "payload-invalid" });
  expect(answer.body["errors"]).toMatchObject([{ field }]);
});
