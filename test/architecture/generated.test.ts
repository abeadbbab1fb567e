import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { compareGenerated } from "../../scripts/checks/generated.ts";
import { check as proofSizes } from "../../scripts/checks/proof-sizes.ts";
import type { Generator } from "../../scripts/generators/generator.ts";
import { loadGenerators } from "../../scripts/generators/load.ts";
import { createFixtureRepository } from "./fixture-repository.ts";

const numbers: Generator = {
  name: "numbers",
  output: "docs/generated/numbers.md",
  generate: async () => "one\ntwo\nthree\n",
};

test("a generated file that was edited by hand, is stale or missing is found with its line", async () => {
  const tree = createFixtureRepository({ [numbers.output]: "one\ntwo\nthree\n" });
  expect(await compareGenerated(tree.root, [numbers])).toEqual([]);
  tree.write(numbers.output, "one\n2\nthree\n");
  expect(await compareGenerated(tree.root, [numbers])).toEqual([
    expect.stringContaining("numbers.md:2: is not"),
  ]);
  tree.write(numbers.output, "one\ntwo\nthree\nfour\n");
  expect(await compareGenerated(tree.root, [numbers])).toEqual([
    expect.stringContaining("numbers.md:4: is not"),
  ]);
  tree.remove(numbers.output);
  expect(await compareGenerated(tree.root, [numbers])).toEqual([
    expect.stringContaining("missing; npm run generate"),
  ]);
});

test("every file under scripts/generators is a generator with its own name and output", async () => {
  const generators = await loadGenerators();
  expect(generators.length).toBeGreaterThan(0);
  expect(new Set(generators.map(({ name }) => name)).size).toBe(generators.length);
  expect(new Set(generators.map(({ output }) => output)).size).toBe(generators.length);
});

test("a proof that tried less than before, lost a number or vanished is found", async () => {
  const proof = (payments: number): string => JSON.stringify({ totals: { payments, faults: 40 } });
  const sizes = JSON.stringify({ soak: { "totals.payments": 100, "totals.faults": 40 } });
  const tree = createFixtureRepository({
    "scripts/checks/proof-sizes.json": sizes,
    "docs/generated/proof/soak.json": proof(100),
  });
  expect(await proofSizes.run(tree.root)).toEqual([]);
  tree.write("docs/generated/proof/soak.json", proof(99));
  expect(await proofSizes.run(tree.root)).toEqual([
    expect.stringContaining("totals.payments is 99, at least 100"),
  ]);
  tree.write("docs/generated/proof/soak.json", JSON.stringify({ totals: { payments: 100 } }));
  expect(await proofSizes.run(tree.root)).toEqual([expect.stringContaining("totals.faults is no number")]);
  tree.remove("docs/generated/proof/soak.json");
  expect(await proofSizes.run(tree.root)).toEqual([expect.stringContaining("soak.json: listed in")]);
  tree.write("docs/generated/proof/soak.json", proof(100));
  tree.write("docs/generated/proof/other.json", proof(1));
  expect(await proofSizes.run(tree.root)).toEqual([expect.stringContaining("other.json: not listed")]);
});

test("the committed list of proof sizes can be read", async () => {
  const url = new URL("../../scripts/checks/proof-sizes.json", import.meta.url);
  expect(JSON.parse(await readFile(url, "utf8"))).toBeTypeOf("object");
});
