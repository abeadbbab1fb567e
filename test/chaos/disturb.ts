import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../../db/database.ts";
import { Chance } from "../../scripts/proofs/chance.ts";
import type { ScaledClock } from "./clock.ts";
import type { ChaosOptions } from "./flags.ts";
import { findFakeClock, skewClock } from "./nemesis/clock-faults.ts";
import { CrashCounts, crashAtPoint } from "./nemesis/crash-faults.ts";
import { endConnections, holdRows, startFailing, stopFailing } from "./nemesis/database-faults.ts";
import { fillDisk } from "./nemesis/disk-faults.ts";
import { Drill } from "./nemesis/drill.ts";
import type { FaultLog } from "./nemesis/fault-log.ts";
import { type Fault, Nemesis } from "./nemesis/nemesis.ts";
import { mendLinks, spoilLink } from "./nemesis/network-faults.ts";
import { freezeOne, killOne, rollOver } from "./nemesis/process-faults.ts";
import {
  calmSandbox,
  refuseHooks,
  refuseMails,
  refusePushes,
  unsettleBank,
} from "./nemesis/sandbox-faults.ts";
import { TemporalFaults } from "./nemesis/temporal-faults.ts";
import { Progress } from "./progress.ts";
import { cutLeases } from "./quiescence.ts";
import type { RunDirectory } from "./run/run-directory.ts";
import type { ChaosWorld } from "./world/world.ts";

type Parts = {
  readonly options: ChaosOptions;
  readonly directory: RunDirectory;
  readonly say: (line: string) => void;
  readonly interrupted: AbortSignal;
  readonly world: ChaosWorld;
  readonly clock: ScaledClock;
  readonly log: FaultLog;
};

/** The time in which things go wrong: everything is let go at its end. */
export async function disturb(parts: Parts) {
  const { options, world, clock, log, say, interrupted } = parts;
  const over = endAfter(options.minutes * 60_000, interrupted);
  const crashes = new CrashCounts();
  const rare = rareFaults(world, parts.directory);
  for (const [code, why] of Object.entries(rare.skipped)) say(`${code} is left out: ${why}`);
  const chance = new Chance(options.seed + 200);
  const nemesis = options.drill
    ? new Drill({ world, log, signal: over })
    : new Nemesis({ world, log, chance, signal: over }, [
        killOne,
        freezeOne,
        rollOver,
        crashAtPoint(parts.directory.crashPoints, crashes),
        spoilLink,
        endConnections,
        holdRows,
        refuseMails,
        refusePushes,
        refuseHooks,
        ...rare.faults,
      ]);
  const progress = new Progress({ db: world.db, say, isTolerable: () => world.couldPay });
  const temporalFaults = new TemporalFaults(world, log);
  const { faults } = options;
  const isRough = faults && !options.drill;
  if (isRough) {
    await temporalFaults.start();
    await unsettleBank(world, options.seed);
    await startFailing(world);
  }
  await Promise.all([
    faults ? nemesis.run() : undefined,
    leadClock({ clock, db: world.db }, over),
    progress.watch(over),
  ]);
  await untilAllUp(world);
  const persistenceFaults = await temporalFaults.stop();
  await mendLinks(world);
  await calmSandbox(world);
  const databaseErrors = isRough ? await stopFailing(world) : 0;
  return { nemesis, progress, crashes, persistenceFaults, databaseErrors, skipped: rare.skipped };
}

/** Faults that need what not every machine has. */
function rareFaults(
  { disk }: ChaosWorld,
  { crashPoints }: RunDirectory,
): {
  readonly faults: readonly Fault[];
  readonly skipped: Readonly<Record<string, string>>;
} {
  const library = findFakeClock();
  return {
    faults: [
      ...(library === undefined ? [] : [skewClock(library, crashPoints)]),
      ...("why" in disk ? [] : [fillDisk(disk.path)]),
    ],
    skipped: {
      ...(library === undefined ? { F15: "libfaketime is not installed" } : {}),
      ...("why" in disk ? { F16: disk.why } : {}),
    },
  };
}

/** Aborted when the time is over or somebody interrupts. (`AbortSignal.any` forgets a time-out that nobody else holds.) */
function endAfter(ms: number, interrupted: AbortSignal): AbortSignal {
  const over = new AbortController();
  const end = (): void => over.abort();
  setTimeout(end, ms);
  interrupted.addEventListener("abort", end, { once: true });
  // whoever pressed Ctrl-C while the world came up is not told again
  if (interrupted.aborted) end();
  return over.signal;
}

async function leadClock(
  { clock, db }: { readonly clock: ScaledClock; readonly db: Database },
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    // no database, no jump: the next one comes
    const waitMs = await cutLeases(db)
      .then(
        () => clock.tick(),
        () => 500,
      )
      .catch(() => 500);
    await pause(waitMs, undefined, { signal: over }).catch(() => undefined);
  }
}

async function untilAllUp(world: ChaosWorld): Promise<void> {
  while (!world.players.every(({ isUp }) => isUp)) await pause(100);
}
