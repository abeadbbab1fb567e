import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leaseLetters } from "../../db/queries/letters.ts";
import { exportedTables, readPersonalRows } from "../../db/queries/exporting.ts";
import { TABLE_RULES, type TableRule } from "../../db/rights/table-rules.ts";
import { type ApiUnderTest, ask, type Person, signIn, startApi } from "./support/api-under-test.ts";
import { tablesOf } from "../db/support/two-people.ts";
import { bindCard, challenge, createMandate, mandateWish, oweBill, see } from "./support/situations.ts";

let under: ApiUnderTest;
let boris: Person;
beforeAll(async () => {
  under = await startApi();
  boris = await signIn(under, "boris-stays");
  await oweBill(under, boris, { account: "7700555555" });
});
afterAll(() => under.close());

const amount = { amountMinor: 512_345, currency: "RUB" };
const confirm = { confirm: "erase" };

/** Somebody with something of everything; every value of theirs can be found again. */
async function liveHere(subject: string, account: string) {
  const person = await signIn(under, subject);
  const billId = await oweBill(under, person, { account });
  await ask(under, person, "POST /v1/accounts", {
    body: { billerId: "gorod-zhkh", account, label: `label-${subject}` },
  });
  await ask(under, person, "POST /v1/me/email", { body: { address: `${subject}-second@city.example` } });
  const saved = await ask(under, person, "POST /v1/me/identifiers", {
    body: { text: "9905 123456", kind: "driving-licence", label: `car-${subject}` },
  });
  expect(saved.status).toBe(201);
  const methodId = await bindCard(under, person);
  const wish = mandateWish([methodId], {
    account,
    consent: { text: `consent-${subject}`, locale: "ru", version: "1" },
  });
  const mandate = await createMandate(under, person, wish);
  expect(mandate.status).toBe(201);
  await ask(under, person, `POST /v1/mandates/${String(mandate.body["id"])}/pause`, {
    body: { why: `why-${subject}` },
  });
  return { person, subject, billId, methodId, mandateId: String(mandate.body["id"]) };
}

/** Every column of every table in which a text is found, as text or as bytes. */
async function placesOf(text: string): Promise<readonly string[]> {
  const { pool } = under.database;
  const bytes = Buffer.from(text).toString("hex");
  const places: string[] = [];
  for (const { name } of await tablesOf(pool)) {
    const { rows } = await pool.query<{ key: string }>(
      `select distinct e.key from ${name} t, jsonb_each_text(to_jsonb(t)) e where strpos(e.value, $1) > 0 or strpos(e.value, $2) > 0`,
      [text, bytes],
    );
    places.push(...rows.map(({ key }) => `${name}.${key}`));
  }
  return places.toSorted();
}

const valuesOf = (subject: string) => [
  subject,
  `${subject}@city.example`,
  `${subject}-second@city.example`,
  `label-${subject}`,
  `car-${subject}`,
  `consent-${subject}`,
  `why-${subject}`,
];

test("the export is everything of the caller's, opened, and nothing of anybody else's", async () => {
  const { person, subject, billId, mandateId } = await liveHere("vera-export", "7700111111");
  const answer = await ask(under, person, "GET /v1/me/export");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toContain("kvitok-export.json");
  const tables = answer.body["tables"] as Record<string, Record<string, unknown>[]>;
  expect(Object.keys(tables)).toEqual(exportedTables);
  for (const value of valuesOf(subject)) expect([value, answer.text.includes(value)]).toEqual([value, true]);
  expect(tables["saved_identifiers"]).toMatchObject([{ kind: "driving-licence", value: "9905123456" }]);
  expect(tables["bills"]).toMatchObject([{ id: billId }]);
  expect(tables["mandates"]).toMatchObject([{ id: mandateId }]);
  expect(answer.text).not.toContain("boris-stays");
  expect(answer.text).not.toContain("7700555555");
  for (const row of tables["methods"] ?? []) expect(row).not.toHaveProperty("token");
});

test("what is left out of the export is named with its reason: every table is either in it or there", async () => {
  const answer = await ask(under, boris, "GET /v1/me/export");
  const tables = Object.keys(answer.body["tables"] as object);
  const leftOut = answer.body["leftOut"] as Record<string, string>;
  for (const [name, rule] of Object.entries<TableRule>(TABLE_RULES)) {
    expect([name, tables.includes(name) || (leftOut[name] ?? "") !== ""]).toEqual([name, true]);
    expect([name, rule.key === undefined]).toEqual([name, rule.notExported !== undefined]);
  }
});

