import { chmodSync, existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { withClient } from "../../processes/dev/postgres.ts";
import { folderElsewhere } from "../../processes/dev/postgres-rights.ts";
import {
  endLauncher,
  privateFolder,
  startLauncher,
  type TestLauncher,
  untilUp,
} from "../support/launcher.ts";
import { until } from "../support/until.ts";

const isRoot = process.getuid?.() === 0;
const started: TestLauncher[] = [];

async function launcherWithPostgres(
  options: Parameters<typeof startLauncher>[0] = {},
): Promise<TestLauncher> {
  const environment = { STAND_IN_REAL: "postgres", ...options.environment };
  const one = await startLauncher({ flags: ["--no-story"], ...options, environment });
  started.push(one);
  await untilUp(one);
  return one;
}

function query(one: TestLauncher, sql: string): Promise<readonly object[]> {
  return withClient(one.board().database, async (client) => (await client.query<object>(sql)).rows);
}

afterEach(async () => {
  for (const one of started.splice(0)) await endLauncher(one);
});

test("PostgreSQL runs in a private folder, as root too, and gives nothing of durability up", async () => {
  const folder = privateFolder();
  chmodSync(folder, 0o700);
  const one = await launcherWithPostgres({ dataDirectory: folder });
  expect(statSync(join(one.dataDirectory, "postgres")).mode & 0o777).toBe(0o700);
  const settings = `SELECT name, setting FROM pg_settings WHERE name IN
    ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'password_encryption') ORDER BY name`;
  expect(await query(one, settings)).toEqual([
    { name: "fsync", setting: "on" },
    { name: "full_page_writes", setting: "on" },
    { name: "listen_addresses", setting: "127.0.0.1" },
    { name: "password_encryption", setting: "scram-sha-256" },
    { name: "synchronous_commit", setting: "on" },
  ]);
  await expect(query(one, "SELECT count(*) FROM pg_stat_statements")).resolves.toHaveLength(1);
  const stranger = new URL(one.board().database);
  stranger.password = "guess";
  await expect(withClient(stranger.href, () => Promise.resolve())).rejects.toThrow(/password/);
});

test("a committed row outlives a kill -9 of PostgreSQL and of the launcher", async () => {
  const first = await launcherWithPostgres();
  await query(first, "CREATE TABLE receipt AS SELECT 512345 AS amount_minor");
  const killed = first.board().pids["postgres"] ?? 0;
  process.kill(killed, "SIGKILL");
  await until(() => /postgres is back/.test(first.output()));
  expect(first.board().pids["postgres"]).not.toBe(killed);
  expect(await query(first, "SELECT amount_minor FROM receipt")).toEqual([{ amount_minor: 512345 }]);

  first.child.kill("SIGKILL");
  await first.ended;
  const { dataDirectory, portBase } = first;
  const second = await launcherWithPostgres({ dataDirectory, portBase });
  expect(second.output()).toMatch(/ended postgres \(pid \d+\), which a killed launcher had left running/);
  expect(await query(second, "SELECT amount_minor FROM receipt")).toEqual([{ amount_minor: 512345 }]);
});

test.runIf(isRoot)("where root may make no user namespace, PostgreSQL runs as a system user", async () => {
  // Without a PATH nobody finds unshare.
  const one = await launcherWithPostgres({ environment: { PATH: "/nonexistent" } });
  const elsewhere = folderElsewhere(join(one.dataDirectory, "postgres"));
  expect(existsSync(join(elsewhere, "postgres", "PG_VERSION"))).toBe(true);
  expect(statSync(join(elsewhere, "postgres")).uid).not.toBe(0);
  expect(await query(one, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  one.child.kill("SIGTERM");
  await one.ended;
  rmSync(elsewhere, { recursive: true });
});
