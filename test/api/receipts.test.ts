import { afterAll, beforeAll, expect, test } from "vitest";
import { type ReadPaper, readPaper } from "../support/read-paper.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { challenge, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
});
afterAll(() => under.close());

const amount = { amountMinor: 512_345, currency: "RUB" };

test("the receipt as a PDF: its payer's alone, private, in their language; 404 for strangers, 401 for nobody, 409 before the money", async () => {
  const billId = await oweBill(under, anna, { account: "7701000777" });
  const paying = ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  const paymentId = await paymentOf(billId);
  const chargeId = await challenge(under, paymentId);
  await paying;
  const road = `GET /v1/payments/${paymentId}/receipt.pdf`;
  expect(await ask(under, anna, road)).toMatchObject({ status: 409, body: { code: "not-paid-yet" } });
  await see(under, chargeId, { outcome: "charged", amountMinor: 512_345, currency: "RUB", feeMinor: 1_000 });

  const [russian, english] = await Promise.all(["ru", "en"].map((locale) => paperOf(paymentId, locale)));
  expect(russian?.pages[0]).toContain("5 123,45 ₽");
  expect(russian?.pages[0]).toContain(paymentId);
  expect(russian?.pages[0]).toContain("Песочница: эта квитанция ненастоящая.");
  expect(russian?.pages[0]).toContain(`https://pay.city.example/payments/${paymentId}/receipt`);
  expect(english?.pages[0]).toContain("RUB 5,123.45");

  const boris = await signIn(under, "boris");
  expect(await ask(under, boris, road)).toMatchObject({ status: 404, body: { code: "payment-not-found" } });
  expect(await ask(under, null, road)).toMatchObject({ status: 401 });
  expect(await ask(under, anna, "GET /v1/payments/none/receipt.pdf")).toMatchObject({ status: 404 });
});

test("what went back of a payment stands on its receipt, once it has gone back", async () => {
  const billId = await oweBill(under, anna, { account: "7701000778" });
  const paying = ask(under, anna, "POST /v1/payments", { body: { billId, amount } });
  const paymentId = await paymentOf(billId);
  const chargeId = await challenge(under, paymentId);
  await paying;
  // the gateway took more than was due
  await see(under, chargeId, { outcome: "charged", amountMinor: 612_345, currency: "RUB", feeMinor: 1_000 });
  const road = `GET /v1/payments/${paymentId}/receipt`;
  const before = await ask(under, anna, road);
  expect(before.body).toMatchObject({ amount: { amountMinor: 612_345 }, returned: { amountMinor: 0 } });
  expect((await paperOf(paymentId, "en")).pages[0]).not.toContain("Returned to you");
  await under.database.pool.query(
    `update refunds set state = 'done', first_sent_at = business_now(), decided_at = business_now(), request = 'bytes', request_hash = 'hash'
      where payment_id = $1`,
    [paymentId],
  );
  expect((await ask(under, anna, road)).body).toMatchObject({ returned: { amountMinor: 100_000 } });
  const paper = (await paperOf(paymentId, "en")).pages[0];
  expect(paper).toContain("Returned to you");
  expect(paper).toContain("RUB 1,000.00");
});

test("papers are rationed: a year of them at once, and then each in its time", async () => {
  const clara = await signIn(under, "clara");
  const billId = await oweBill(under, clara, { account: "7701000779" });
  const paying = ask(under, clara, "POST /v1/payments", { body: { billId, amount } });
  const paymentId = await paymentOf(billId);
  await see(under, await challenge(under, paymentId), {
    outcome: "charged",
    amountMinor: 512_345,
    currency: "RUB",
  });
  await paying;
  const road = `GET /v1/payments/${paymentId}/receipt.pdf`;
  const answers = await Promise.all(Array.from({ length: 44 }, () => ask(under, clara, road)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
  const [refused] = answers.filter(({ status }) => status !== 200);
  expect(refused).toMatchObject({ status: 429, body: { code: "rate-limited" } });
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await ask(under, clara, `GET /v1/payments/${paymentId}/receipt`)).status).toBe(200);
});

async function paperOf(paymentId: string, locale: string): Promise<ReadPaper> {
  const headers = { authorization: `Bearer ${anna.token}`, "accept-language": locale };
  const answer = await under.api.request(`/v1/payments/${paymentId}/receipt.pdf`, { headers });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/pdf",
    "content-language": locale,
    "content-disposition": `attachment; filename="kvitok-${paymentId}.pdf"`,
    "cache-control": "no-store",
  });
  return readPaper(new Uint8Array(await answer.arrayBuffer()));
}

async function paymentOf(billId: string): Promise<string> {
  const read = async () => {
    const found = await under.database.pool.query<{ id: string }>(
      "select id from payments where bill_id = $1",
      [billId],
    );
    return found.rows[0]?.id;
  };
  await expect.poll(read).toBeDefined();
  return (await read()) ?? "";
}
