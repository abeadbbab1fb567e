import type { OutboxItem } from "../db/queries/outbox.ts";

/** What runs as a workflow of its own. */
export type WorkflowKind = "payment" | "mandate" | "bill" | "refund" | "digest" | "webhook";

/** The loops' port to Temporal. Starting is idempotent: the same id again is the same run, or none. */
export type WorkflowStarter = {
  /** Starts what the item names, unless a run with this id is there or was there. */
  start(item: OutboxItem): Promise<void>;
  /** Rings a running workflow; false when none with this id runs. */
  wake(kind: WorkflowKind, id: string): Promise<boolean>;
  /** Starts a new run of a payment, mandate, refund or digest whose rows are open but whose workflow is gone. */
  revive(
    kind: "payment" | "mandate" | "refund" | "digest",
    id: string,
    gateway: string | null,
  ): Promise<void>;
  /**
   * Rings the workflow of an object's events at an endpoint (`endpoint/object`), or starts one, in one step of Temporal's: a run that is about to end while the next
   * event commits hears the ring and goes on.
   */
  ringOrStart(kind: "webhook", id: string): Promise<void>;
};
