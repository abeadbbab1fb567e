import { simulateRetryBudgets } from "../../../test/domain/retry-budget-model.ts";
import { Chance } from "../chance.ts";
import { type Proof, sizeOf } from "../proof.ts";
import type { MakeWorld } from "../world/world.ts";
import { proveOnEngine } from "./engine.ts";

/**
 * Random declines over shared cards, pure and on the engine. No cap of a network or of ours is broken, and an unlinked card
 * is never charged after its unlinking was acknowledged.
 */
export const retryBudgets: Proof<MakeWorld> = {
  name: "retry-budgets",
  sizes: { small: { pure: 1_000, payments: 20 }, full: { pure: 100_000, payments: 500 } },
  async run({ seed, sizes, say, needs }) {
    const pure = simulateRetryBudgets({ seed, count: sizeOf(sizes, "pure") });
    say(`${pure.sequences} pure sequences, ${pure.sent} charges, ${pure.broken.length} caps broken`);
    const world = await needs();
    try {
      const engine = await proveOnEngine(
        world,
        { seed, payments: sizeOf(sizes, "payments"), chance: new Chance(seed) },
        say,
      );
      return {
        violations: [
          ...pure.broken.map((words) => ({ invariant: `no cap is broken: ${words}`, seed, events: [] })),
          ...engine.violations,
        ],
        result: {
          pureSequences: pure.sequences,
          pureCharges: pure.sent,
          pureHeldBack: pure.heldBack,
          pureCapsBroken: pure.broken.length,
          engine: engine.counts,
        },
      };
    } finally {
      await world.close();
    }
  },
};
