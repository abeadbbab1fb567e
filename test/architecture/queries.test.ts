import { afterAll, beforeAll, expect, test } from "vitest";
import { projectFiles } from "../../scripts/checks/repository.ts";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { findQueryFunctions, type QueryFunction } from "../../scripts/query-recording/query-functions.ts";
import { recordQueries } from "../../scripts/query-recording/record-queries.ts";
import { withMigratedDatabase } from "../../scripts/temporary-database.ts";

const file = "test/architecture/query-fixtures.ts";
const found = findQueryFunctions([file], /query-fixtures/);
let url = "";
let release = (): void => undefined;
let server: Promise<void>;

beforeAll(async () => {
  await new Promise<void>((ready, failed) => {
    server = withMigratedDatabase(async (address) => {
      url = address;
      ready();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    server.catch(failed);
  });
});

afterAll(async () => {
  release();
  await server;
});

function named(name: string): readonly QueryFunction[] {
  return found.filter((query) => query.name === name);
}

test("every query function is found with arguments that fit its types", async () => {
  expect(found.map(({ name }) => name)).toEqual([
    "asksNothing",
    "countBillers",
    "misspelledColumn",
    "refusedValue",
  ]);
  expect(named("countBillers")[0]?.otherArguments).toEqual([{ ids: ["example"] }]);
  const ours = findQueryFunctions(await projectFiles(projectRoot));
  expect(ours.length).toBeGreaterThan(10);
});

test("a query is written down as PostgreSQL receives it, also when its made-up value is refused", async () => {
  expect(await recordQueries(url, [...named("countBillers"), ...named("refusedValue")])).toEqual([
    { file, name: "countBillers", statements: ["select count(*) from billers where id = any($1)"] },
    { file, name: "refusedValue", statements: ["select $1::date"] },
  ]);
});

test("a query of a column that is not there is found by its name", async () => {
  await expect(recordQueries(url, named("misspelledColumn"))).rejects.toThrow(
    /misspelledColumn: column "nmae"/,
  );
});

test("a function that sends nothing is found", async () => {
  await expect(recordQueries(url, named("asksNothing"))).rejects.toThrow("asksNothing sent nothing");
});