test("a list of more than a page is whole, each row once", async () => {
  const olga = await signIn(under, "olga-many");
  const { id } = (await ask(under, olga, "GET /v1/me")).body;
  await sql`insert into sessions (resident_id, token_hash, device, expires_at)
    select ${id}, encode(sha256(n::text::bytea), 'hex'), 'd' || n, now() from generate_series(1, 450) n`.execute(
    under.database.db,
  );
  const { tables } = (await ask(under, olga, "GET /v1/me/export")).body as {
    tables: { sessions: { id: string }[] };
  };
  expect(new Set(tables.sessions.map((row) => row.id)).size).toBe(450);
  expect(tables.sessions).toHaveLength(450);
});

test("with more than a person's rights nothing is exported at all", async () => {
  const { id } = (await ask(under, boris, "GET /v1/me")).body;
  const page = { table: "residents", residentId: String(id), after: null, limit: 10 } as const;
  expect(await readPersonalRows(under.database.db, page)).toEqual([]);
});

test("before anything is accepted one can take along what there is, and go", async () => {
  const stranger = await signIn(under, "stranger-goes", { beforeTerms: true });
  expect((await ask(under, stranger, "GET /v1/me/export")).status).toBe(200);
  expect((await ask(under, stranger, "DELETE /v1/me", { body: confirm })).body).toEqual({
    state: "erased",
    waitsFor: [],
  });
});

test("without the word nothing is erased and nothing is stopped", async () => {
  const { person, mandateId } = await liveHere("nina-unsure", "7700222222");
  expect((await ask(under, person, "DELETE /v1/me", { body: {} })).status).toBe(422);
  expect((await ask(under, person, `GET /v1/mandates/${mandateId}`)).body).toMatchObject({ state: "paused" });
});

test("erased: everything is stopped, and the whole database holds no value of theirs any more", async () => {
  const { person, subject, billId } = await liveHere("marfa-erased", "7700333333");
  const paid = await ask(under, person, "POST /v1/payments", { body: { billId, amount } });
  const paymentId = String(paid.body["id"]);
  expect(await placesOf(subject)).not.toEqual([]);
  const { id } = (await ask(under, person, "GET /v1/me")).body;

  const answer = await ask(under, person, "DELETE /v1/me", { body: confirm });
  expect([answer.status, answer.body]).toEqual([200, { state: "erased", waitsFor: [] }]);

  for (const value of valuesOf(subject)) expect([value, await placesOf(value)]).toEqual([value, []]);
  // the biller's bill is the biller's, and no row says any more that it is hers
  expect(await placesOf("7700333333")).toEqual(["bills.account"]);
  const row = await under.database.db
    .selectFrom("residents")
    .selectAll()
    .where("id", "=", String(id))
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({ name: "", email: null, issuer: "erased", terms_version: null });
  expect(row.erased_at).not.toBeNull();
  const payment = await under.database.db
    .selectFrom("payments")
    .selectAll()
    .where("id", "=", paymentId)
    .executeTakeFirstOrThrow();
  expect(payment).toMatchObject({ resident_id: id, state: "closed", outcome: "stopped" });
  const living = await sql`select 1 from mandates where resident_id = ${id} and state <> 'ended'
    union all select 1 from methods where resident_id = ${id} and (state <> 'withdrawn' or token is not null)
    union all select 1 from sessions where resident_id = ${id}`.execute(under.database.db);
  expect(living.rows).toEqual([]);
});

test("one last letter goes to the address that was proved, and leaves nothing behind", async () => {
  const person = await signIn(under, "last-letter");
  await ask(under, person, "DELETE /v1/me", { body: confirm });
  const letters = await leaseLetters(under.database.db, under.sealer, 100);
  expect(letters.filter(({ kind }) => kind === "erased")).toEqual(
    expect.arrayContaining([expect.objectContaining({ to: "last-letter@city.example", path: null })]),
  );
});

test("while it is unknown whether a charge took money, everything stops and nothing is erased; then it is", async () => {
  const { person, subject, billId, mandateId } = await liveHere("anna-waits", "7700444444");
  const paid = await ask(under, person, "POST /v1/payments", { body: { billId, amount } });
  const paymentId = String(paid.body["id"]);
  const chargeId = await challenge(under, paymentId);
  const unconfirmed = await ask(under, person, "DELETE /v1/me", { body: confirm });
  expect(unconfirmed.body).toMatchObject({
    state: "waiting",
    waitsFor: [{ what: "unconfirmed", paymentId, amount }],
  });
  const [{ endsBy }] = unconfirmed.body["waitsFor"] as [{ endsBy: string }];
  const minutes = (Date.parse(endsBy) - Date.now()) / 60_000;
  expect(minutes).toBeGreaterThan(50);
  expect(minutes).toBeLessThanOrEqual(61);
  await see(under, chargeId, { outcome: "pending" });

  const waiting = await ask(under, person, "DELETE /v1/me", { body: confirm });
  expect(waiting.status).toBe(202);
  expect(waiting.body).toMatchObject({
    state: "waiting",
    waitsFor: [{ what: "undecided", paymentId, amount, endsBy: null }],
  });
  expect((await ask(under, person, `GET /v1/mandates/${mandateId}`)).body).toMatchObject({ state: "ended" });
  expect((await ask(under, person, "GET /v1/me")).body).toMatchObject({ name: subject });

  await see(under, chargeId, { outcome: "not-charged", how: "declined", reason: "fraud_suspected" });
  const done = await ask(under, person, "DELETE /v1/me", { body: confirm });
  expect([done.status, done.body]).toEqual([200, { state: "erased", waitsFor: [] }]);
  for (const value of valuesOf(subject)) expect([value, await placesOf(value)]).toEqual([value, []]);
});

