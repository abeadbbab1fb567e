import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ArmedPoint } from "./arming.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kvitok-crash-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function arm(order: { readonly point: string; readonly passing: number }): {
  readonly file: string;
  readonly armed: ArmedPoint;
} {
  const file = join(folder, "worker-1");
  writeFileSync(file, JSON.stringify({ ...order, fault: "f1" }));
  return { file, armed: new ArmedPoint(file) };
}

test("an armed point strikes at its n-th passing, once, and says so on the disk before", () => {
  const { file, armed } = arm({ point: "gate-committed", passing: 2 });
  expect(armed.strikes("gate-committed")).toBe(false);
  expect(armed.strikes("charge-sent")).toBe(false);
  expect(armed.strikes("gate-committed")).toBe(true);
  expect(JSON.parse(readFileSync(`${file}.fired`, "utf8"))).toMatchObject({
    point: "gate-committed",
    fault: "f1",
  });
  expect(existsSync(file)).toBe(false);
  expect(armed.strikes("gate-committed")).toBe(false);
});

test("nobody dies where nothing is armed", () => {
  expect(new ArmedPoint(join(folder, "worker-2")).strikes("gate-committed")).toBe(false);
});
