import { afterAll, beforeAll, expect, test } from "vitest";
import { lookAtMandate } from "../../activities/looking.ts";
import { type ApiUnderTest, ask, type Person, push, signIn, startApi } from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish } from "./support/situations.ts";

let under: ApiUnderTest;
let anna: Person;
let card: string;

beforeAll(async () => {
  under = await startApi();
  anna = await signIn(under, "anna");
  card = await bindCard(under, anna);
  await tellsBalances(`'{"confirmsTopUps": true}'`);
});
afterAll(() => under.close());

async function tellsBalances(how: string): Promise<void> {
  await under.database.pool.query(
    `update billers set without_bill = '{"leastMinor": 1000, "mostMinor": 1000000}', balances = ${how} where id = 'gorod-zhkh'`,
  );
}

const rub = (amountMinor: number) => ({ amountMinor, currency: "RUB" });
const trigger = {
  kind: "on-balance",
  below: rub(10_000),
  topUp: rub(30_000),
  perDay: rub(60_000),
  coolDownMinutes: 60,
};
const make = (account: string, change: object = {}) =>
  createMandate(
    under,
    anna,
    mandateWish([card], { account, noticePack: "RU", trigger: { ...trigger, ...change } }),
  );
const aMinuteAgo = () => new Date(Date.now() - 60_000).toISOString();
const tell = (content: unknown, how: Parameters<typeof push>[2] = {}) =>
  push(under, content, { room: "balances", ...how });

test("a balance that its biller tells is topped up once and read by nobody; a message that is not signed says nothing", async () => {
  const id = String((await make("7101")).body["id"]);
  const said = { readings: [{ account: "7101", balance: rub(4_200), at: aMinuteAgo() }] };
  expect((await tell(said, { secret: `whsec_${Buffer.from("another").toString("base64")}` })).status).toBe(
    401,
  );
  expect(await tell(said)).toMatchObject({ status: 200, body: { readings: ["taken"], credited: [] } });
  expect(await tell(said)).toMatchObject({ body: { readings: ["older"] } });
  for (let look = 0; look < 3; look += 1) await lookAtMandate(under.database.db, { mandateId: id });
  const { body } = await ask(under, anna, `GET /v1/mandates/${id}`);
  expect(body).toMatchObject({
    terms: { trigger },
    balanceToldAt: said.readings[0]!.at,
    upcoming: [{ amount: rub(30_000) }],
  });
  const exported = await ask(under, anna, "GET /v1/me/export");
  for (const answer of [body, exported.body]) {
    // anybody may top up anybody's number: that gives nobody its balance
    expect(JSON.stringify(answer)).not.toMatch(/":4200\b/);
  }
  const [payment] = body["upcoming"] as { paymentId: string }[];
  const credited = [
    { payment: payment!.paymentId, at: aMinuteAgo() },
    { payment: "KV-0000-0000-0000", at: aMinuteAgo() },
  ];
  // nothing was sent yet: it cannot have come
  expect((await tell({ credited })).body).toMatchObject({ credited: ["unknown", "unknown"] });
});

test("422: a balance without its instant, more than a thousand words, a sum that is none", async () => {
  const reading = { account: "7101", balance: rub(1), at: aMinuteAgo() };
  for (const wrong of [
    { readings: [{ ...reading, at: "yesterday" }] },
    { readings: Array.from({ length: 1001 }, () => reading) },
    { readings: [{ ...reading, balance: { amountMinor: 0.5, currency: "RUB" } }] },
    { balances: [] },
  ])
    expect((await tell(wrong)).status).toBe(422);
});

test("a smaller top-up works at once, a higher one needs a consent, a day's cap below one top-up is refused", async () => {
  const id = String((await make("7102")).body["id"]);
  const edit = (change: object) =>
    ask(under, anna, `PATCH /v1/mandates/${id}`, { body: { trigger: { ...trigger, ...change } } });
  expect(await edit({ topUp: rub(20_000) })).toMatchObject({ status: 200, body: { version: 2 } });
  expect((await edit({ topUp: rub(40_000) })).status).toBe(422);
  expect((await make("7103", { perDay: rub(20_000) })).status).toBe(422);
  expect((await make("7103", { topUp: rub(2_000_000), perDay: rub(2_000_000) })).status).toBe(422);
});

test("422: top-ups at a biller that tells no balances", async () => {
  await tellsBalances("null");
  expect((await make("7104")).status).toBe(422);
});
