import { expect, test } from "vitest";
import { longMandate } from "../../scripts/proofs/long-mandate/long-mandate.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { startTestWorld } from "../support/proof-world.ts";

test("a mandate lives on through its weeks and its runs: no message is lost, no week is debited twice, its history stays short", async () => {
  const world = await startTestWorld();
  try {
    const { violations, result } = await longMandate.run({
      seed: 3,
      sizes: longMandate.sizes.small,
      say: () => undefined,
      needs: (work) => work(world),
    });
    expect(violations.length, wordsOf(violations, "npm run prove -- long-mandate --size small")).toBe(0);
    // it has continued as a new run at least once, or the run would not have seen what it is about
    expect(Number(result["runs"])).toBeGreaterThan(1);
    expect(Number(result["debits"])).toBeGreaterThan(1);
  } finally {
    await world.close();
  }
}, 180_000);
