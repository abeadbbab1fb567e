import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../scripts/checks/steps.ts";

const read = (file: string) => readFileSync(path.join(projectRoot, file), "utf8");
const STATES = ["tested", "written", "by design", "provider's", "deployment's", "open"];

/** The rows of the matrix: id, level, words, state, where or why. */
const rows = read("docs/security/asvs-5.0.md")
  .split("\n")
  .filter((line) => /^\| V\d/.test(line))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()));

test("every requirement of levels 1 and 2 has one row of its level, with a state and a word about it", () => {
  const wanted = read("test/fixtures/asvs-5.0.0-levels.txt").trim().split("\n");
  expect(wanted).toHaveLength(253);
  expect(rows.map(([id, level]) => `${id} ${level}`)).toEqual(wanted);
  for (const [id, , what, state, why] of rows) {
    expect(STATES, id).toContain(state);
    expect(what, id).not.toBe("");
    expect(why, id).not.toBe("");
  }
});

test("what the matrix and the threat model name exists; what is tested names a test, what is written a document", () => {
  for (const file of ["docs/security/asvs-5.0.md", "docs/security/threat-model.md"]) {
    for (const [, named = ""] of read(file).matchAll(
      /`((?:test|docs|scripts)\/[^`]+|[\w-]+\.yml|SECURITY\.md)`/g,
    )) {
      expect(existsSync(path.join(projectRoot, named)), `${file}: ${named}`).toBe(true);
    }
  }
  for (const [id, , , state, why = ""] of rows) {
    if (state === "tested") expect(why, id).toMatch(/^`test\//);
    if (state === "written") expect(why, id).toMatch(/^`(docs\/|SECURITY\.md|docker-compose\.yml)/);
  }
});
