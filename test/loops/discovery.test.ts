import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BillSource } from "../../adapters/bill-sources/port.ts";
import { findAtSignIn } from "../../api/keep-finding.ts";
import { seedReadings } from "../../db/queries/source-readings.ts";
import { readResidents } from "../../loops/discovery.ts";
import type { DiscoveryParts } from "../../loops/source-answers.ts";
import { demoCharges } from "../../sandbox/registry/demo-charges.ts";
import { ask, type Person, signIn } from "../api/support/api-under-test.ts";
import { type FindingWorld, loadDemo, startFinding } from "../api/support/finding-world.ts";

let world: FindingWorld;
let parts: DiscoveryParts;
let uins: readonly string[] = [];
const complaints: unknown[] = [];
beforeAll(async () => {
  world = await startFinding();
  const { under, registry } = world;
  parts = {
    db: under.database.db,
    sealer: under.sealer,
    claimKey: Buffer.alloc(32, 2),
    source: registry.source,
    log: { error: (detail) => void complaints.push(detail) },
    random: () => 0.5,
  };
});
afterAll(() => world.close());
beforeEach(async () => {
  complaints.splice(0);
  uins = await loadDemo(world);
  await world.under.database.pool.query(
    "delete from rate_limits; delete from source_states; delete from outbox",
  );
});

let people = 0;
async function somebody(...texts: readonly string[]): Promise<Person> {
  people += 1;
  const person = await signIn(world.under, `person-${people}`);
  for (const text of texts) await save(person, text);
  return person;
}
const save = (person: Person, text: string) =>
  ask(world.under, person, "POST /v1/me/identifiers", { body: { text, kind: "sts" } });
const bills = async (person: Person) =>
  (await ask(world.under, person, "GET /v1/bills")).body["items"] as {
    id: string;
    uin: string;
    state: string;
    seenBy: string[];
    amount: { amountMinor: number };
  }[];
const freshness = async (person: Person) =>
  ((await ask(world.under, person, "GET /v1/me/sources")).body["items"] as Record<string, unknown>[])[0];
const makeDue = () =>
  world.under.database.pool.query(
    "update source_readings set due_at = business_now(); delete from source_states; delete from outbox",
  );
async function readAgain(): Promise<void> {
  await makeDue();
  while ((await readResidents(parts)) > 0);
}

