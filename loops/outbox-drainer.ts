import type { Database } from "../db/database.ts";
import { finishOutbox, leaseOutbox, type OutboxItem, postponeOutbox } from "../db/queries/outbox.ts";
import { type Loop, type LoopLog, startLoop } from "./loop.ts";
import type { WorkflowKind, WorkflowStarter } from "./workflow-starter.ts";

/** A quarter of a second nobody notices; at city rates it makes one batch of many. */
const GATHER_MS = 250;
const BATCH = 50;

/**
 * Tells Temporal what committed transactions asked for. Killed between telling and marking, it tells again: starts are idempotent by id, a
 * second ring only makes a workflow read its rows.
 */
export function startOutboxDrainer(parts: {
  readonly db: Database;
  readonly starter: WorkflowStarter;
  readonly log: LoopLog;
  readonly gatherMs?: number | undefined;
}): Loop {
  const { db, starter, log, gatherMs = GATHER_MS } = parts;
  return startLoop({
    name: "outbox",
    everyMs: 1_000,
    gatherMs,
    log,
    work: async () => {
      const items = await leaseOutbox(db, BATCH);
      if (items.length === 0) return false;
      const told = await Promise.all(items.map((item) => tell(item)));
      const done = items.filter((_, index) => told[index]).map((item) => item.id);
      if (done.length > 0) await finishOutbox(db, done);
      return items.length === BATCH;
    },
  });

  async function tell(item: OutboxItem): Promise<boolean> {
    try {
      const [verb, kind] = item.kind.split("-") as ["start" | "wake", WorkflowKind];
      if (kind === "webhook") await starter.ringOrStart(kind, item.subjectId);
      else if (verb === "start") await starter.start(item);
      // A workflow that has ended needs no ring; an open row without a workflow is the sweeper's.
      else await starter.wake(kind, item.subjectId);
      return true;
    } catch (error) {
      log.error({ loop: "outbox", error }, `could not ${item.kind} ${item.subjectId}`);
      await postponeOutbox(db, {
        id: item.id,
        error: error instanceof Error ? error.message : String(error),
      });
      return false;
    }
  }
}
