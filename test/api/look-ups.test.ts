import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { subscriberOf } from "../../api/networks.ts";
import { LOOK_UPS } from "../../domain/allowance.ts";
import {
  type Answered,
  type ApiUnderTest,
  ask,
  type Person,
  signIn,
  startApi,
} from "./support/api-under-test.ts";
import { bindCard, createMandate, mandateWish } from "./support/situations.ts";

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi({ trustedProxies: ["10.0.0.0/8"] });
});
afterAll(() => under.close());
beforeEach(() => under.database.pool.query("delete from rate_limits"));

const { burst } = LOOK_UPS.person;
let numbers = 0;

function connect(
  person: Person,
  change: { readonly account?: string; readonly from?: string; readonly forwarded?: string } = {},
) {
  numbers += 1;
  return ask(under, person, "POST /v1/accounts", {
    body: { billerId: "gorod-zhkh", account: change.account ?? `guess-${numbers}` },
    ...(change.from === undefined ? {} : { from: change.from }),
    ...(change.forwarded === undefined ? {} : { headers: { "x-forwarded-for": change.forwarded } }),
  });
}

async function useUp(person: Person): Promise<void> {
  for (let index = 0; index < burst; index += 1) expect((await connect(person)).status).toBe(201);
}

function expectLimit(answer: Answered) {
  expect(answer).toMatchObject({ status: 429, body: { code: "look-up-limit" } });
  const wait = Number(answer.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(LOOK_UPS.person.everySeconds);
}

test("who guesses account numbers is refused after the allowance, and nothing of the guess is written", async () => {
  const mallory = await signIn(under, "mallory");
  await useUp(mallory);
  const before = await ask(under, mallory, "GET /v1/accounts");
  expectLimit(await connect(mallory, { account: "one-more" }));
  expect((await ask(under, mallory, "GET /v1/accounts")).body).toEqual(before.body);
});

test("a mandate for an account that is not one's own yet is a look-up, too", async () => {
  const mallory = await signIn(under, "mallory-by-mandate");
  const card = await bindCard(under, mallory);
  await useUp(mallory);
  expectLimit(await createMandate(under, mallory, mandateWish([card], { account: "foreign" })));
  const own = `guess-${numbers}`;
  expect((await createMandate(under, mallory, mandateWish([card], { account: own }))).status).toBe(201);
});

test("an account that is connected already costs nothing: its label can be changed, its command repeated", async () => {
  const anna = await signIn(under, "anna-again");
  await connect(anna, { account: "mine" });
  for (let index = 0; index < burst + 5; index += 1) {
    expect((await connect(anna, { account: "mine" })).status).toBe(201);
  }
});

test("many identities behind one address share its allowance; behind our proxy each visitor is their own address", async () => {
  const crowd = await Promise.all(Array.from({ length: 12 }, (_, index) => signIn(under, `crowd-${index}`)));
  const wave = (how: { readonly from: string; readonly forwarded?: string }) =>
    Promise.all(crowd.flatMap((person) => Array.from({ length: burst - 2 }, () => connect(person, how))));
  const statuses = (await wave({ from: "10.0.0.1", forwarded: "192.0.2.66" })).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(LOOK_UPS.address.burst);
  const late = await signIn(under, "late");
  expectLimit(await connect(late, { from: "10.0.0.1", forwarded: "192.0.2.66" }));
  // what a stranger writes into the header themselves is hearsay
  expectLimit(await connect(late, { from: "192.0.2.66", forwarded: "198.51.100.1" }));
  expect((await connect(late, { from: "10.0.0.1", forwarded: "192.0.2.67" })).status).toBe(201);
}, 30_000);

test("of one person at most 100 accounts are connected, however many come at once", async () => {
  const anna = await signIn(under, "anna-with-many");
  await connect(anna);
  await under.database.pool.query(
    `insert into payer_accounts (resident_id, biller_id, account)
     select a.resident_id, a.biller_id, 'many-' || n from payer_accounts a, generate_series(1, 94) n where a.account = $1`,
    [`guess-${numbers}`],
  );
  const answers = await Promise.all(Array.from({ length: 15 }, () => connect(anna)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  expect(answers.find(({ status }) => status !== 201)).toMatchObject({
    status: 409,
    body: { code: "accounts-full" },
  });
});

test("one household is one address: of IPv6 its first 64 bits, however it is written", () => {
  expect(subscriberOf("2a02:5180:0:1509:185:71:76:1")).toBe(subscriberOf("2a02:5180::1509:0:0:0:9"));
  expect(subscriberOf("2A02:5180:0000:1509::1%eth0")).toBe("2a02:5180:0:1509::/64");
  expect(subscriberOf("2a02:5180:0:1510::1")).not.toBe(subscriberOf("2a02:5180:0:1509::1"));
  expect(subscriberOf("::1")).toBe("0:0:0:0::/64");
  expect(subscriberOf("::ffff:203.0.113.9")).toBe("203.0.113.9");
});