describe("bills are found by what is saved", () => {
  test("a saved certificate finds its fines, and says how fresh they are", async () => {
    const anna = await somebody("77УН123456");
    expect(await freshness(anna)).toMatchObject({ source: "gis-gmp", state: "waiting", readAt: null });
    expect(await readResidents(parts)).toBe(1);
    const found = await bills(anna);
    expect(new Set(found.map(({ uin }) => uin))).toEqual(new Set(uins.slice(0, 2)));
    expect(found[0]?.seenBy).toEqual(["identifier"]);
    expect(await freshness(anna)).toMatchObject({ state: "fresh", silentSince: null });
    expect(await readResidents(parts), "nobody is due").toBe(0);
  });

  test("people share one question, and each sees their own", async () => {
    const [boris, clara] = [await somebody("50ОР123457"), await somebody("9900123456")];
    await world.registry.bench.requests();
    const before = await world.registry.bench.requests();
    await readResidents(parts);
    // what is owed, and what the two owed before under other numbers
    expect((await world.registry.bench.requests()) - before).toBeLessThanOrEqual(2);
    expect((await bills(boris)).map(({ uin }) => uin)).toEqual([uins[2]]);
    expect((await bills(clara)).map(({ uin }) => uin)).toEqual([uins[3]]);
  });

  test("what was saved while a reading ran is asked for at once after it", async () => {
    const [first] = demoCharges(Date.now());
    await world.registry.bench.issue({ ...first, uin: undefined, payerIdentifier: "12400000000077УН777777" });
    const dora = await somebody("77УН999999");
    const slow: BillSource = {
      ...parts.source,
      search: async (query, signal) => {
        await save(dora, "77УН777777");
        return parts.source.search(query, signal);
      },
    };
    await readResidents({ ...parts, source: slow });
    expect(await bills(dora)).toEqual([]);
    await world.under.database.pool.query("delete from outbox");
    expect(await readResidents(parts)).toBe(1);
    expect(await bills(dora)).toHaveLength(1);
  });

  test("signing in asks again, but not ten times a day, and nobody about whom there is nothing to ask", async () => {
    const due = async () =>
      (await world.under.database.pool.query("select 1 from source_readings where due_at <= business_now()"))
        .rowCount;
    const emil = await somebody();
    const residentOf = async (person: Person) =>
      (
        await world.under.database.pool.query<{ id: string }>("select id from residents where subject = $1", [
          person.subject,
        ])
      ).rows[0]?.id ?? "";
    const tools = { engine: parts.db, billSources: new Map([[parts.source.name, parts.source]]) };
    await findAtSignIn(tools, await residentOf(emil));
    expect(await freshness(emil)).toBeUndefined();
    await save(emil, "77УН123456");
    while ((await readResidents(parts)) > 0);
    await findAtSignIn(tools, await residentOf(emil));
    expect(await due()).toBe(0);
    await world.under.database.pool.query(
      "update source_readings set asked_at = asked_at - interval '1 hour'",
    );
    await findAtSignIn(tools, await residentOf(emil));
    expect(await due()).toBe(1);
    while ((await readResidents(parts)) > 0);
  });

  test("who has nothing to ask by any more is forgotten; who was never put on the list is", async () => {
    const anna = await somebody("77УН123456");
    const { body } = await ask(world.under, anna, "GET /v1/me/identifiers");
    const [saved] = body["items"] as { id: string }[];
    await ask(world.under, anna, `DELETE /v1/me/identifiers/${saved?.id}`);
    await readAgain();
    expect(await freshness(anna)).toBeUndefined();
    const boris = await somebody("50ОР123457");
    await world.under.database.pool.query("delete from source_readings");
    const kinds = parts.source.capabilities.searchBy;
    await seedReadings(parts.db, { source: "gis-gmp", kinds, overSeconds: 100 });
    expect(await freshness(boris)).toMatchObject({ state: "waiting" });
  });

  test("who has only added a bill is read too, though the wish to was lost with its process", async () => {
    const { pool } = world.under.database;
    const clara = await somebody();
    const { rows } = await pool.query<{ id: string }>("select id from bills where uin is not null limit 1");
    await pool.query("update bills set state = 'owed' where id = $1", [rows[0]?.id]);
    await pool.query(
      "insert into added_bills (resident_id, bill_id) select id, $2 from residents where subject = $1",
      [clara.subject, rows[0]?.id],
    );
    expect(await freshness(clara)).toBeUndefined();
    const kinds = parts.source.capabilities.searchBy;
    await seedReadings(parts.db, { source: "gis-gmp", kinds, overSeconds: 100 });
    expect(await freshness(clara)).toMatchObject({ state: "waiting" });
  });

  test("payments go first: while their work waits nobody is read", async () => {
    await somebody("77УН123456");
    await world.under.database.pool.query(
      "insert into outbox (kind, subject_id, payload, not_before) values ('start-payment', 'p', '{}', clock_timestamp() - interval '10 seconds')",
    );
    expect(await readResidents(parts)).toBe(0);
    await world.under.database.pool.query("delete from outbox");
    expect(await readResidents(parts)).toBe(1);
  });
});

