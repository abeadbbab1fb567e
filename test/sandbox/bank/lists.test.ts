import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, BankUnderTest, type Body, card, redirect, rub } from "./bank-under-test.ts";

let bank: BankUnderTest;
const made: string[] = [];
let moment = "";

beforeAll(async () => {
  bank = await BankUnderTest.start();
  for (let index = 1; index <= 25; index += 1) {
    if (index === 13) {
      await bank.aheadBy(60_000);
      moment = (await bank.control("GET", "/clock")).body.now;
    }
    const answer = await bank.post("/payments", {
      amount: rub(`${index}.00`),
      capture: true,
      ...(index % 5 === 0
        ? { confirmation: redirect }
        : { payment_method_data: { type: "bank_card", card: card("5555555555554444") } }),
    });
    made.unshift(answer.body.id);
  }
});
afterAll(() => bank.close());

const idsOf = (answer: Answer): string[] => answer.body.items.map((item) => item.id);

function first(answer: Answer): Body {
  const [newest] = answer.body.items;
  if (!newest) throw new Error("the list is empty");
  return newest;
}

test("ten newest first, unless asked otherwise", async () => {
  const answer = await bank.get("/payments");
  expect(answer.body.type).toBe("list");
  expect(idsOf(answer)).toEqual(made.slice(0, 10));
});

test("cursors lead through every object once, also when new ones appear meanwhile", async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const answer = await bank.get(`/payments?limit=7${cursor ? `&cursor=${cursor}` : ""}`);
    seen.push(...idsOf(answer));
    cursor = answer.body.next_cursor;
    if (seen.length === 7) {
      const late = await bank.post("/payments", { amount: rub("1.00"), confirmation: redirect });
      made.unshift(late.body.id);
    }
  } while (cursor);
  expect(seen).toEqual(made.slice(1));
});

test("a list that ends exactly at its limit has no next cursor", async () => {
  const all = await bank.get("/payments?limit=100");
  expect(all.body.items).toHaveLength(made.length);
  expect(all.body).not.toHaveProperty("next_cursor");
});

test("filters by time of creation, inclusive and exclusive", async () => {
  const older = await bank.get(`/payments?limit=100&created_at.lt=${moment}`);
  expect(idsOf(older)).toEqual(made.slice(-12));
  const newer = await bank.get(`/payments?limit=100&created_at.gte=${moment}`);
  expect(newer.body.items).toHaveLength(made.length - 12);
  const newestOfThem = first(older);
  const exact = newestOfThem.created_at;
  const atIt = await bank.get(`/payments?limit=100&created_at.gte=${exact}&created_at.lte=${exact}`);
  expect(idsOf(atIt)).toContain(newestOfThem.id);
  const notAtIt = await bank.get(`/payments?limit=100&created_at.gt=${exact}&created_at.lt=${moment}`);
  expect(idsOf(notAtIt)).not.toContain(newestOfThem.id);
});

test("filters by time of capture leave out what was never captured", async () => {
  const captured = await bank.get("/payments?limit=100&captured_at.gte=2020-01-01T00:00:00.000Z");
  expect(captured.body.items).toHaveLength(20);
});

test("filters by status and by kind of method", async () => {
  expect((await bank.get("/payments?limit=100&status=succeeded")).body.items).toHaveLength(20);
  expect((await bank.get("/payments?limit=100&payment_method=bank_card")).body.items).toHaveLength(
    made.length,
  );
  expect((await bank.get("/payments?payment_method=sbp")).body.items).toEqual([]);
});

test("refunds are listed by payment, too", async () => {
  const payment = first(await bank.get("/payments?status=succeeded&limit=1"));
  const { body } = await bank.post("/refunds", { payment_id: payment.id, amount: rub("1.00") });
  expect(idsOf(await bank.get("/refunds"))).toEqual([body.id]);
  expect(idsOf(await bank.get(`/refunds?payment_id=${payment.id}&status=succeeded`))).toEqual([body.id]);
  expect(idsOf(await bank.get("/refunds?status=canceled"))).toEqual([]);
});

test.each([
  ["limit", "limit=0"],
  ["limit", "limit=101"],
  ["limit", "limit=ten"],
  ["cursor", "cursor=nonsense"],
  ["status", "status=paid"],
  ["created_at.gte", "created_at.gte=yesterday"],
  ["captured_at.lt", "captured_at.lt=5"],
])("a wrong %s is refused, naming it (%s)", async (parameter, query) => {
  const answer = await bank.get(`/payments?${query}`);
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", parameter } });
});
