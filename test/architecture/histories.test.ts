import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { check } from "../../scripts/checks/histories.ts";
import { createFixtureRepository, type FixtureRepository } from "./fixture-repository.ts";

const history = "test/replay/histories/payment-happy.json";

function createLanded(): FixtureRepository {
  const tree = createFixtureRepository({ [history]: '{"events":[1]}\n', "domain/money.ts": "export {};\n" });
  tree.commit("a history lands");
  return tree;
}

test("a landed history may not change, not even without a commit", async () => {
  const tree = createLanded();
  expect(await check.run(tree.root)).toEqual([]);
  tree.write(history, '{"events":[2]}\n');
  expect(await check.run(tree.root)).toEqual([
    `${history}: a landed history was changed in the work tree; record a new one under a new name`,
  ]);
  tree.commit("slip it in");
  expect(await check.run(tree.root)).toEqual([
    expect.stringContaining(`${history}: a landed history was changed in commit`),
  ]);
});

test("a change stays found when later commits cover it", async () => {
  const tree = createLanded();
  tree.write(history, '{"events":[2]}\n');
  tree.commit("slip it in");
  tree.write("domain/money.ts", "export const a = 1;\n");
  tree.commit("look elsewhere");
  expect(await check.run(tree.root)).toHaveLength(1);
});

test.each(["removed", "renamed"])("a landed history may not be %s", async (how) => {
  const tree = createLanded();
  if (how === "removed") tree.remove(history);
  else tree.git("mv", history, "test/replay/histories/payment-old.json");
  expect(await check.run(tree.root)).toEqual([
    expect.stringContaining(`${history}: a landed history was removed`),
  ]);
  tree.commit("tidy up");
  expect(await check.run(tree.root)).toEqual([
    expect.stringContaining(`${history}: a landed history was removed`),
  ]);
});

test("a change that hides in a merge is found", async () => {
  const tree = createLanded();
  tree.git("switch", "--quiet", "--create", "side");
  tree.write("domain/side.ts", "export {};\n");
  tree.commit("side work");
  tree.git("switch", "--quiet", "main");
  tree.git("merge", "--quiet", "--no-ff", "--no-commit", "side");
  tree.write(history, '{"events":[2]}\n');
  tree.commit("merge, and more");
  const complaints = await check.run(tree.root);
  expect(complaints).not.toEqual([]);
  expect(complaints.every((line) => line.startsWith(`${history}: `))).toBe(true);
});

test("new histories may come, also by way of a merge", async () => {
  const tree = createLanded();
  tree.git("switch", "--quiet", "--create", "side");
  tree.write("test/replay/histories/payment-side.json", "{}\n");
  tree.commit("a history on the side");
  tree.git("switch", "--quiet", "main");
  tree.write("test/replay/histories/payment-main.json", "{}\n");
  tree.commit("a history on main");
  tree.git("merge", "--quiet", "--no-ff", "--message", "merge", "side");
  tree.write("test/replay/histories/payment-new.json", "{}\n");
  expect(await check.run(tree.root)).toEqual([]);
});

test("a shallow clone begins with its oldest commit and finds what came after", async () => {
  const tree = createLanded();
  tree.write("domain/money.ts", "export const a = 1;\n");
  tree.commit("more work");
  const clone = path.join(tree.root, "clone");
  execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${tree.root}`, clone]);
  expect(await check.run(clone)).toEqual([]);
  execFileSync("git", ["-C", clone, "rm", "--quiet", history]);
  expect(await check.run(clone)).toHaveLength(1);
});
