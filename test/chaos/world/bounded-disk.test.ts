import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mountBoundedDisk, moveLogOnto, takeDiskAway } from "./bounded-disk.ts";

const isMounted = (path: string): boolean => readFileSync("/proc/self/mounts", "utf8").includes(` ${path} `);
test("a log of writes lies on a disk that can be filled, and comes home when the disk is taken away", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "kvitok-disk-"));
  const cluster = join(folder, "postgres");
  const log = join(cluster, "pg_wal");
  mkdirSync(log, { recursive: true });
  writeFileSync(join(log, "000000010000000000000001"), "what was written");
  const disk = mountBoundedDisk(folder);
  if ("why" in disk) return context.skip(disk.why);
  try {
    moveLogOnto(disk, cluster);
    moveLogOnto(disk, cluster);
    expect(lstatSync(log).isSymbolicLink()).toBe(true);
    expect(isMounted(disk.path)).toBe(true);
  } finally {
    takeDiskAway(disk.note);
  }
  expect(isMounted(disk.path)).toBe(false);
  expect(lstatSync(log).isDirectory()).toBe(true);
  expect(readFileSync(join(log, "000000010000000000000001"), "utf8")).toBe("what was written");
  // whoever comes second finds nothing to do
  takeDiskAway(disk.note);
  rmSync(folder, { recursive: true });
});
