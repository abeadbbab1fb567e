import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { takeLock, whileLocked } from "../../../processes/dev/exclusive-file.ts";
import { identifyProcess } from "../../../processes/dev/process-identity.ts";

const folder = mkdtempSync(join(tmpdir(), "kvitok-lock-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a lock is held once and free again after its release", () => {
  const path = join(folder, "held");
  const first = takeLock(path);
  expect(takeLock(path)).toMatchObject({ taken: false, holder: { pid: process.pid } });
  if (first.taken) first.release();
  const second = takeLock(path);
  expect(second.taken).toBe(true);
  expect(readdirSync(folder).filter((name) => name !== "held")).toEqual([]);
});

test("a lock whose holder is gone counts for nothing, also when its pid lives on in another process", () => {
  const path = join(folder, "stale");
  const self = identifyProcess(process.pid);
  for (const content of [
    JSON.stringify({ ...self, pid: 2 ** 22 + 1 }),
    JSON.stringify({ ...self, startedAt: "another-boot:1" }),
    JSON.stringify({ ...self, command: "node something-else.ts" }),
    "",
  ]) {
    writeFileSync(path, content);
    const lock = takeLock(path);
    expect(lock.taken).toBe(true);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(self);
    if (lock.taken) lock.release();
  }
});

test("ten processes that all want it work one after another", async () => {
  const path = join(folder, "wanted");
  const record = join(folder, "record");
  const module = new URL("../../../processes/dev/exclusive-file.ts", import.meta.url).href;
  const program = `
    import { appendFileSync } from "node:fs";
    import { setTimeout as delay } from "node:timers/promises";
    import { whileLocked } from ${JSON.stringify(module)};
    await whileLocked(${JSON.stringify(path)}, async () => {
      appendFileSync(${JSON.stringify(record)}, "in ");
      await delay(20);
      appendFileSync(${JSON.stringify(record)}, "out ");
    });`;
  const ended = Array.from({ length: 10 }, () => {
    const args = ["--import", "tsx", "--input-type=module", "-e", program];
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    return new Promise((resolve) => {
      child.on("close", resolve);
    });
  });
  expect(await Promise.all(ended)).toEqual(Array(10).fill(0));
  expect(readFileSync(record, "utf8")).toBe("in out ".repeat(10));
});

test("the lock is free again when the work under it fails", async () => {
  const path = join(folder, "failing");
  await expect(whileLocked(path, () => Promise.reject(new Error("no luck")))).rejects.toThrow("no luck");
  expect(takeLock(path).taken).toBe(true);
});
