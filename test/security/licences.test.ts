import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { ALLOWED_LICENCES, lockedDependencies } from "../../scripts/generators/licences.ts";

test("every package of the lock file has a licence that may be used, and none that is unknown", async () => {
  const all = await lockedDependencies(projectRoot);
  expect(all.length).toBeGreaterThan(300);
  const others = all.filter(({ licence }) => !ALLOWED_LICENCES.has(licence));
  expect(others).toEqual([]);
});

test("every version that we name ourselves, but for types, is pinned to one", async () => {
  const { dependencies } = JSON.parse(await readFile(path.join(projectRoot, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  expect(Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
