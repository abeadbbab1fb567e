import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MoneyCore, openMoneyCore } from "../db/support/money-core.ts";
import { formatOf, in1251, lineOf } from "../db/registry/files.ts";
import { claimKey, makeFileBiller } from "../db/registry/imports.ts";
import { until } from "../support/until.ts";

let core: MoneyCore;
let folder: string;
beforeAll(async () => {
  core = await openMoneyCore();
  folder = await mkdtemp(path.join(tmpdir(), "kvitok-import-"));
});
afterAll(async () => {
  await core.close();
  await rm(folder, { recursive: true, force: true });
});

function start(words: readonly string[]) {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const env = {
    PATH: process.env["PATH"],
    KVITOK_MODE: "sandbox",
    KVITOK_DATABASE_URL: core.url,
    KVITOK_CLAIM_KEY: claimKey.toString("base64"),
  };
  const child = spawn(process.execPath, ["--import", "tsx", "cli/main.ts", "bills", "import", ...words], {
    cwd: root,
    env,
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (part: Buffer) => (said.out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (said.err += part.toString()));
  return { child, ended: once(child, "close").then(() => ({ code: child.exitCode, ...said })) };
}

const run = (...words: string[]) => start(words).ended;

async function fileOf(name: string, ...lines: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, in1251(`${lines.join("\n")}\n`));
  return file;
}

test("a file of the biller's own columns is taken in; refused lines stand in the report, which only its owner reads", async () => {
  const billerId = await makeFileBiller(core, { format: formatOf({ encoding: "windows-1251" }) });
  const file = await fileOf(
    "one.csv",
    lineOf({ account: "1" }),
    lineOf({ account: "2", amount: "12.50" }),
    "x",
  );
  const report = path.join(folder, "report.csv");
  const ended = await run(file, "--biller", billerId, "--report", report, "--locale", "en", "--json");
  expect(ended.code, "something was refused").toBe(1);
  expect(JSON.parse(ended.out)).toMatchObject({
    state: "done",
    lines: 3,
    refusedLines: 2,
    results: { new: 1 },
  });
  expect((await readFile(report, "utf8")).split("\r\n").map((line) => line.split(";").slice(0, 3))).toEqual([
    ["\ufeffline", "field", "code"],
    ["2", "amount", "amount-invalid"],
    ["3", "", "line-columns-wrong"],
    [""],
  ]);
  expect((await stat(report)).mode & 0o777).toBe(0o600);
  const { rows } = await core.pool.query("select purpose from bills where biller_id = $1", [billerId]);
  expect(rows).toEqual([{ purpose: "Коммунальные услуги" }]);
  const good = await run(await fileOf("two.csv", lineOf({ account: "1" })), "--biller", billerId);
  expect(good).toMatchObject({ code: 0, out: expect.stringContaining("1 lines, 1 duplicate, 0 refused") });
}, 60_000);

test("killed and started again it goes on, shows how far it is, and ends as if nothing had been", async () => {
  const billerId = await makeFileBiller(core, { format: formatOf({ encoding: "windows-1251" }) });
  const lines = Array.from({ length: 40_000 }, (_, place) =>
    lineOf({ account: `k${place}`, ...(place % 1_000 === 1 ? { amount: "?" } : { amount: "10,00" }) }),
  );
  const file = await fileOf("large.csv", ...lines);
  const stateNow = async () =>
    (
      await core.pool.query<{ state: string; chunks: number }>(
        `select state, (select count(*)::int from registry_chunks c where c.file_no = f.no) as chunks
           from registry_files f where biller_id = $1`,
        [billerId],
      )
    ).rows[0];
  // slow enough that each moment can be met on any machine
  await core.pool.query(`
    create function take_a_moment() returns trigger language plpgsql as $$ begin perform pg_sleep(0.1); return null; end $$;
    create trigger slow_reading after insert on registry_lines for each statement execute function take_a_moment();
    create trigger slow_applying after insert on registry_chunks for each statement execute function take_a_moment()`);
  for (const isMoment of [
    (now: { state: string } | undefined) => now?.state === "reading",
    (now: { chunks: number } | undefined) => (now?.chunks ?? 0) >= 2,
  ]) {
    const { child, ended } = start([file, "--biller", billerId]);
    await until(async () => isMoment(await stateNow()), 60);
    child.kill("SIGKILL");
    await ended;
  }
  await core.pool.query("drop function take_a_moment cascade");
  const report = path.join(folder, "large-report.csv");
  const ended = await run(file, "--biller", billerId, "--report", report, "--json");
  expect(JSON.parse(ended.out)).toMatchObject({
    state: "done",
    lines: 40_000,
    refusedLines: 40,
    results: { new: 39_960 },
  });
  expect(ended.err).toMatch(/\d+ % applying/);
  expect((await readFile(report, "utf8")).trim().split("\r\n")).toHaveLength(41);
  const { rows } = await core.pool.query("select count(*)::int as n from bills where biller_id = $1", [
    billerId,
  ]);
  expect(rows).toEqual([{ n: 39_960 }]);
  const nothing = await run(file, "--biller", billerId, "--resume");
  expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining("file-nothing-to-resume") });
}, 180_000);

test("what it cannot do it says, and does nothing", async () => {
  const usage = await run();
  expect(usage).toMatchObject({ code: 2, err: expect.stringContaining("kvitok bills import FILE") });
  const file = await fileOf("three.csv", lineOf());
  const unknown = await run(file, "--biller", "nobody");
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("nobody") });
  const missing = await run(path.join(folder, "no.csv"), "--biller", await makeFileBiller(core));
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("no.csv") });
}, 60_000);
