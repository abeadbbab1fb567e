import { expect, test } from "vitest";
import { oneMessage } from "../../scripts/proofs/one-message/one-message.ts";
import { MUTANTS } from "../../scripts/proofs/one-message/pure/mutants.ts";
import { INVARIANT, provePure } from "../../scripts/proofs/one-message/pure/pure.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";

test("one message for each cause and channel, on channels that are on, at hours that are free, though each cause comes three times", () => {
  const { violations, counts } = provePure({ seed: 1, events: oneMessage.sizes.small["pure"] ?? 0 });
  expect(violations.length, wordsOf(violations, "npm run prove -- one-message --size small")).toBe(0);
  expect(counts).toMatchObject({ events: 20_000, tellings: 60_000 });
  // the stories come through the narrow places, else nothing was proved
  expect(counts.digests).toBeGreaterThan(500);
  expect(counts.troubles).toBeGreaterThan(300);
  expect(counts.copies).toBeLessThanOrEqual(counts.unheard);
  expect(counts.copiesPerMille).toBeLessThanOrEqual(1);
});

test("the promise holds where nearly every sending goes wrong", () => {
  const { violations, counts } = provePure({ seed: 2, events: 6_000, isRough: true });
  expect(violations.length, wordsOf(violations, "npm run prove -- one-message --size small")).toBe(0);
  expect(counts.copies).toBeGreaterThan(300);
});

test.each(MUTANTS)("a recipient complains of an engine that %s", (mutant) => {
  const { violations } = provePure({ seed: 1, events: 40_000, mutant, isRough: true, most: 1 });
  expect(violations[0]?.invariant).toContain(INVARIANT);
});
