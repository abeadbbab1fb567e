import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openDataDirectory } from "../../../processes/dev/data-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "kvitok-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a data folder that was open to all is its owner's alone once it is ours", () => {
  const path = join(folder, "open");
  mkdirSync(path);
  chmodSync(path, 0o755);
  openDataDirectory(path).release();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("a folder of somebody else's files is refused and keeps its mode", () => {
  const path = join(folder, "foreign");
  mkdirSync(path);
  writeFileSync(join(path, "thesis.txt"), "");
  chmodSync(path, 0o755);
  expect(() => openDataDirectory(path)).toThrow(/files that are not ours \(thesis\.txt/);
  expect(statSync(path).mode & 0o777).toBe(0o755);
});
