import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiUnderTest, ask, billOf, push, signIn, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
let anna: Awaited<ReturnType<typeof signIn>>;
beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" });
const UIN = "18810012000000123457";

const resultsOf = (answer: { body: Record<string, unknown> }) =>
  answer.body["results"] as { billId: string; result: string; problem?: unknown }[];

async function pushed(content: Record<string, unknown>): Promise<string> {
  const [first] = resultsOf(await push(under, content));
  expect(first, JSON.stringify(first)).toMatchObject({ result: "new" });
  return first?.billId ?? "";
}

const connect = (account: string) =>
  ask(under, anna, "POST /v1/accounts", { body: { billerId: "gorod-zhkh", account } });

describe("a bill with a discount", () => {
  test("shows what is due now, the whole sum, until when, and what is due after it", async () => {
    await connect("d-1");
    const discount = { kind: "percent", value: 25, until: "2099-04-09" };
    const billId = await pushed(
      billOf({ account: "d-1", amount: rub(75_000), discount, issuedOn: "2026-03-10" }),
    );
    expect((await ask(under, anna, `GET /v1/bills/${billId}`)).body).toMatchObject({
      amount: rub(56_250),
      fullAmount: rub(75_000),
      discount: { ...discount, amountAfter: rub(75_000) },
      issuedOn: "2026-03-10",
      seenBy: ["account"],
    });
    const wrong = await ask(under, anna, "POST /v1/payments", { body: { billId, amount: rub(75_000) } });
    expect(wrong.status).toBe(409);
    expect(wrong.body).toMatchObject({ code: "bill-changed" });
  });

  test("that is over, or that never held anything, is none", async () => {
    await connect("d-2");
    const over = { kind: "share", value: 0.75, until: "2020-01-01" };
    const billId = await pushed(billOf({ account: "d-2", amount: rub(75_000), discount: over }));
    expect((await ask(under, anna, `GET /v1/bills/${billId}`)).body).toMatchObject({
      amount: rub(75_000),
      discount: null,
    });
  });

  test("of a bill that is partly paid is taken off the whole, and never asks for more than is left", async () => {
    await connect("d-3");
    const discount = { kind: "amount", value: 10_000, until: null };
    const bill = { account: "d-3", amount: rub(50_000), fullAmount: rub(75_000), discount };
    const billId = await pushed(billOf(bill));
    expect((await ask(under, anna, `GET /v1/bills/${billId}`)).body).toMatchObject({
      amount: rub(50_000),
      fullAmount: rub(75_000),
      discount: { kind: "amount", until: null, amountAfter: null },
    });
  });
});

describe("whom a bill is about", () => {
  test("a bill by UIN needs no account and no period; its number stands on it", async () => {
    const about = { uin: UIN, account: undefined, period: undefined };
    const billId = await pushed(billOf({ ...about, subjects: [{ kind: "sts", value: "77 ун 123456" }] }));
    await under.database.pool.query(
      "insert into added_bills (resident_id, bill_id) select id, $1 from residents",
      [billId],
    );
    const seen = await ask(under, anna, `GET /v1/bills/${billId}`);
    expect(seen.body).toMatchObject({ uin: UIN, account: "", period: "", seenBy: ["added"] });
  });

  test("nothing of a certificate is stored but its keyed hash", async () => {
    const { rows } = await under.database.pool.query<{ dump: string }>(
      "select string_agg(to_jsonb(b)::text, ' ') || (select string_agg(to_jsonb(s)::text, ' ') from bill_subjects s) as dump from bills b",
    );
    expect(rows[0]?.dump).not.toMatch(/УН ?123456|ун ?123456/);
    expect(rows[0]?.dump).toMatch(/"subject_key": "[0-9a-f]{64}"/);
  });

  test("an autopay may follow an identifier that is saved, and none that is not", async () => {
    const wish = (account: string) => ({
      billerId: "gorod-zhkh",
      account,
      methods: ["KV-0000-0000-0000"],
      limitPerPayment: "unlimited",
      limitPerPeriod: "unlimited",
      overLimit: "ask",
      lateBill: "ask",
      noticePack: "demo",
      consent: { text: "Я согласна", locale: "ru", version: "1" },
    });
    const unknown = await ask(under, anna, "POST /v1/mandates", { body: wish(`subject/${"ab".repeat(32)}`) });
    expect(unknown.body).toMatchObject({ code: "identifier-not-saved", errors: [{ field: "account" }] });
    await under.database.pool.query(
      "insert into saved_identifiers (resident_id, kind, subject_key, sealed) select id, 'sts', $1, 'sealed' from residents",
      ["cd".repeat(32)],
    );
    const known = await ask(under, anna, "POST /v1/mandates", { body: wish(`subject/${"cd".repeat(32)}`) });
    expect(known.body, "only its card is unknown").toMatchObject({ code: "method-not-active" });
  });
});
