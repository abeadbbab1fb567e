import { expect, test } from "vitest";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { retryBudgets } from "../../scripts/proofs/retry-budgets/retry-budgets.ts";
import { startTestWorld } from "../support/proof-world.ts";

test("declines over shared cards, cards unlinked at random moments: no cap is broken, nothing is sent after the acknowledgement", async () => {
  const { violations, result } = await retryBudgets.run({
    seed: 2,
    sizes: retryBudgets.sizes.small,
    say: () => undefined,
    needs: startTestWorld,
  });
  expect(violations.length, wordsOf(violations, "npm run prove -- retry-budgets --size small")).toBe(0);
  const engine = result["engine"] as Readonly<Record<string, number>>;
  expect(engine["declined"]).toBeGreaterThan(10);
  expect(engine["unlinked"]).toBeGreaterThan(0);
}, 120_000);
