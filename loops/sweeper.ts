import type { Database } from "../db/database.ts";
import { closePayment } from "../db/queries/looks.ts";
import { pruneOldWork } from "../db/queries/outbox.ts";
import {
  expireLeases,
  expireNotifications,
  nudgeUnwatchedCharges,
  followWithdrawals,
  type Overdue,
  readOverdue,
  readStoppedPayments,
} from "../db/queries/sweeping.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import type { WorkflowStarter } from "./workflow-starter.ts";

/** A workflow gets this long to look by itself before the sweeper rings it. */
const GRACE_MS = 10_000;

/** What was told a week ago is removed from the outbox; once an hour is often enough. */
const PRUNE_EVERY_MS = 3_600_000;

type Parts = { readonly db: Database; readonly starter: WorkflowStarter; readonly log: LoopLog };

/**
 * Sees to it that nothing ends in silence: transmissions past their lease become unknown, stops are carried out, and every open payment or
 * mandate whose next look has passed is rung, or its workflow started again.
 */
export function startSweeper(parts: Parts): Loop {
  let prunedAt = 0;
  return startLoop({
    name: "sweeper",
    everyMs: 2_000,
    log: parts.log,
    work: async () => {
      await sweep(parts, GRACE_MS);
      if (Date.now() - prunedAt > PRUNE_EVERY_MS) {
        await pruneOldWork(parts.db);
        prunedAt = Date.now();
      }
      return false;
    },
  });
}

/** One sweep; `graceMs` 0 after the sandbox's clock has jumped. Answers how many were rung. */
export async function sweep(parts: Parts, graceMs: number): Promise<number> {
  const { db, starter } = parts;
  await expireLeases(db);
  await expireNotifications(db);
  await nudgeUnwatchedCharges(db);
  for (const { paymentId, outcome } of await readStoppedPayments(db)) {
    await closePayment(db, { paymentId, outcome, reason: "stopped" });
  }
  await followWithdrawals(db);
  const overdue = await readOverdue(db, { graceMs, limit: 200 });
  for (const item of overdue) await wakeOrRevive(starter, item);
  return overdue.length;
}

async function wakeOrRevive(starter: WorkflowStarter, { kind, id, gateway }: Overdue): Promise<void> {
  if (!(await starter.wake(kind, id))) await starter.revive(kind, id, gateway);
}
