import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenDatabase, openDatabase, type Rights } from "../../db/database.ts";
import { createSealer, readKeyRing } from "../../db/sealed.ts";
import { catalogueFile, pushingBillers } from "../../sandbox/billers/biller-book.ts";
import { createDatabaseFromTemplate, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabaseFromTemplate();
});
afterAll(() => database.drop());

const keys = `k1:${Buffer.alloc(32, 1).toString("base64")}`;
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const billers = pushingBillers().map((biller) => ({ ...biller, secret }));

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function kvitok(command: string, change: Record<string, string> = {}): Promise<Ended> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const environment = {
    PATH: process.env["PATH"],
    KVITOK_MODE: "sandbox",
    KVITOK_DATABASE_URL: database.url,
    KVITOK_DATA_KEYS: keys,
    SANDBOX_CATALOGUE: fileURLToPath(catalogueFile),
    SANDBOX_BILLERS: JSON.stringify(billers),
    ...change,
  };
  const child = spawn(process.execPath, ["--import", "tsx", "cli/main.ts", ...command.split(" ")], {
    cwd: root,
    env: environment,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, said })));
}

test("--help names the commands and is no mistake; an unknown command is one", async () => {
  const named = expect.stringContaining("kvitok migrate");
  expect(await kvitok("--help")).toEqual({ code: 0, said: named });
  expect(await kvitok("mygrate")).toEqual({ code: 2, said: named });
});

test("migrate brings an empty database up, and says so when there is nothing to do; the mode never changes", async () => {
  expect(await kvitok("migrate")).toMatchObject({
    code: 0,
    said: expect.stringContaining("0001-clock-and-people"),
  });
  expect(await kvitok("migrate")).toEqual({ code: 0, said: "the database is up to date\n" });
  await migratesAnApiLogin();
  const live = await kvitok("migrate", { KVITOK_MODE: "live" });
  expect(live).toMatchObject({ code: 1, said: expect.stringContaining("for sandbox use") });
});

test("sandbox-seed takes the city's one catalogue and seals the secrets of who pushes; repeating it changes nothing", async () => {
  expect(await kvitok("sandbox-seed")).toMatchObject({ code: 0, said: expect.stringContaining("90 added") });
  expect(await kvitok("sandbox-seed")).toMatchObject({
    code: 0,
    said: expect.stringContaining("0 added, 0 changed, 90 unchanged, 0 refused"),
  });
  const { db, close } = openDatabase({ url: database.url, applicationName: "test" });
  const rows = await db.selectFrom("billers").select(["id", "category", "webhook_secret"]).execute();
  await close();
  const sealer = createSealer(readKeyRing(keys));
  const opened = rows.flatMap(({ id, webhook_secret: sealed }) =>
    sealed === null ? [] : [`${id} ${sealer.open(sealed, id).toString()}`],
  );
  expect(new Set(opened)).toEqual(new Set(billers.map(({ id }) => `${id} ${secret}`)));
  expect(rows.find(({ id }) => id === "gorod-zhkh")).toMatchObject({ category: "housing" });
});

test("sandbox-seed refuses live mode, and a wrong environment is named without its values", async () => {
  expect(await kvitok("sandbox-seed", { KVITOK_MODE: "live" })).toMatchObject({
    code: 2,
    said: expect.stringContaining("KVITOK_MODE"),
  });
  const broken = await kvitok("sandbox-seed", { SANDBOX_BILLERS: secret, KVITOK_DATA_KEYS: "k1:short" });
  expect(broken.code).toBe(2);
  expect(broken.said).toContain("SANDBOX_BILLERS");
  expect(broken.said).toContain("KVITOK_DATA_KEYS");
  expect(broken.said).not.toContain("whsec_MDE");
  expect(broken.said).not.toContain(secret);
});

test("an unknown command lists the known ones", async () => {
  const answer = await kvitok("fly");
  expect(answer.code).toBe(2);
  expect(answer.said).toContain("sandbox-seed");
});

/** The login that the API gets reads nothing by itself, takes the two roles of the API, and no other. */
async function migratesAnApiLogin(): Promise<void> {
  const password = `p-'${randomUUID()}`;
  expect(await kvitok("migrate", { KVITOK_API_DATABASE_PASSWORD: password })).toMatchObject({ code: 0 });
  const url = new URL(database.url);
  url.username = "kvitok_api";
  url.password = password;
  const open = (rights?: Rights) =>
    openDatabase({ url: url.href, applicationName: "api-login", ...(rights ? { rights } : {}) });
  const [bare, person, engine] = [open(), open("person"), open("engine")];
  try {
    const read = (db: OpenDatabase) => db.db.selectFrom("residents").select("id").execute();
    await expect(read(bare)).rejects.toThrow("permission denied");
    await expect(bare.pool.query("set role kvitok")).rejects.toThrow("permission denied");
    expect([await read(person), await read(engine)]).toEqual([[], []]);
    await expect(engine.pool.query("create table mine ()")).rejects.toThrow("permission denied");
  } finally {
    await Promise.all([bare, person, engine].map(({ close }) => close()));
  }
}
