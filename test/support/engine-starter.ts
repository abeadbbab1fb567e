import type { OutboxItem } from "../../db/queries/outbox.ts";
import type { LoopLog } from "../../loops/loop.ts";
import type { WorkflowStarter } from "../../loops/workflow-starter.ts";

/** Stands for Temporal where a test asks only what it was told: writes down every call, in order. */
export type RecordingStarter = WorkflowStarter & {
  readonly calls: readonly string[];
  /** Calls about one subject. */
  about(id: string): readonly string[];
  /** Has the next calls fail, as when Temporal is away. */
  fail(times: number): void;
  /** Workflows that are said to run; `wake` answers false for all others. */
  readonly running: Set<string>;
};

export function recordingStarter(): RecordingStarter {
  const calls: string[] = [];
  const running = new Set<string>();
  let failures = 0;
  const note = (call: string): void => {
    if (failures > 0) {
      failures -= 1;
      throw new Error("Temporal is away");
    }
    calls.push(call);
  };
  return {
    calls,
    running,
    about: (id) => calls.filter((call) => call.endsWith(`/${id}`)),
    fail(times) {
      failures = times;
    },
    async start(item: OutboxItem) {
      note(`${item.kind}/${item.subjectId}`);
      running.add(item.subjectId);
    },
    async wake(kind, id) {
      note(`wake-${kind}/${id}`);
      return running.has(id);
    },
    async ringOrStart(kind, id) {
      note(`ring-${kind}/${id}`);
      running.add(id);
    },
    async revive(kind, id) {
      note(`revive-${kind}/${id}`);
      running.add(id);
    },
  };
}

/** Keeps what loops complain of. */
export function recordingLog(): LoopLog & { readonly complaints: readonly string[] } {
  const complaints: string[] = [];
  return {
    complaints,
    error({ error }, message) {
      complaints.push(`${message}: ${error instanceof Error ? error.message : String(error)}`);
    },
  };
}
