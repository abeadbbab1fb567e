import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { LOOK_UPS } from "../../domain/allowance.ts";
import {
  type Answered,
  type ApiUnderTest,
  ask,
  type Person,
  signIn,
  startApi,
} from "./support/api-under-test.ts";

let under: ApiUnderTest;
let people = 0;
let anna: Person;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());
beforeEach(async () => {
  await under.database.pool.query("delete from rate_limits");
  people += 1;
  anna = await signIn(under, `anna-${people}`);
});

const path = "/v1/me/identifiers";
const save = (person: Person, body: object) => ask(under, person, `POST ${path}`, { body });
const items = async (person: Person) =>
  (await ask(under, person, `GET ${path}`)).body["items"] as Record<string, unknown>[];

function expectWrong(answer: Answered, field: string, code: string) {
  expect(answer.body).toMatchObject({ status: 422, code, errors: [{ field, code }] });
  const [{ detail }] = answer.body["errors"] as [{ detail: string }];
  expect(detail).toMatch(/[а-яё]/i);
}

test("an identifier is kept in its normal form, listed masked, and shown whole to its owner on request only", async () => {
  const saved = await save(anna, {
    text: "99 42 № 123456".replace("№ ", ""),
    kind: "sts",
    label: "Машина мамы",
  });
  expect(saved).toMatchObject({
    status: 201,
    body: { kind: "sts", masked: "••••3456", label: "Машина мамы", provedBy: null },
  });
  expect(JSON.stringify(await items(anna))).not.toContain("9942123456");
  const whole = await ask(under, anna, `GET ${path}/${String(saved.body["id"])}`);
  expect(whole.body).toMatchObject({ value: "9942123456" });
});

test("nothing of the value stands in the database in the clear", async () => {
  await save(anna, { text: "9942 777777", kind: "sts" });
  const { rows } = await under.database.pool.query<{ all: string }>(
    `select string_agg(t::text, '') as all from (select to_jsonb(s)::text as t from saved_identifiers s
     union all select to_jsonb(a)::text from audit a union all select to_jsonb(k)::text from idempotency_keys k) x`,
  );
  expect(rows[0]?.all).not.toContain("777777");
});

test("the kind is recognised where the text can be one only; else one is asked which", async () => {
  expect((await save(anna, { text: "112-233-445 95" })).body).toMatchObject({ kind: "snils" });
  const ambiguous = await save(anna, { text: "9942123456" });
  expectWrong(ambiguous, "kind", "identifier-ambiguous");
  expect(ambiguous.text).toContain("Выберите, что это: Свидетельство о регистрации");
});

test.each([
  [{ text: "112-233-445 96", kind: "snils" }, "text", "check-digit-wrong"],
  [{ text: "112-233-445 96" }, "text", "identifier-misshapen"],
  [{ text: "9942 12345", kind: "sts" }, "text", "identifier-misshapen"],
  [{ text: "то, что не номер" }, "text", "identifier-misshapen"],
  [{ text: "2007701234567770101001", kind: "payer-id" }, "text", "check-digit-wrong"],
  [{ text: "" }, "text", "payload-invalid"],
  [{ text: "9942123456", kind: "uin" }, "kind", "payload-invalid"],
])("%j is refused by its field", async (body, field, code) => {
  expectWrong(await save(anna, body), field, code);
  expect(await items(anna)).toEqual([]);
});

test("a company's number is not a person's own", async () => {
  expectWrong(
    await save(anna, { text: "2007707083893770701001", kind: "payer-id" }),
    "text",
    "identifier-not-personal",
  );
});

test("a payer's identifier and the document in it are one identifier", async () => {
  const licence = await save(anna, { text: "9911 223344", kind: "driving-licence" });
  const payer = await save(anna, { text: "1220000000009911223344", kind: "payer-id" });
  expect(payer.body).toMatchObject({ id: licence.body["id"], kind: "driving-licence" });
});

test("a phone that the identity provider vouches for is proved; any other number is nobody's until proved", async () => {
  const token = await under.identity.token({
    sub: anna.subject,
    name: anna.subject,
    email: `${anna.subject}@city.example`,
    email_verified: true,
    locale: "ru",
    zoneinfo: "Europe/Moscow",
    roles: ["resident"],
    phone_number: "+79000000101",
    phone_number_verified: true,
  });
  const withPhone = { ...anna, token };
  expect((await save(withPhone, { text: "8 (900) 000-01-01" })).body).toMatchObject({
    kind: "mobile",
    provedBy: "identity-provider",
  });
  expect((await save(withPhone, { text: "8 900 000-01-02" })).body).toMatchObject({ provedBy: null });
});

test("it is renamed, loses its name, and is deleted; the same one again is the same one", async () => {
  const { body } = await save(anna, { text: "9942000001", kind: "sts" });
  const one = `${path}/${String(body["id"])}`;
  expect((await ask(under, anna, `PATCH ${one}`, { body: { label: "Дача" } })).body).toMatchObject({
    label: "Дача",
  });
  expect((await ask(under, anna, `PATCH ${one}`, { body: { label: null } })).body).toMatchObject({
    label: null,
  });
  expect((await save(anna, { text: "99 42 000001", kind: "sts" })).body).toMatchObject({ id: body["id"] });
  expect((await ask(under, anna, `DELETE ${one}`)).status).toBe(200);
  expect(await items(anna)).toEqual([]);
  expect(await ask(under, anna, `DELETE ${one}`)).toMatchObject({
    status: 404,
    body: { code: "identifier-not-found" },
  });
});

const certificate = (index: number) => `9900${String(index).padStart(6, "0")}`;

test("guessing certificates is rationed; one that is saved already costs nothing", async () => {
  const { burst } = LOOK_UPS.person;
  for (let index = 0; index < burst; index += 1) {
    expect((await save(anna, { text: certificate(index), kind: "sts" })).status).toBe(201);
  }
  expect(await save(anna, { text: certificate(burst), kind: "sts" })).toMatchObject({
    status: 429,
    body: { code: "look-up-limit" },
  });
  expect((await save(anna, { text: certificate(0), kind: "sts", label: "Та же" })).status).toBe(201);
});

test("a profile holds at most 50, however many come at once", async () => {
  await save(anna, { text: certificate(1), kind: "sts" });
  await under.database.pool.query(
    `insert into saved_identifiers (resident_id, kind, subject_key, sealed)
     select i.resident_id, 'sts', encode(sha256(n::text::bytea), 'hex'), i.sealed from saved_identifiers i, generate_series(1, 44) n
     where i.resident_id = (select id from residents where subject = $1)`,
    [anna.subject],
  );
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => save(anna, { text: certificate(100 + index), kind: "sts" })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  expect(answers.find(({ status }) => status !== 201)?.body).toMatchObject({
    status: 409,
    code: "identifiers-full",
  });
});
