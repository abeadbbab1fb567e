import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../../cli/run.ts";
import { openDatabase } from "../../db/database.ts";
import { migrateToLatest } from "../../db/migrate.ts";
import { createDatabaseFromTemplate, prepareTemplate, type TestDatabase } from "../support/postgres.ts";
import {
  type Answered,
  type ApiUnderTest,
  ask,
  type Person,
  signIn,
  startApi,
} from "./support/api-under-test.ts";

const kinds = 3_000;
let folder: string;
let database: TestDatabase;
let under: ApiUnderTest;
let anna: Person;
let acquired = 0;

const generate = (seed: number, count = kinds) =>
  runCommandLine(["billers", "generate", "--kinds", String(count), "--seed", String(seed)], {});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kvitok-kinds-"));
  await prepareTemplate("many_kinds", (url) =>
    migrateToLatest(url, { livemode: false }).then(() => undefined),
  );
  database = await createDatabaseFromTemplate("many_kinds");
  const opened = openDatabase({ url: database.url, applicationName: "many-kinds", maxConnections: 4 });
  opened.pool.on("acquire", () => {
    acquired += 1;
  });
  under = await startApi({ db: opened.db });
  const close = under.close;
  under = { ...under, close: async () => opened.close().then(close) };
  anna = await signIn(under, "anna");
});
afterAll(async () => {
  await under.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

describe("three thousand kinds of bills are data", () => {
  test("the same seed gives the same lines, another seed others; more kinds than titles are refused", async () => {
    const [first, again, other] = [await generate(7), await generate(7), await generate(8)];
    expect(again).toEqual(first);
    expect(other.out).not.toEqual(first.out);
    expect(await generate(7, 3_841)).toMatchObject({ code: 2 });
    const titles = (first.out ?? "").matchAll(/"title":\{"ru":"([^"]+)","en":"([^"]+)"\},"position"/g);
    expect(new Set([...titles].map(([, ru]) => ru)).size).toBe(kinds);
  });

  test("the import takes every one of them, and once more changes nothing", async () => {
    const file = path.join(folder, "kinds.ndjson");
    await writeFile(file, (await generate(7)).out ?? "");
    const environment = { KVITOK_MODE: "sandbox", KVITOK_DATABASE_URL: database.url };
    const first = await runCommandLine(["billers", "import", file, "--json"], environment);
    const none = { changed: 0, unchanged: 0, refused: 0 };
    expect(JSON.parse(first.out ?? "")).toMatchObject({
      categories: { added: kinds, ...none },
      billers: { added: kinds, ...none },
      refused: [],
    });
    const again = await runCommandLine(["billers", "import", file, "--json"], environment);
    expect(JSON.parse(again.out ?? "")).toMatchObject({
      billers: { added: 0, unchanged: kinds, refused: 0 },
    });
    const live = await runCommandLine(["billers", "import", file], { ...environment, KVITOK_MODE: "live" });
    expect(live).toMatchObject({ code: 1, complaint: expect.stringContaining("demonstration") });
  });

  test.each([
    ["/v1/billers", 20],
    ["/v1/billers?audience=organisation&limit=100", 100],
    ["/v1/billers?q=склады", 20],
    ["/v1/categories?audience=organisation", 100],
    ["/v1/categories?q=warehouses+rent", 8],
  ])("%s is one page, in three queries and a bounded number of bytes", async (address, items) => {
    const before = acquired;
    const answer = await ask(under, anna, `GET ${address}`);
    expect(answer.status).toBe(200);
    expect(answer.body["items"]).toHaveLength(items);
    expect(acquired - before).toBeLessThanOrEqual(3);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(60_000);
  });

  test("pages of kinds follow one another in their order, each kind once", async () => {
    const found: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body }: Answered = await ask(
        under,
        anna,
        `GET /v1/categories${cursor === "" ? "" : `?cursor=${cursor}`}`,
      );
      found.push(...(body["items"] as { id: string }[]).map(({ id }) => id));
      cursor = body["nextCursor"] as string | null;
    }
    expect(found).toHaveLength(kinds);
    expect(found).toEqual(found.toSorted());
  });
});
