import type { Database } from "../db/database.ts";
import { leasePlans, type PlanItem, planBill } from "../db/queries/planning.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";

/** A quarter of a second nobody notices; at city rates it makes one batch of many. */
const GATHER_MS = 250;
const BATCH = 20;

/** Decides what each new, changed or released bill leads to; several planners share the work, row locks decide. */
export function startPlanner({
  db,
  log,
  gatherMs = GATHER_MS,
}: {
  readonly db: Database;
  readonly log: LoopLog;
  readonly gatherMs?: number | undefined;
}): Loop {
  return startLoop({
    name: "planner",
    everyMs: 1_000,
    gatherMs,
    log,
    work: async () => {
      const items = await leasePlans(db, BATCH);
      for (const item of items) await plan(item);
      return items.length === BATCH;
    },
  });

  /** A bill that cannot be planned comes again after its lease; the bills beside it do not wait for it. */
  async function plan(item: PlanItem): Promise<void> {
    try {
      await planBill(db, item);
    } catch (error) {
      log.error({ loop: "planner", error }, `could not plan the bill ${item.billId}`);
    }
  }
}
