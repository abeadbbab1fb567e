import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { leaseLetters, type Letter, settleLetter } from "../../db/queries/letters.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";

let under: ApiUnderTest;
let people = 0;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());
beforeEach(async () => {
  await under.database.pool.query("delete from rate_limits");
  await under.database.pool.query("delete from letters");
  people += 1;
  anna = await signIn(under, `anna-${people}`);
});

const enter = (person: Person, address: string) =>
  ask(under, person, "POST /v1/me/email", { body: { address } });
const prove = (person: Person, code: string) =>
  ask(under, person, "POST /v1/me/email/proof", { body: { code } });
const me = async (person: Person) => (await ask(under, person, "GET /v1/me")).body;

/** Takes the letters that wait, as the sender would. */
async function letters(): Promise<readonly Letter[]> {
  const taken = await leaseLetters(under.database.db, under.sealer, 50);
  for (const { id } of taken) await settleLetter(under.database.db, { id, isDone: true });
  return taken;
}

async function codeOf(address: string): Promise<string> {
  const letter = (await letters()).find(({ to, kind }) => to === address && kind === "prove-address");
  return new URL(letter?.path ?? "", "https://pay.city.example").searchParams.get("code") ?? "";
}

/** Another token of the same person: what the provider says may have changed. */
async function withClaims(person: Person, claims: object): Promise<Person> {
  const token = await under.identity.token({
    sub: person.subject,
    name: person.subject,
    locale: "ru",
    zoneinfo: "Europe/Moscow",
    roles: ["resident"],
    ...claims,
  });
  return { ...person, token };
}

test("an entered address gets a letter and nothing else: messages go to the old one until the link was used", async () => {
  const entered = await enter(anna, "new@home.example");
  expect(entered).toMatchObject({
    status: 202,
    body: {
      email: `${anna.subject}@city.example`,
      emailVerified: true,
      pendingEmail: { address: "new@home.example", expiresAt: expect.any(String) },
    },
  });
  const code = await codeOf("new@home.example");
  expect(code).toMatch(/^[\w-]{43}$/);
  expect(await prove(anna, code)).toMatchObject({
    status: 200,
    body: { email: "new@home.example", emailVerified: true, pendingEmail: null },
  });
});

test("whose address was good before is told there that it no longer is", async () => {
  await enter(anna, "moved@home.example");
  await prove(anna, await codeOf("moved@home.example"));
  expect(await letters()).toMatchObject([{ kind: "address-changed", to: `${anna.subject}@city.example` }]);
});

test("a link works once, for a day, for its own resident, and only the newest one", async () => {
  await enter(anna, "a@home.example");
  const first = await codeOf("a@home.example");
  await enter(anna, "b@home.example");
  const second = await codeOf("b@home.example");
  const boris = await signIn(under, `boris-${people}`);
  expect((await prove(boris, second)).body).toMatchObject({ status: 422, code: "address-code-wrong" });
  expect((await prove(anna, first)).body).toMatchObject({ code: "address-code-wrong" });
  expect((await prove(anna, second)).status).toBe(200);
  expect((await prove(anna, second)).body).toMatchObject({ code: "address-code-wrong" });
  await enter(anna, "late@home.example");
  const late = await codeOf("late@home.example");
  await under.database.pool.query(
    "update address_proofs set expires_at = clock_timestamp() - interval '1 second'",
  );
  expect((await prove(anna, late)).body).toMatchObject({ code: "address-code-wrong" });
  expect(await me(anna)).toMatchObject({ email: "b@home.example", pendingEmail: null });
});

test("of ten that follow one link at once one proves the address", async () => {
  await enter(anna, "once@home.example");
  const code = await codeOf("once@home.example");
  const answers = await Promise.all(Array.from({ length: 10 }, () => prove(anna, code)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test("what the identity provider says later does not touch an address that was proved here", async () => {
  await enter(anna, "mine@home.example");
  await prove(anna, await codeOf("mine@home.example"));
  const later = await withClaims(anna, { email: "provider@city.example", email_verified: false });
  expect(await me(later)).toMatchObject({ email: "mine@home.example", emailVerified: true });
});

test("an address that the provider does not vouch for is proved by the same link", async () => {
  const doubtful = await withClaims(anna, { email: "doubt@home.example", email_verified: false });
  expect(await me(doubtful)).toMatchObject({ email: "doubt@home.example", emailVerified: false });
  await enter(doubtful, "doubt@home.example");
  expect(await prove(doubtful, await codeOf("doubt@home.example"))).toMatchObject({
    body: { emailVerified: true },
  });
  expect(await me(doubtful)).toMatchObject({ email: "doubt@home.example", emailVerified: true });
});

test("neither address nor secret of a pending proof stands in the database in the clear", async () => {
  await enter(anna, "secret.place@home.example");
  const { rows } = await under.database.pool.query<{ all: string }>(
    `select string_agg(t, '') as all from (select to_jsonb(p)::text as t from address_proofs p union all
     select to_jsonb(l)::text from letters l union all select to_jsonb(k)::text from idempotency_keys k
     union all select to_jsonb(l)::text from rate_limits l) x`,
  );
  expect(rows[0]?.all).not.toContain("secret.place");
  expect(rows[0]?.all).not.toContain(await codeOf("secret.place@home.example"));
});

test("nobody fills a stranger's mailbox: neither one person nor many", async () => {
  const limit = { status: 429, body: { code: "rate-limited" } };
  for (let index = 0; index < 5; index += 1) await enter(anna, `own-${index}@home.example`);
  const refused = await enter(anna, "sixth@home.example");
  expect(refused).toMatchObject(limit);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(60);
  const crowd = await Promise.all(
    Array.from({ length: 4 }, (_, index) => signIn(under, `crowd-${people}-${index}`)),
  );
  const answers = [];
  for (const one of crowd) answers.push(await enter(one, "Victim@home.example"));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429]);
});

test.each([
  "",
  "a",
  "a@b",
  "a@home.example, b@home.example",
  "Anna <a@home.example>",
  "a@home.example\r\nBcc: b@home.example",
])("%j is no address", async (address) => {
  expect((await enter(anna, address)).body).toMatchObject({ status: 422, errors: [{ field: "address" }] });
  expect(await letters()).toEqual([]);
});
