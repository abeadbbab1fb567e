import { expect, test } from "vitest";
import { billChanges } from "../../scripts/proofs/bill-changes/bill-changes.ts";
import { judge } from "../../scripts/proofs/bill-changes/judge.ts";
import { MUTANTS, plant } from "../../scripts/proofs/bill-changes/mutants.ts";
import { playOnTables } from "../../scripts/proofs/bill-changes/on-tables.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { openMoneyCore } from "../db/support/money-core.ts";
import { startTestWorld } from "../support/proof-world.ts";

const quiet = () => undefined;

test("sources change bills at any minute between notice and debit: no debit of an old word, discounts that could be kept are kept", async () => {
  const core = await openMoneyCore(26);
  try {
    const { violations, result } = await billChanges.run({
      seed: 3,
      sizes: billChanges.sizes.small,
      say: quiet,
      needs: {
        onTables: (work) => work(core),
        async inEngine(work) {
          const world = await startTestWorld();
          try {
            return await work(world);
          } finally {
            await world.close();
          }
        },
      },
    });
    expect(violations.length, wordsOf(violations, "npm run prove -- bill-changes --size small")).toBe(0);
    // changes met the gate on both sides, and there was something to lose
    const numbers = result as Readonly<Record<string, Readonly<Record<string, number>>>>;
    expect(numbers["positions"]?.["atTheGateBefore"]).toBeGreaterThan(5);
    expect(numbers["positions"]?.["atTheGateAfter"]).toBeGreaterThan(5);
    expect(numbers["discounts"]?.["couldBeKept"]).toBeGreaterThan(30);
    expect(numbers["engine"]?.["debits"]).toBeGreaterThan(5);
  } finally {
    await core.close();
  }
}, 300_000);

/** What the proof has to say of an engine that does this wrong, in one run of thirty bills. */
async function complaintsOf(mutant: (typeof MUTANTS)[number], seed: number): Promise<string> {
  const core = await openMoneyCore(26);
  try {
    await plant(core.db, mutant);
    const { told } = await playOnTables(core, { seed, bills: 30, say: quiet });
    return judge(told)
      .violations.map(({ invariant }) => invariant)
      .join("\n");
  } finally {
    await core.close();
  }
}

test.each(MUTANTS)(
  "an engine that $does is caught",
  async (mutant) => {
    const complaints: string[] = [];
    for (const seed of mutant.seeds) {
      complaints.push(await complaintsOf(mutant, seed));
      if (mutant.caught.test(complaints.at(-1) ?? "")) return;
    }
    expect(complaints.join("\n"), "in none of its runs").toMatch(mutant.caught);
  },
  300_000,
);
