import type { Channel } from "../adapters/channels/port.ts";
import type { Database } from "../db/database.ts";
import { startListener } from "../loops/listener.ts";
import type { LoopLog } from "../loops/loop.ts";
import { startNotifier } from "../loops/notifier.ts";
import { startOutboxDrainer } from "../loops/outbox-drainer.ts";
import { startPlanner } from "../loops/planner.ts";
import { type LookAtUnwatchedCharge, startNudger } from "../loops/nudger.ts";
import { startSweeper, sweep } from "../loops/sweeper.ts";
import type { WorkflowStarter } from "../loops/workflow-starter.ts";

/** Starts every loop of the engine and the listener that rings them; `stop` ends them in order. */
export function startEngineLoops(parts: {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly starter: WorkflowStarter;
  readonly lookAtUnwatchedCharge: LookAtUnwatchedCharge;
  readonly channels: readonly Channel[];
  readonly publicUrl: string;
  readonly log: LoopLog;
}): { readonly stop: () => Promise<void> } {
  const { db, starter, lookAtUnwatchedCharge, publicUrl, log } = parts;
  const planner = startPlanner({ db, log });
  const outbox = startOutboxDrainer({ db, starter, log });
  const channels = new Map(parts.channels.map((channel) => [channel.name, channel]));
  const notifier = startNotifier({ db, channels, publicUrl, log });
  const nudger = startNudger({ db, starter, lookAtUnwatchedCharge, log });
  const sweeper = startSweeper({ db, starter, log });
  const afterJump = () => {
    sweep({ db, starter, log }, 0).catch((error: unknown) =>
      log.error({ loop: "sweeper", error }, "the sweep after a jump of the clock failed"),
    );
  };
  const loops = [planner, outbox, notifier, nudger, sweeper];
  const bells: Readonly<Record<string, () => void>> = {
    plan: planner.ring,
    outbox: outbox.ring,
    notify: notifier.ring,
    stop: sweeper.ring,
    clock: afterJump,
  };
  const listener = startListener({
    url: parts.databaseUrl,
    log,
    onBell: (bell) => {
      // after a lost connection any of them may have been missed
      if (bell === "*") for (const loop of loops) loop.ring();
      else bells[bell]?.();
    },
  });
  return {
    stop: async () => {
      await listener.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
