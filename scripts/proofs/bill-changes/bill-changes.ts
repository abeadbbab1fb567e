import type { Ground } from "../../../test/support/rows.ts";
import { type Findings, type Proof, type ProofOrder, sizeOf } from "../proof.ts";
import { playApart } from "../world/apart.ts";
import { judge } from "./judge.ts";
import { judgeThroughEngine } from "./judge-engine.ts";
import { playOnTables, type Played } from "./on-tables.ts";
import { type EngineWorld, playThroughEngine } from "./through-engine.ts";

/** Lends a migrated database of the sandbox for the one part, and a whole engine for the other. */
export type Grounds = {
  readonly onTables: <Result>(work: (ground: Ground) => Promise<Result>) => Promise<Result>;
  readonly inEngine: <Result>(work: (world: EngineWorld) => Promise<Result>) => Promise<Result>;
};

/**
 * Sources change any bill at any minute between its notice and its debit, also while the gate stands open. A change counts from its commit on. Nothing withdrawn, paid already or of an old sum is debited;
 * at least 99 of a hundred discounts that could be kept are kept, the rest with a reason. First on the tables, minute by minute, judged by the order of commits; then a smaller number through
 * workflows, worker, bank and HTTP, judged by the bank's journal.
 */
export const billChanges: Proof<Grounds> = {
  name: "bill-changes",
  sizes: { small: { bills: 120, throughEngine: 24 }, full: { bills: 20_000, throughEngine: 240 } },
  run: play,
};

const BILLS_OF_A_WORLD = 500;
/** Worlds at one time; they take turns at this process and at PostgreSQL. */
const LANES = 2;

async function play({ seed, sizes, say, needs }: ProofOrder<Grounds>): Promise<Findings> {
  const tables = await playWorlds(needs.onTables, { seed, bills: sizeOf(sizes, "bills"), say });
  const { violations, changes, debits, discounts, lost } = judge(tables.told);
  const engine = await needs.inEngine(async (world) => {
    const bills = await playThroughEngine(world, { seed, bills: sizeOf(sizes, "throughEngine"), say });
    return judgeThroughEngine(world, bills);
  });
  return {
    result: {
      bills: tables.told.length,
      changes,
      positions: positionsOf(tables.told),
      steps: tables.counts,
      debits,
      discounts,
      lost,
      engine: engine.counts,
    },
    violations: [...violations, ...engine.violations],
  };
}

type TablesOrder = Pick<ProofOrder<Grounds>, "seed" | "say"> & { readonly bills: number };

/** As many worlds as the bills need, each on a database and a seed of its own. */
async function playWorlds(onTables: Grounds["onTables"], { seed, bills, say }: TablesOrder): Promise<Played> {
  const all: Played = { told: [], counts: {} };
  await playApart({ seed, count: bills, most: BILLS_OF_A_WORLD, lanes: LANES }, async (world) => {
    const order = { seed: world.seed, bills: world.count, say };
    const { told, counts } = await onTables((ground) => playOnTables(ground, order));
    all.told.push(...told);
    for (const [name, count] of Object.entries(counts)) all.counts[name] = (all.counts[name] ?? 0) + count;
    say(`${all.told.length} of ${bills} bills are over`);
  });
  return all;
}

/** Where changes were committed: before the debit, after it, and those that met it at the gate itself. */
function positionsOf(told: Played["told"]): Readonly<Record<string, number>> {
  const positions = {
    beforeTheDebit: 0,
    afterTheDebit: 0,
    withoutDebit: 0,
    atTheGateBefore: 0,
    atTheGateAfter: 0,
  };
  for (const { entries } of told) {
    const debit = entries.findIndex(({ what }) => what === "debit");
    for (const [index, entry] of entries.entries()) {
      if (entry.what === "debit" || entry.change === "arrival") continue;
      if (debit < 0) positions.withoutDebit += 1;
      else if (index < debit) positions.beforeTheDebit += 1;
      else positions.afterTheDebit += 1;
      if (entry.met && (debit < 0 || index < debit)) positions.atTheGateBefore += 1;
      if (entry.met && debit >= 0 && index > debit) positions.atTheGateAfter += 1;
    }
  }
  return positions;
}
