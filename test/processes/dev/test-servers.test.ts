import { expect, test } from "vitest";
import { withClient } from "../../../processes/dev/postgres.ts";
import { createDatabaseFromTemplate, prepareTemplate, testDatabaseServer } from "../../support/postgres.ts";
import { createNamespace, testTemporalServer, timeSkippingServerPath } from "../../support/temporal.ts";

const valueOf = (url: string, sql: string): Promise<unknown> =>
  withClient(url, async (client) => Object.values((await client.query(sql)).rows[0] ?? {})[0]);

test("all test files share one PostgreSQL 18 with the settings of production code", async () => {
  const server = await testDatabaseServer();
  expect(await testDatabaseServer()).toMatchObject({ url: expect.any(Function) });
  const url = server.url("postgres");
  expect(await valueOf(url, "SHOW server_version_num")).toMatch(/^18/);
  expect(await valueOf(url, "SHOW server_encoding")).toBe("UTF8");
  expect(await valueOf(url, "SHOW listen_addresses")).toBe("127.0.0.1");
  expect(await valueOf(url, "SELECT lower('КВИТОК')")).toBe("квиток");
  expect(await valueOf(url, "SELECT uuidv7() IS NOT NULL")).toBe(true);
});

test("a template is prepared once although two files ask for it at the same moment", async () => {
  let prepared = 0;
  const prepare = async (url: string): Promise<void> => {
    prepared += 1;
    await withClient(url, (client) => client.query("CREATE TABLE bill (id int)"));
  };
  await Promise.all([
    prepareTemplate("launcher_template", prepare),
    prepareTemplate("launcher_template", prepare),
  ]);
  expect(prepared).toBe(1);
  const copies = await Promise.all([1, 2, 3].map(() => createDatabaseFromTemplate("launcher_template")));
  for (const copy of copies) {
    expect(await valueOf(copy.url, "SELECT count(*)::int FROM bill")).toBe(0);
    await copy.drop();
  }
});

test("a namespace of one's own can be used at once", async () => {
  const server = await testTemporalServer();
  const namespace = await createNamespace();
  const answer = await fetch(`${server.http}/api/v1/namespaces/${namespace}/workflows`);
  expect(answer.status).toBe(200);
  const described = await fetch(`${server.http}/api/v1/namespaces/${server.namespace}`);
  expect(await described.json()).toMatchObject({ config: { workflowExecutionRetentionTtl: "604800s" } });
});

test("the time-skipping server is found", async () => {
  expect(await timeSkippingServerPath()).toContain("temporal-test-server");
});
