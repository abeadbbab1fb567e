import type { Database } from "../db/database.ts";
import { leasePlans, planBill } from "../db/queries/planning.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";

const BATCH = 20;

/** Decides what each new, changed or released bill leads to; several planners share the work, row locks decide. */
export function startPlanner({ db, log }: { readonly db: Database; readonly log: LoopLog }): Loop {
  return startLoop({
    name: "planner",
    everyMs: 1_000,
    log,
    work: async () => {
      const items = await leasePlans(db, BATCH);
      for (const item of items) await planBill(db, item);
      return items.length === BATCH;
    },
  });
}
