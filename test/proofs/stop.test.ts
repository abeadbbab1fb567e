import { expect, test } from "vitest";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { stop } from "../../scripts/proofs/stop/stop.ts";
import { startTestWorld } from "../support/proof-world.ts";

test("people stop at any moment of a debit: nothing is sent after the acknowledgement, what it lists is followed and told", async () => {
  const world = await startTestWorld({ stripe: true });
  try {
    const { violations, result } = await stop.run({
      seed: 5,
      sizes: stop.sizes.small,
      say: () => undefined,
      needs: (work) => work(world),
    });
    expect(violations.length, wordsOf(violations, "npm run prove -- stop --size small")).toBe(0);
    expect(result).toMatchObject({ stops: stop.sizes.small["stops"] });
    // stops came before, in and after the debit
    expect(Number(result["listed"])).toBeGreaterThan(5);
    expect(Number(result["beforeAnythingWasSent"])).toBeGreaterThan(5);
    expect(Number(result["debits"])).toBeGreaterThan(5);
  } finally {
    await world.close();
  }
}, 300_000);
