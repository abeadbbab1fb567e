import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Why } from "../../api/schemas/why.ts";
import { acceptNotices, planAll } from "../support/rows.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish, oweBill } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let boris: Person;
let card: string;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  boris = await signIn(under, "boris");
  card = await bindCard(under, anna);
});
afterAll(() => under.close());

async function why(path: string, person = anna): Promise<Why> {
  const answer = await ask(under, person, `GET /v1/${path}/why`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as Why;
}

async function paymentOf(billId: string): Promise<string> {
  const { body } = await ask(under, anna, `GET /v1/bills/${billId}`);
  return (body["payment"] as { id: string }).id;
}

describe("why was I charged, why not", () => {
  test("a bill without autopay says so; one that a mandate covers tells rule, limit and notice", async () => {
    const bare = await oweBill(under, anna, { account: "9100" });
    expect(await why(`bills/${bare}`)).toMatchObject({ reason: "no-mandate", steps: [], paymentId: null });
    await createMandate(under, anna, mandateWish([card], { account: "9101" }));
    const billId = await oweBill(under, anna, { account: "9101" });
    expect((await why(`bills/${billId}`)).reason).toBe("waiting-for-plan");
    await planAll(under.database.db);
    const paymentId = await paymentOf(billId);
    expect(await why(`payments/${paymentId}`)).toMatchObject({ reason: "waiting-for-notice" });
    await acceptNotices(under.database.db, paymentId);
    const told = await why(`bills/${billId}`);
    expect(told).toMatchObject({ reason: "waiting-for-day", paymentId });
    expect(told.steps.map(({ step }) => step)).toEqual(["rule", "limit-fits", "notice-accepted", "outcome"]);
    expect(told.steps.find(({ step }) => step === "notice-accepted")).toMatchObject({ channel: "email" });
  });

  test("what a limit leaves out, a pause and a skip are told as what they are", async () => {
    const small = { amountMinor: 100, currency: "RUB" };
    const wish = { account: "9102", limitPerPayment: small, overLimit: "skip" };
    await createMandate(under, anna, mandateWish([card], wish));
    const skippedByLimit = await oweBill(under, anna, { account: "9102" });
    const made = await createMandate(under, anna, mandateWish([card], { account: "9103" }));
    const paused = await oweBill(under, anna, { account: "9103" });
    await createMandate(under, anna, mandateWish([card], { account: "9104" }));
    const skipped = await oweBill(under, anna, { account: "9104" });
    await planAll(under.database.db);
    expect((await why(`bills/${skippedByLimit}`)).reason).toBe("over-limit-skipped");
    await ask(under, anna, `POST /v1/mandates/${String(made.body["id"])}/pause`, { body: {} });
    const paymentId = await paymentOf(paused);
    await under.database.pool.query("select close_payment($1, 'stopped', 'stopped')", [paymentId]);
    expect((await why(`bills/${paused}`)).reason).toBe("paused");
    expect((await why(`payments/${paymentId}`)).reason).toBe("stopped-by-pause");
    const skippedPayment = await paymentOf(skipped);
    await ask(under, anna, `POST /v1/payments/${skippedPayment}/skip`);
    await under.database.pool.query("select close_payment($1, 'stopped', 'stopped')", [skippedPayment]);
    expect((await why(`bills/${skipped}`)).reason).toBe("skipped");
  });

  test("nobody else reads it", async () => {
    const billId = await oweBill(under, anna, { account: "9105" });
    await createMandate(under, anna, mandateWish([card], { account: "9105" }));
    await planAll(under.database.db);
    const paymentId = await paymentOf(billId);
    expect((await ask(under, boris, `GET /v1/payments/${paymentId}/why`)).status).toBe(404);
    expect((await ask(under, boris, `GET /v1/bills/${billId}/why`)).status).toBe(404);
  });
});
