import { expect, test } from "vitest";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { unknownOutcomes } from "../../scripts/proofs/unknown-outcomes/unknown-outcomes.ts";
import { startTestWorld } from "../support/proof-world.ts";

test("a bank that loses answers, errs after it took the money, tells twice and days late: debits are debts, every unknown ends with evidence", async () => {
  const { small: sizes } = unknownOutcomes.sizes;
  const told: string[] = [];
  const { violations, result } = await unknownOutcomes.run({
    seed: 3,
    sizes,
    say: (line) => told.push(line),
    needs: startTestWorld,
  });
  const words = wordsOf(violations, "npm run prove -- unknown-outcomes --size small");
  expect(violations.length, [...told, words].join("\n")).toBe(0);
  expect(result).toMatchObject({
    debts: sizes["payments"],
    debits: sizes["payments"],
    paid: sizes["payments"],
  });
  expect(Number(result["unknown"])).toBeGreaterThan(3);
  // longer than the proof waits for something that does not move: it says itself what that was
}, 400_000);
