import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoBillers } from "../../cli/offline/sandbox-billers.ts";
import { openDatabase } from "../../db/database.ts";
import { createSealer, readKeyRing } from "../../db/sealed.ts";
import { payeeOf } from "../../sandbox/billers/biller-book.ts";
import { createDatabaseFromTemplate, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabaseFromTemplate();
});
afterAll(() => database.drop());

const keys = `k1:${Buffer.alloc(32, 1).toString("base64")}`;
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const billers = Object.keys(demoBillers).map((id) => ({ id, name: `Biller ${id}`, secret }));

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
  const live = await kvitok("migrate", { KVITOK_MODE: "live" });
  expect(live).toMatchObject({ code: 1, said: expect.stringContaining("for sandbox use") });
});

test("sandbox-seed writes the billers with sealed secrets, and repeating it changes what differs", async () => {
  expect((await kvitok("sandbox-seed")).code).toBe(0);
  const renamed = billers.map((biller) => ({ ...biller, name: `New ${biller.id}` }));
  expect((await kvitok("sandbox-seed", { SANDBOX_BILLERS: JSON.stringify(renamed) })).code).toBe(0);
  const { db, close } = openDatabase({ url: database.url, applicationName: "test" });
  const rows = await db.selectFrom("billers").selectAll().orderBy("id").execute();
  await close();
  expect(rows.map(({ id, name, category }) => [id, name, category])).toEqual([
    ["gorod-zhkh", "New gorod-zhkh", "housing"],
    ["mgts", "New mgts", "home-phone"],
    ["school-1507", "New school-1507", "school"],
  ]);
  const sealer = createSealer(readKeyRing(keys));
  for (const { id, webhook_secret: sealed } of rows) expect(sealer.open(sealed, id).toString()).toBe(secret);
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

test("the engine and the city's billers name the same requisites", () => {
  for (const [id, { payee }] of Object.entries(demoBillers)) expect(payee).toEqual(payeeOf(id));
});
