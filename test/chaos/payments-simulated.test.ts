import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { INVARIANT_NAMES } from "../../scripts/proofs/simulated-payments/outside/seen.ts";
import type { Operation } from "../../scripts/proofs/simulated-payments/outside/story.ts";
import { liveStory, simulate, violationOf } from "../../scripts/proofs/simulated-payments/simulate.ts";

const kept = new URL("./regressions/", import.meta.url);

test("thousands of simulated payments break no invariant, and come through the narrow places", () => {
  const { tally, failures } = simulate({ seed: 1, payments: 4_000 });
  expect(failures.length, wordsOf(failures.map(violationOf), "npm run simulate:payments")).toBe(0);
  for (const name of INVARIANT_NAMES) expect(tally.checked[name], name).toBeGreaterThan(1_000);
  expect(tally.captures).toBeGreaterThan(2_000);
  expect(tally.sentAgain).toBeGreaterThan(300);
  expect(tally.givenBack).toBeGreaterThan(200);
});

test.each(readdirSync(kept))("a story that once failed holds: %s", (file) => {
  const operations: readonly Operation[] = JSON.parse(readFileSync(new URL(file, kept), "utf8"));
  const { seen, verdict } = liveStory(operations);
  expect(verdict.broken).toEqual([]);
  expect(seen.payments.length).toBeGreaterThan(0);
});
