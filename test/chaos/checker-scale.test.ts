import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect } from "./checker/engine-rows.ts";
import { multiplyJournals, multiplyRows } from "./support/multiplied-run.ts";
import { tellStory, writeRun } from "./support/told-run.ts";

/** Two payments each; a whole run has 12 500. */
const copies = Number(process.env["CHECKER_COPIES"] ?? 300);

test("the checker judges a large run in a minute and two gigabytes", { timeout: 1_200_000 }, async () => {
  const told = await tellStory();
  const client = await connect(told.databaseUrl);
  await client.query("set session_replication_role = replica");
  await multiplyRows(client, copies);
  await client.query("analyze");
  await client.end();
  const directory = writeRun(told.databaseUrl, multiplyJournals(told.story.journals, copies));
  try {
    const order = [
      "--max-old-space-size=1800",
      "--import",
      "tsx",
      "test/chaos/checker/main.ts",
      "--run",
      directory,
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, order, { encoding: "utf8" });
    process.stdout.write(`${stdout}\n${stderr}`);
    expect(status, stderr).toBe(0);
    const { counts } = JSON.parse(readFileSync(join(directory, "verdict.json"), "utf8"));
    expect(counts).toMatchObject({ payments: 2 * (copies + 1), captures: 2 * (copies + 1) });
    const [, seconds, megabytes] = /in ([\d.]+) s, with (\d+) MB/.exec(stderr) ?? [];
    expect(Number(seconds)).toBeLessThan(60);
    expect(Number(megabytes)).toBeLessThan(2_000);
  } finally {
    rmSync(directory, { recursive: true, force: true });
    await told.close();
  }
});
