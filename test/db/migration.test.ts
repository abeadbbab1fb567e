import { readdirSync } from "node:fs";
import { Client } from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { migrateToLatest } from "../../db/migrate.ts";
import { createDatabaseFromTemplate, type TestDatabase } from "../support/postgres.ts";

const names = readdirSync(new URL("../../db/migrations/", import.meta.url))
  .filter((name) => name.endsWith(".sql"))
  .map((name) => name.replace(/\.sql$/, ""))
  .toSorted();

const opened: TestDatabase[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.drop();
});

async function emptyDatabase(): Promise<string> {
  const database = await createDatabaseFromTemplate();
  opened.push(database);
  return database.url;
}

async function ask<Row extends object>(url: string, question: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(question)).rows;
  } finally {
    await client.end();
  }
}

/** Tables, columns, functions, triggers and indexes as text. */
async function shapeOf(url: string): Promise<unknown> {
  return ask(
    url,
    `select 'column' as what, table_name || '.' || column_name || ' ' || data_type as name from information_schema.columns where table_schema = 'public'
     union all select 'function', md5(pg_get_functiondef(oid)) from pg_proc where pronamespace = 'public'::regnamespace
     union all select 'trigger', tgname::text from pg_trigger where not tgisinternal
     union all select 'index', indexdef from pg_indexes where schemaname = 'public' order by 1, 2`,
  );
}

describe("bringing a database to the newest version", () => {
  test("from empty, in the order of the names; a second time there is nothing to do and nothing changes", async () => {
    const url = await emptyDatabase();
    expect(await migrateToLatest(url, { livemode: false })).toEqual(names);
    const shape = await shapeOf(url);
    expect(await migrateToLatest(url, { livemode: false })).toEqual([]);
    expect(await shapeOf(url)).toEqual(shape);
  });

  test.each([true, false])(
    "four migrators at once (live: %s): each migration once, none fails",
    async (livemode) => {
      const url = await emptyDatabase();
      const results = await Promise.all([1, 2, 3, 4].map(() => migrateToLatest(url, { livemode })));
      expect(results.flat().toSorted()).toEqual(names);
      expect(await ask(url, "select livemode from deployment")).toEqual([{ livemode }]);
      const again = await Promise.all([1, 2, 3, 4].map(() => migrateToLatest(url, { livemode })));
      expect(again.flat()).toEqual([]);
    },
  );

  test("one that is killed in the middle leaves whole migrations only, and the next one finishes", async () => {
    const url = await emptyDatabase();
    const first = migrateToLatest(url, { livemode: false }).catch(() => []);
    await ask(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'kvitok-migrate'`,
    );
    await first;
    await migrateToLatest(url, { livemode: false });
    const fresh = await emptyDatabase();
    await migrateToLatest(fresh, { livemode: false });
    expect(await shapeOf(url)).toEqual(await shapeOf(fresh));
  });
});

describe("live and sandbox never share a database", () => {
  test.each([
    [true, false, "live"],
    [false, true, "sandbox"],
  ])(
    "made with live = %s, opened with live = %s: refused, and it stays what it was",
    async (made, asked, word) => {
      const url = await emptyDatabase();
      await migrateToLatest(url, { livemode: made });
      const shape = await shapeOf(url);
      await expect(migrateToLatest(url, { livemode: asked })).rejects.toThrow(`for ${word} use`);
      expect(await shapeOf(url)).toEqual(shape);
      expect(await ask(url, "select livemode from deployment")).toEqual([{ livemode: made }]);
    },
  );

  test("both at once on an empty one: one is refused", async () => {
    const url = await emptyDatabase();
    const results = await Promise.allSettled([
      migrateToLatest(url, { livemode: true }),
      migrateToLatest(url, { livemode: false }),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const [live] = await ask<{ livemode: boolean }>(url, "select livemode from deployment");
    const tables = await ask(url, "select 1 from pg_tables where tablename = 'sandbox_clock'");
    expect(tables).toHaveLength(live?.livemode ? 0 : 1);
  });
});

describe("the one clock", () => {
  type Reading = { readonly ahead: number; readonly until: string; readonly after: number };
  /** How far business is ahead of the server's clock, real ms until an hour from now, business seconds after ten real ones. */
  const reading = `select extract(epoch from business_now() - clock_timestamp())::float8 as ahead,
    real_ms_until(business_now() + interval '1 hour') as until,
    extract(epoch from business_after_real(interval '10 seconds') - business_now())::float8 as after`;

  async function read(url: string): Promise<{ ahead: number; until: number; after: number }> {
    const [row] = await ask<Reading>(url, reading);
    if (!row) throw new Error("no reading");
    return { ...row, until: Number(row.until) };
  }

  test("in production it is the server's clock, and there is nothing to turn it with", async () => {
    const url = await emptyDatabase();
    await migrateToLatest(url, { livemode: true });
    expect(await ask(url, "select tablename from pg_tables where tablename = 'sandbox_clock'")).toEqual([]);
    const [source] = await ask<{ body: string }>(
      url,
      "select prosrc as body from pg_proc where proname = 'business_now'",
    );
    expect(source?.body.trim()).toBe("select clock_timestamp()");
    const { ahead, until, after } = await read(url);
    expect(Math.abs(ahead)).toBeLessThan(1);
    expect(until).toBeGreaterThan(3_599_000);
    expect(until).toBeLessThanOrEqual(3_600_000);
    expect(after).toBeCloseTo(10, 1);
  });

  test("in the sandbox it begins as the server's, and honours offset and pace", async () => {
    const url = await emptyDatabase();
    await migrateToLatest(url, { livemode: false });
    expect(Math.abs((await read(url)).ahead)).toBeLessThan(1);

    await ask(url, "update sandbox_clock set business_anchor = business_anchor + interval '30 days'");
    expect((await read(url)).ahead).toBeCloseTo(30 * 86_400, 0);

    await ask(
      url,
      `update sandbox_clock set business_anchor = clock_timestamp(), real_anchor = clock_timestamp(), scale = 3600`,
    );
    const fast = await read(url);
    expect(fast.until, "an hour passes in a second").toBeGreaterThan(900);
    expect(fast.until).toBeLessThanOrEqual(1_000);
    expect(fast.after, "ten real seconds are ten hours").toBeGreaterThan(35_000);
    const [passed] = await ask<{ hours: number }>(
      url,
      `with first as materialized (select business_now() as at),
      wait as materialized (select pg_sleep(0.2), at from first)
      select extract(epoch from business_now() - at)::float8 / 3600 as hours from wait`,
    );
    expect(passed?.hours).toBeGreaterThanOrEqual(0.2);
  });

  test("what is past needs no wait, at any pace", async () => {
    const url = await emptyDatabase();
    await migrateToLatest(url, { livemode: false });
    expect(await ask(url, "select real_ms_until(business_now() - interval '1 day') as ms")).toEqual([
      { ms: "0" },
    ]);
  });

  test("a pace below real time, or none, is refused; so is a second clock", async () => {
    const url = await emptyDatabase();
    await migrateToLatest(url, { livemode: false });
    await expect(ask(url, "update sandbox_clock set scale = 0.5")).rejects.toMatchObject({ code: "23514" });
    await expect(ask(url, "insert into sandbox_clock (only_row) values (false)")).rejects.toMatchObject({
      code: "23514",
    });
    await expect(ask(url, "insert into sandbox_clock default values")).rejects.toMatchObject({
      code: "23505",
    });
  });
});
