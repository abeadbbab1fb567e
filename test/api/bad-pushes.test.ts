import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiUnderTest, ask, billOf, countRows, push, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
let rows: Record<string, number>;

beforeAll(async () => {
  under = await startApi();
  rows = await countRows(under);
});
afterAll(() => under.close());

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
    ["a line separator in the purpose", billOf({ purpose: "a\u2028b" }), "purpose", "payload-invalid"],
    ["an unknown field", billOf({ rebate: 5 }), "rebate", "payload-invalid"],
    ["a mistyped UIN", billOf({ uin: "18810123456789012346" }), "uin", "check-digit-wrong"],
    ["neither UIN nor account", billOf({ account: undefined }), "account", "bill-nameless"],
    ["neither UIN nor period", billOf({ period: undefined }), "period", "bill-nameless"],
    [
      "a subject in the place of an account",
      billOf({ account: "subject/abc" }),
      "account",
      "payload-invalid",
    ],
    [
      "less in all than is left",
      billOf({ fullAmount: { amountMinor: 512_344, currency: "RUB" } }),
      "fullAmount",
      "full-amount-below-amount",
    ],
    [
      "a discount that leaves nothing",
      billOf({ discount: { kind: "percent", value: 100, until: "2027-01-01" } }),
      "discount",
      "discount-invalid",
    ],
    [
      "a discount until no day",
      billOf({ discount: { kind: "percent", value: 25, until: "2027-02-30" } }),
      "discount.until",
      "date-invalid",
    ],
    [
      "a certificate that is none",
      billOf({ subjects: [{ kind: "sts", value: "12" }] }),
      "subjects[0].value",
      "identifier-misshapen",
    ],
    [
      "a mistyped INN of whom it is about",
      billOf({ subjects: [{ kind: "organisation", value: "7707083894/773601001" }] }),
      "subjects[0].value",
      "check-digit-wrong",
    ],
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

test("who hangs up in the middle of a body is no outage of ours", async () => {
  const body = new ReadableStream({
    start: (stream) => stream.error(Object.assign(new Error("aborted"), { code: "ECONNRESET" })),
  });
  const answer = await under.api.request("/v1/billers/gorod-zhkh/bills", {
    method: "POST",
    body,
    duplex: "half",
  });
  expect(answer.status).toBe(400);
});

test("a body without a length is measured as it comes, and refused at its limit", async () => {
  let sent = 0;
  const body = new ReadableStream({
    pull: (stream) => {
      sent += 1;
      stream.enqueue(Buffer.alloc(1024 * 1024, 0x20));
    },
  });
  const path = "/v1/billers/gorod-zhkh/bills";
  const answer = await under.api.request(path, { method: "POST", body, duplex: "half" });
  expect(answer.status).toBe(413);
  expect(sent).toBeLessThan(10);
});
