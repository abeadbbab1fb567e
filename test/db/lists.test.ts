import { readdirSync } from "node:fs";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import openapi from "../../docs/generated/openapi.json" with { type: "json" };
import { migrateToLatest } from "../../db/migrate.ts";
import { withClient } from "../../processes/dev/postgres.ts";
import { projectFiles } from "../../scripts/checks/repository.ts";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { LISTS } from "../../scripts/explain/lists.ts";
import { readsWhole, statementsOf } from "../../scripts/explain/plans.ts";
import { BIG_TABLES, fillCity } from "../../scripts/explain/world.ts";
import { findQueryFunctions } from "../../scripts/query-recording/query-functions.ts";
import { createDatabaseFromTemplate, type TestDatabase } from "../support/postgres.ts";

/** Large enough that PostgreSQL prefers an index wherever there is one; ten million rows are `scripts/explain.ts`. */
const residents = 12_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabaseFromTemplate();
  await migrateToLatest(database.url, { livemode: false });
  await withClient(database.url, (client) => fillCity(client, { residents }));
});
afterAll(() => database.drop());

async function wholeTablesOf(client: Client, list: (typeof LISTS)[number]): Promise<readonly string[]> {
  const statements = await statementsOf(database.url, list);
  expect(statements.length).toBeGreaterThan(0);
  const tables = await Promise.all(statements.map((statement) => readsWhole(client, statement)));
  return tables.flat().filter((table) => BIG_TABLES.includes(table));
}

describe("no list reads a big table from end to end", () => {
  test.each(LISTS.map((list) => [`${list.query}, ${list.how}`, list] as const))("%s", async (_name, list) => {
    expect(await withClient(database.url, (client) => wholeTablesOf(client, list))).toEqual([]);
  });

  test("one that does is found", async () => {
    const whole = await withClient(database.url, (client) =>
      readsWhole(client, {
        sql: "select id from bills where purpose = $1 limit 20",
        parameters: ["no such"],
      }),
    );
    expect(whole).toEqual(["bills"]);
  });
});

describe("every list is in the catalogue of plans", () => {
  test("each query of db/queries that lists or sums", async () => {
    const files = (await projectFiles(projectRoot)).filter((file) => file.startsWith("db/queries/"));
    const listing = findQueryFunctions(files).filter(({ name }) => /^(list|sum|search)/.test(name));
    const known = new Set(LISTS.map(({ query }) => query));
    expect(listing.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  test("each address that answers a list, and each file that is one", () => {
    const known = new Set([...LISTS.flatMap(({ routes }) => routes), ...OF_CODE, ...OF_A_FEW]);
    expect(listRoutes().filter((route) => !known.has(route))).toEqual([]);
    expect(listRoutes().length).toBeGreaterThan(15);
  });

  test("each has its plan on ten million rows in docs/generated/explain, and none of a list that has gone", () => {
    const plans = readdirSync(`${projectRoot}/docs/generated/explain`).filter((name) => name !== "rows.txt");
    const queries = [...new Set(LISTS.map(({ query }) => `${query}.txt`))];
    expect(plans.toSorted()).toEqual(queries.toSorted());
  });
});

/** A list that stands in the code, and in no table. */
const OF_CODE = ["GET /v1/webhook-events"] as const;

/** One person asks for a test message every twelve minutes at most, and an index holds these alone. */
const OF_A_FEW = ["GET /v1/me/notifications/tests"] as const;

const answerShape = z.object({
  content: z.record(z.string(), z.object({ schema: z.looseObject({ $ref: z.string().optional() }) })),
});

/** GETs whose answer holds `items`, or is a table. */
function listRoutes(): readonly string[] {
  const schemas: Readonly<Record<string, unknown>> = openapi.components.schemas;
  return Object.entries(openapi.paths).flatMap(([path, methods]) => {
    if (!("get" in methods)) return [];
    const answer = answerShape.safeParse((methods.get.responses as Record<string, unknown>)["200"]);
    const lists = Object.entries(answer.data?.content ?? {}).some(([type, { schema }]) => {
      const named = schema.$ref === undefined ? schema : schemas[schema.$ref.split("/").at(-1) ?? ""];
      return type === "text/csv" || hasItems(named);
    });
    return lists ? [`GET ${path}`] : [];
  });
}

function hasItems(schema: unknown): boolean {
  const parsed = z.object({ properties: z.record(z.string(), z.unknown()) }).safeParse(schema);
  return parsed.success && "items" in parsed.data.properties;
}
