import type { Channel } from "../adapters/channels/port.ts";
import type { Database } from "../db/database.ts";
import { startAlarms } from "../loops/alarm-mailer.ts";
import type { BillSource } from "../adapters/bill-sources/port.ts";
import type { Sealer } from "../db/sealed.ts";
import { type BounceReading, startBounceReader } from "../loops/bounce-reader.ts";
import { startDiscovery } from "../loops/discovery.ts";
import { startGatewayEvents } from "../loops/gateway-events.ts";
import { startLetters } from "../loops/letter-writer.ts";
import { startListener } from "../loops/listener.ts";
import type { Loop, LoopLog } from "../loops/loop.ts";
import { startMethodWatch } from "../loops/method-watch.ts";
import { startNotifier } from "../loops/notifier.ts";
import { startOutboxDrainer } from "../loops/outbox-drainer.ts";
import { startPlanner } from "../loops/planner.ts";
import { type RegistryImports, startRegistryImporter } from "../loops/registry-importer.ts";
import { type LookAtUnwatchedCharge, startNudger } from "../loops/nudger.ts";
import { createHourSweep, startSweeper } from "../loops/sweeper.ts";
import type { WorkflowStarter } from "../loops/workflow-starter.ts";

/** What the loops of the engine work with. */
export type EngineLoopParts = {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly starter: WorkflowStarter;
  readonly lookAtUnwatchedCharge: LookAtUnwatchedCharge;
  readonly voidIdleObjects?: () => Promise<number>;
  /** Follows gateways' news of what is no charge; without it nobody does. */
  readonly gatewayNews?: Pick<Parameters<typeof startGatewayEvents>[0], "lookAtMethod" | "lookAtRefund">;
  /** Imports registry files that were uploaded; without it they wait. */
  readonly registryFiles?: RegistryImports;
  /** Tells the operators; without it nobody does. */
  readonly alarms?: Omit<Parameters<typeof startAlarms>[0], "db" | "log" | "publicUrl">;
  /** Sends letters about accounts themselves; without it nobody does. */
  readonly letters?: Omit<Parameters<typeof startLetters>[0], "db" | "log" | "publicUrl">;
  /** Reads mail that came back; without it nobody does. */
  readonly bounces?: BounceReading | undefined;
  /** Where residents' bills are looked for; without it nobody looks. */
  readonly finding?: {
    readonly sources: ReadonlyMap<string, BillSource>;
    readonly sealer: Pick<Sealer, "open">;
    readonly claimKey: Uint8Array;
  };
  readonly channels: readonly Channel[];
  /** Opens browsers' addresses and phone numbers; without it nobody is reached there. */
  readonly sealer?: Pick<Sealer, "open">;
  readonly publicUrl: string;
  /** Signs the links of messages that work without a sign-in. */
  readonly linkKey: Uint8Array;
  readonly log: LoopLog;
  /** So long a loop that was rung waits for neighbours; absent: as long as at a city's rates. */
  readonly gatherMs?: number;
};

/** Starts every loop of the engine and the listener that rings them; `stop` ends them in order. */
export function startEngineLoops(parts: EngineLoopParts): { readonly stop: () => Promise<void> } {
  const { db, starter, lookAtUnwatchedCharge, publicUrl, log, gatherMs } = parts;
  const planner = startPlanner({ db, log, gatherMs });
  const outbox = startOutboxDrainer({ db, starter, log, gatherMs });
  const channels = new Map(parts.channels.map((channel) => [channel.name, channel]));
  const notifier = startNotifier({ ...parts, channels });
  const nudger = startNudger({ db, starter, lookAtUnwatchedCharge, log });
  const alarms = parts.alarms && startAlarms({ db, ...parts.alarms, publicUrl, log });
  const letters = parts.letters && startLetters({ db, ...parts.letters, publicUrl, log });
  const importer = parts.registryFiles && startRegistryImporter({ ...parts.registryFiles, log });
  const optional = [
    ...(letters ? [letters] : []),
    ...(importer ? [importer] : []),
    ...(parts.gatewayNews ? [startGatewayEvents({ db, ...parts.gatewayNews, log })] : []),
    ...(alarms ? [alarms] : []),
    ...(parts.bounces ? [startBounceReader({ db, ...parts.bounces, log })] : []),
  ];
  const { finding } = parts;
  const discoveries = finding
    ? [...finding.sources.values()].map((source) => startDiscovery({ db, ...finding, source, log }))
    : [];
  const methodWatch = startMethodWatch({ db, log });
  const sweeper = startSweeper({
    db,
    starter,
    log,
    ...(parts.voidIdleObjects === undefined ? {} : { voidIdleObjects: parts.voidIdleObjects }),
  });
  const loops = [planner, outbox, notifier, nudger, methodWatch, sweeper, ...discoveries, ...optional];
  const bells: Readonly<Record<string, () => void>> = {
    plan: planner.ring,
    outbox: outbox.ring,
    notify: notifier.ring,
    stop: sweeper.ring,
    find: () => discoveries.forEach(({ ring }) => ring()),
    ...(alarms ? { alarm: alarms.ring } : {}),
    ...(letters ? { letter: letters.ring } : {}),
    ...(importer ? { registry: importer.ring } : {}),
    clock: afterJump({ db, starter, log }, loops),
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

/** Whatever the new hour makes due is looked at now, by all of them; one sweep at a time, and once more for whoever rang meanwhile. */
function afterJump(parts: Parameters<typeof createHourSweep>[0], loops: readonly Loop[]): () => void {
  const sweepHour = createHourSweep(parts);
  let under: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      await sweepHour().catch((error: unknown) =>
        parts.log.error({ loop: "sweeper", error }, "the sweep after a jump of the clock failed"),
      );
    } while (again);
    under = undefined;
  };
  return () => {
    for (const loop of loops) loop.ring();
    again = true;
    under ??= run();
  };
}