test("money that a gateway shows after its payer has gone is booked, and brings nothing of theirs back", async () => {
  const { person, subject, billId } = await liveHere("vera-late", "7700777777");
  const paid = await ask(under, person, "POST /v1/payments", { body: { billId, amount } });
  const chargeId = await challenge(under, String(paid.body["id"]));
  await see(under, chargeId, { outcome: "not-charged", how: "declined", reason: "fraud_suspected" });
  expect((await ask(under, person, "DELETE /v1/me", { body: confirm })).body).toMatchObject({
    state: "erased",
  });

  const late = {
    source: "look-up",
    rank: 2,
    hash: "late",
    objectId: `object-of-${chargeId}`,
    outcome: "charged",
    amountMinor: amount.amountMinor,
  };
  await sql`select record_evidence(${chargeId}, ${JSON.stringify(late)}::jsonb, '{"then":"gave-up"}', 60, ${Buffer.from(subject)}, null)`.execute(
    under.database.db,
  );
  const { rows } = await sql<{ state: string; booked: number; raw: number; told: number }>`
    select c.state, (select count(*)::int from ledger_transactions l where l.payment_id = c.payment_id) as booked,
        (select count(*)::int from evidence e where e.charge_id = c.id and e.raw is not null) as raw,
        (select count(*)::int from notifications n join payments y on y.resident_id = n.resident_id where y.id = c.payment_id and n.state = 'queued') as told
      from charges c where c.id = ${chargeId}`.execute(under.database.db);
  expect(rows).toEqual([{ state: "charged", booked: expect.any(Number) as number, raw: 0, told: 0 }]);
  expect(rows[0]?.booked).toBeGreaterThan(0);
  for (const value of valuesOf(subject)) expect([value, await placesOf(value)]).toEqual([value, []]);
});

test("the words of a paper leave with the last who holds it; its number and sum stay payable", async () => {
  const { person, subject } = await liveHere("paper-holder", "7700888888");
  const { body: me } = await ask(under, person, "GET /v1/me");
  const own = await ask(under, person, "POST /v1/accounts", {
    body: { billerId: "gorod-zhkh", account: "7700888889" },
  });
  expect(own.status).toBeLessThan(300);
  const billId = await oweBill(under, person, { account: "7700888889" });
  const { db } = under.database;
  await sql`update bills set source = 'paper', purpose = ${`Квартплата, ${subject}`} where id = ${billId}`.execute(
    db,
  );
  await sql`insert into added_bills (resident_id, bill_id) values (${me["id"]}, ${billId})`.execute(db);
  expect((await ask(under, person, "DELETE /v1/me", { body: confirm })).body).toMatchObject({
    state: "erased",
  });
  expect(await placesOf(subject)).toEqual([]);
});

test("of ten erasures at once each tells the truth, and who comes back is somebody new", async () => {
  const { person } = await liveHere("lena-ten", "7700666666");
  const before = (await ask(under, person, "GET /v1/me")).body["id"];
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      ask(under, person, "DELETE /v1/me", { body: confirm, key: randomUUID() }),
    ),
  );
  expect(answers.map(({ status, body }) => [status, body["state"]])).toEqual(
    answers.map(() => [200, "erased"]),
  );
  expect((await ask(under, person, "GET /v1/me")).body["id"]).toBeNull();
  const again = await signIn(under, "lena-ten");
  const now = (await ask(under, again, "GET /v1/me")).body["id"];
  expect(now).not.toBe(before);
  expect((await ask(under, again, "GET /v1/bills")).body).toMatchObject({ items: [] });
});

test("nothing comes into being for somebody who is gone, in any table that has an owner", async () => {
  const person = await signIn(under, "gone-for-good");
  const { id } = (await ask(under, person, "GET /v1/me")).body;
  await ask(under, person, "DELETE /v1/me", { body: confirm });
  const late = sql`insert into payer_accounts (resident_id, biller_id, account) values (${id}, 'gorod-zhkh', '1')`;
  await expect(late.execute(under.database.db)).rejects.toMatchObject({ code: "KVE01" });
  const { rows } =
    await sql`select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'resident_id'
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not exists (select 1 from pg_trigger g
      where g.tgrelid = c.oid and g.tgfoid = 'owner_must_be_here'::regproc)`.execute(under.database.db);
  expect(rows).toEqual([]);
});
