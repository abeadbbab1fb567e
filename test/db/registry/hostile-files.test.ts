import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseUin } from "../../../domain/identifiers/uin.ts";
import { reportHead, reportLine } from "../../../words/registry-report.ts";
import { type MoneyCore, openMoneyCore } from "../support/money-core.ts";
import { formatOf, in1251, lineOf } from "./files.ts";
import { importBytes, importText, makeFileBiller, stateOf } from "./imports.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore();
});
afterAll(() => core.close());

const fileOf = (...lines: readonly string[]) => `${lines.join("\n")}\n`;
const MOST_GROWTH_BYTES = 100 * 1024 * 1024;

async function importInChild(kind: string): Promise<Record<string, unknown> & { grownBytes: number }> {
  const billerId = await makeFileBiller(core);
  const script = fileURLToPath(new URL("import-in-child.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", script, core.url, billerId, kind],
    { maxBuffer: 1024 * 1024 },
  );
  return JSON.parse(stdout) as Record<string, unknown> & { grownBytes: number };
}

test("a line of a gigabyte goes by: it is told by its number, its neighbours are bills, and the process hardly grows", async () => {
  const told = await importInChild("gigabyte-line");
  expect(told).toMatchObject({
    state: "done",
    lines: 3,
    refusedLines: 1,
    results: { new: 2 },
    refused: [{ line: 2, faults: [{ field: "", code: "line-too-long" }] }],
  });
  expect(told.grownBytes).toBeLessThan(MOST_GROWTH_BYTES);
}, 240_000);

test("a hundred thousand lines take less than 100 MB more than five thousand", async () => {
  const told = await importInChild("many-lines");
  expect(told).toMatchObject({
    state: "done",
    lines: 100_000,
    refusedLines: 1_000,
    results: { new: 99_000 },
  });
  expect(told.grownBytes).toBeLessThan(MOST_GROWTH_BYTES);
}, 240_000);

test("the line that is a byte too long is told by its number, the longest one is read", async () => {
  const billerId = await makeFileBiller(core);
  const padded = (bytes: number) => {
    const line = lineOf({ account: "1", purpose: "" });
    return `${line}${" ".repeat(bytes - Buffer.byteLength(line))}`;
  };
  const { refused } = await importText(
    core,
    billerId,
    fileOf(lineOf({ account: "2" }), padded(64 * 1024 + 1), padded(64 * 1024)),
  );
  expect(refused).toEqual([
    [2, "line-too-long"],
    [3, "field-missing"],
  ]);
});

/** A text in the code page of DOS, as old billing programs export it. */
const in866 = (text: string) =>
  Buffer.from(
    Array.from(text, (sign) => {
      const code = sign.codePointAt(0) ?? 0;
      if (code < 128) return code;
      if (code >= 0x410 && code <= 0x43f) return code - 0x410 + 0x80;
      return code >= 0x440 && code <= 0x44f ? code - 0x440 + 0xe0 : 0x3f;
    }),
  );
const russian = fileOf(
  ...Array.from({ length: 40 }, (_, place) =>
    lineOf({ account: `e${place}`, purpose: "Содержание и ремонт жилого помещения" }),
  ),
);

test.each([
  ["UTF-8 where Windows-1251 is declared", "windows-1251", Buffer.from(russian), "file-encoding-wrong"],
  ["Windows-1251 where UTF-8 is declared", "utf-8", in1251(russian), "file-encoding-wrong"],
  ["the code page of DOS", "windows-1251", in866(russian), "file-encoding-wrong"],
  ["UTF-16", "utf-8", Buffer.from(`\ufeff${russian}`, "utf16le"), "file-encoding-wrong"],
  ["a file cut off in its last amount", "utf-8", Buffer.from(russian.slice(0, -20)), "file-truncated"],
])("%s is refused as a whole, and nothing is written", async (_what, encoding, bytes, code) => {
  const billerId = await makeFileBiller(core, { format: formatOf({ encoding }) });
  const before = await countRows();
  const { file } = await importBytes(core, billerId, bytes);
  expect(file).toMatchObject({ state: "refused", failure_code: code });
  expect(await stateOf(core, billerId)).toEqual([]);
  const after = await countRows();
  expect({ ...after, registry_files: 0, registry_refusals: 0 }).toEqual({
    ...before,
    registry_files: 0,
    registry_refusals: 0,
  });
});

async function countRows(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of [
    "bills",
    "bill_versions",
    "bill_subjects",
    "bill_twins",
    "outbox",
    "registry_files",
    "registry_refusals",
    "registry_lines",
    "registry_payees",
    "registry_known",
    "registry_chunks",
  ]) {
    const { rows } = await core.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    counts[table] = rows[0]?.n ?? 0;
  }
  return counts;
}

test("a zero byte, a stray separator, a broken quote: each is told, and its neighbours are bills", async () => {
  const billerId = await makeFileBiller(core);
  const { file, refused } = await importText(
    core,
    billerId,
    fileOf(
      lineOf({ account: "1" }),
      lineOf({ account: "2", purpose: "a\u0000b" }),
      lineOf({ account: "3", purpose: "a;b" }),
      lineOf({ account: "4", purpose: '"a' }),
      lineOf({ account: "5" }),
    ),
  );
  expect(refused).toEqual([
    [2, "line-not-text"],
    [3, "line-columns-wrong"],
    [4, "quotes-unbalanced"],
  ]);
  expect(file.results).toEqual({ new: 2 });
});

test.each(["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(1)"])(
  "the formula %s is refused with its reason, and the report holds no cell that a spreadsheet runs",
  async (formula) => {
    const billerId = await makeFileBiller(core);
    const { refused } = await importText(
      core,
      billerId,
      fileOf(
        lineOf({ account: "1", purpose: formula }),
        lineOf({ account: formula }),
        lineOf({ account: "2" }),
      ),
    );
    expect(refused.map(([line, ...codes]) => [line, codes[0]])).toEqual([
      [1, "formula-refused"],
      [2, "text-not-allowed"],
    ]);
    for (const locale of ["ru", "en"] as const) {
      const faults = [{ field: "purpose", code: "formula-refused" }];
      const report = reportHead(locale).slice(1) + reportLine(locale, { line: 1, faults });
      for (const cell of report.split(/[;\r\n]+/)) expect(cell).not.toMatch(/^"?[=+\-@\t]/);
    }
  },
);

test("one UIN with two amounts: neither counts, both lines are told; with an equal one it is one bill", async () => {
  const [first, second] = ["1881017726021700001", "1881017726021700002"].map(
    (body) => Array.from("0123456789", (digit) => body + digit).find((uin) => parseUin(uin).ok) ?? "",
  );
  const format = formatOf({
    width: 8,
    columns: { ...formatOf().columns, uin: 8 },
  });
  const billerId = await makeFileBiller(core, { format });
  const line = (uin: string | undefined, account: string, amount: string) =>
    `${lineOf({ account, amount })};${uin ?? ""}`;
  const { file, refused } = await importText(
    core,
    billerId,
    fileOf(
      line(first, "1", "500,00"),
      line(second, "2", "700,00"),
      line(first, "1", "500,01"),
      line(second, "2", "700,00"),
    ),
  );
  expect(refused).toEqual([
    [1, "contradicts-another-line"],
    [3, "contradicts-another-line"],
  ]);
  expect(file.results).toEqual({ new: 1, duplicate: 1 });
  expect(await stateOf(core, billerId)).toMatchObject([{ bill: { uin: second, amount_minor: 70_000 } }]);
});
