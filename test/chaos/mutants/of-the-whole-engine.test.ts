import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../../../db/database.ts";
import { migrateToLatest } from "../../../db/migrate.ts";
import { createDatabaseFromTemplate, prepareTemplate } from "../../support/postgres.ts";
import { planted } from "./list.ts";
import { ENGINE_MUTANTS } from "./of-the-whole-engine.ts";
import { plantInDatabase } from "./plant-in-build.ts";

const template = "kvitok_chaos_mutants";
const LONG_MS = 180_000;

beforeAll(
  () => prepareTemplate(template, (url) => migrateToLatest(url, { livemode: false }).then(() => undefined)),
  LONG_MS,
);

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

async function freshDatabase(): Promise<Database> {
  const { url, drop } = await createDatabaseFromTemplate(template);
  const { db, close } = openDatabase({ url, applicationName: "chaos-mutants", maxConnections: 1 });
  ends.push(close, drop);
  return db;
}

test.each(ENGINE_MUTANTS)("$name still finds the place that it breaks", async (mutant) => {
  for (const change of mutant.changes) {
    if (!("file" in change)) continue;
    const text = readFileSync(change.file, "utf8");
    expect(planted({ name: mutant.name, ...change }, text)).not.toBe(text);
  }
  const db = await freshDatabase();
  await plantInDatabase(db, mutant);
});

test("a mutant whose function has changed is no mutant", async () => {
  const db = await freshDatabase();
  const change = { databaseFunction: "gate_check_limits", passage: "nothing like this", instead: "" };
  await expect(plantInDatabase(db, { name: "any", changes: [change] })).rejects.toThrow(
    "its passage occurs 0 times in function gate_check_limits",
  );
});