describe("what changes at the source reaches the bill", () => {
  test.each([
    ["annul", "annulled"],
    ["pay", "paid-elsewhere"],
  ])("%s makes it %s", async (verb, state) => {
    const anna = await somebody("77УН123456");
    await readAgain();
    await world.registry.bench.act(uins[0] ?? "", verb);
    await readAgain();
    expect((await bills(anna)).find(({ uin }) => uin === uins[0])).toMatchObject({ state });
  });

  test("annulled and reinstated, with another sum", async () => {
    const anna = await somebody("77УН123456");
    const uin = uins[1] ?? "";
    await readAgain();
    await world.registry.bench.act(uin, "annul");
    await readAgain();
    await world.registry.bench.act(uin, "reinstate");
    await world.registry.bench.act(uin, "change", { totalKopecks: 90_000 });
    await readAgain();
    expect((await bills(anna)).find((bill) => bill.uin === uin)).toMatchObject({
      state: "owed",
      amount: { amountMinor: 90_000 },
    });
  });

  test("a bill that was added by its number is followed, too", async () => {
    const boris = await somebody();
    const uin = uins[3] ?? "";
    expect((await ask(world.under, boris, "POST /v1/bills/added", { body: { uin } })).status).toBe(201);
    await world.registry.bench.act(uin, "pay");
    await readAgain();
    expect(await bills(boris)).toMatchObject([{ uin, state: "paid-elsewhere" }]);
  });
});

describe("a source that does not answer", () => {
  test("is said to be silent since when, what was found stays, and it is tried less often", async () => {
    const anna = await somebody("77УН123456");
    await readAgain();
    await makeDue();
    await world.registry.bench.arm({ kind: "dead" }, 5);
    await readResidents(parts);
    const { readAt, ...rest } = (await freshness(anna)) ?? {};
    expect(rest).toMatchObject({ state: "silent", silentSince: expect.any(String) as string });
    expect(readAt, "what is shown is from before").toEqual(expect.any(String));
    expect(await bills(anna)).toHaveLength(2);
    const late = await world.under.database.pool.query(
      "select 1 from source_readings where source = 'gis-gmp' and ended = 'unreachable' and due_at > business_now() + interval '2 minutes'",
    );
    expect(late.rowCount, "once it is back, nobody waits for long").toBe(0);
    await world.under.database.pool.query("update source_readings set due_at = business_now()");
    expect(await readResidents(parts), "its next try is not yet").toBe(0);
    await world.registry.bench.clear();
    await world.registry.bench.issue(...demoCharges(Date.now()));
    await readAgain();
    expect(await freshness(anna)).toMatchObject({ state: "fresh", silentSince: null });
  });

  test("keeps nobody waiting who asks another one", async () => {
    const anna = await somebody();
    const other: BillSource = {
      name: "other",
      capabilities: { ...parts.source.capabilities, push: "none" },
      search: () =>
        Promise.resolve({ kind: "complete", bills: [], unreadable: [], asOf: new Date().toISOString() }),
    };
    await world.under.database.pool.query(
      `insert into source_readings (resident_id, source) select id, s from residents, unnest('{other,gis-gmp}'::text[]) s where subject = $1
         on conflict do nothing`,
      [anna.subject],
    );
    await save(anna, "77УН123456");
    await world.registry.bench.arm({ kind: "dead" }, 5);
    while ((await readResidents(parts)) > 0);
    await readResidents({ ...parts, source: other });
    const { body } = await ask(world.under, anna, "GET /v1/me/sources");
    expect(body["items"]).toMatchObject([
      { source: "gis-gmp", state: "silent" },
      { source: "other", state: "fresh" },
    ]);
    await world.registry.bench.clear();
  });

  test("a part of an answer is not taken for the whole", async () => {
    const anna = await somebody("77УН123456");
    await world.registry.bench.arm({ kind: "need-re-request" });
    await makeDue();
    await readResidents(parts);
    expect(await freshness(anna)).toMatchObject({ state: "part", readAt: null });
  });
});

test("no number and no name stands in what the loop complains about", async () => {
  const [first] = demoCharges(Date.now());
  if (first === undefined) throw new Error("the demonstration holds no charge");
  const { uin: _, ...fine } = first;
  const payee = { ...fine.payee, inn: "7706012716", account: "03100643000000017300" };
  const [uin = ""] = await world.registry.bench.issue({ ...fine, payee });
  await somebody("77УН123456");
  await readAgain();
  expect(complaints).toHaveLength(1);
  expect(JSON.stringify(complaints)).toContain("biller-unknown: 1");
  expect(JSON.stringify(complaints)).not.toMatch(new RegExp(`${uin}|77УН123456|person-`));
});
