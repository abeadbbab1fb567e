import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import type { Database } from "../../db/database.ts";
import { temporalNamespace, urlOf } from "../../processes/dev/stack.ts";
import { Chance } from "../../scripts/proofs/chance.ts";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { ScaledClock } from "./clock.ts";
import { type ChaosCounts, readCounts } from "./counts.ts";
import type { ChaosOptions } from "./flags.ts";
import { type Generator, startGenerator } from "./generator/generator.ts";
import { keepHistories } from "./histories.ts";
import { CrashCounts, crashAtPoint } from "./nemesis/crash-faults.ts";
import { endConnections, holdRows, startFailing, stopFailing } from "./nemesis/database-faults.ts";
import type { EngineMutant } from "./mutants/of-the-whole-engine.ts";
import { Drill } from "./nemesis/drill.ts";
import { FaultLog } from "./nemesis/fault-log.ts";
import { findFakeClock, skewClock } from "./nemesis/clock-faults.ts";
import { type Fault, Nemesis } from "./nemesis/nemesis.ts";
import { mendLinks, spoilLink } from "./nemesis/network-faults.ts";
import { freezeOne, killOne, rollOver } from "./nemesis/process-faults.ts";
import { TemporalFaults } from "./nemesis/temporal-faults.ts";
import { PersistenceFaults } from "./temporal-server/persistence-faults.ts";
import type { TemporalServerPrograms } from "./temporal-server/programs.ts";
import {
  calmSandbox,
  refuseHooks,
  refuseMails,
  refusePushes,
  unsettleBank,
} from "./nemesis/sandbox-faults.ts";
import { Progress } from "./progress.ts";
import { comeToRest, cutLeases, type Quiescence } from "./quiescence.ts";
import { type Recovery, readRecovery } from "./recovery.ts";
import { canariesOf, storesOf } from "./run/canaries.ts";
import { DurableLines } from "./run/durable-lines.ts";
import type { RunDirectory } from "./run/run-directory.ts";
import { judge, type Verdict } from "./verdict.ts";
import { ChaosWorld } from "./world/world.ts";

/** An engine with a bug in it may never come to rest: it is judged as it stands then. */
const BROKEN_RESTS_WITHIN_MS = 150_000;

/** What a run hands back. */
export type ChaosResult = {
  readonly verdict: Verdict;
  readonly quiescence: Quiescence;
  readonly faults: {
    readonly count: number;
    /** `temporal-persistence`: what Temporal's storage did wrong, as far as it was seen. */
    readonly byCode: Readonly<Record<string, number>>;
    readonly ofPersistence?: Readonly<Record<string, number>>;
  };
  readonly progress: ReturnType<Progress["summary"]>;
  readonly counts: ChaosCounts;
  /** Faults that this machine has no means for, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly recovery: Recovery;
  readonly clock: { readonly jumps: number; readonly refused: number };
  readonly crashPoints: ReturnType<CrashCounts["summary"]>;
  /** Writes that failed by the test's own trigger. */
  readonly databaseErrors: number;
  /** Faults that the nemesis could not do: defects of the harness. */
  readonly nemesisFailures: readonly string[];
};

type Parts = {
  readonly options: ChaosOptions;
  /** The folder of the compiled engine. */
  readonly built: string;
  /** The bug that stands in it, if one does. */
  readonly mutant?: EngineMutant | undefined;
  /** Temporal's full server; the development server when not said. */
  readonly temporalServer?: TemporalServerPrograms | undefined;
  readonly directory: RunDirectory;
  readonly say: (line: string) => void;
  /** Aborted when somebody wants the run to end now. */
  readonly interrupted: AbortSignal;
};

/** Plays a whole run: the world comes up, works while things go wrong, comes to rest, and is judged. */
export async function runChaos(parts: Parts): Promise<ChaosResult> {
  const { options, directory, say, built, mutant, temporalServer: programs } = parts;
  const fullTemporal =
    programs === undefined ? undefined : { programs, faults: new PersistenceFaults(options.seed) };
  const world = new ChaosWorld({ portBase: options.portBase, directory, built, mutant, fullTemporal });
  const killAll = (): void => world.kill();
  process.on("exit", killAll);
  try {
    await world.start();
    parts.interrupted.throwIfAborted();
    say("the world is up");
    return await play(world, parts);
  } finally {
    await world.stop();
    process.off("exit", killAll);
  }
}

/** Where the sandbox takes the city's time. */
function followersOf({ bank, registry, mailbox, push }: ChaosWorld["stack"]["ports"]): readonly string[] {
  return [bank, registry, mailbox, push].map((port) => `${urlOf(port)}/control/clock`);
}

async function play(world: ChaosWorld, parts: Parts): Promise<ChaosResult> {
  const { options, directory, say, interrupted } = parts;
  const startedAt = new Date();
  const { stack } = world;
  const followers = followersOf(stack.ports);
  const clockLines = new DurableLines(directory.clock);
  const log = new FaultLog(directory.faults);
  const { seed, payers, billsPerSecond, faults, drill } = options;
  const generator = startGenerator(world, directory, {
    seed,
    payers,
    billsPerSecond,
    hostile: faults && !drill,
  });
  await generator.ready;
  interrupted.throwIfAborted();
  say(`${options.payers} payers are there, bills begin to arrive`);
  const clock = new ScaledClock({
    db: world.db,
    lines: clockLines,
    followers,
    chance: new Chance(options.seed + 100),
    dayMs: options.dayMs,
  });
  const { nemesis, progress, crashes, persistenceFaults, ...seen } = await disturb({
    ...parts,
    world,
    clock,
    log,
  });
  say(`${log.count} faults are done; everything is let go`);
  say(await finish(generator, interrupted));
  interrupted.throwIfAborted();
  const quiescence = await rest(world, { ...parts, followers, lines: clockLines });
  const counts = await readCounts(world.db, [join(stack.data.sandbox, "bank", "bank", "journal.jsonl")]);
  writeRun(world, parts, { startedAt, quiescence });
  log.close();
  clockLines.close();
  return {
    verdict: judge(directory),
    quiescence,
    faults: faultsIn(log, persistenceFaults),
    progress: progress.summary(),
    counts,
    recovery: readRecovery(directory),
    clock: { jumps: clock.jumps, refused: clock.refused },
    crashPoints: crashes.summary(),
    ...seen,
    nemesisFailures: nemesis.failures,
  };
}

/** Lets the world come to rest, and keeps the histories of all that happened in it. */
async function rest(
  world: ChaosWorld,
  parts: Parts & { readonly followers: readonly string[]; readonly lines: DurableLines },
): Promise<Quiescence> {
  const { directory, say, interrupted, mutant, followers, lines } = parts;
  const connection = await Connection.connect({ address: `127.0.0.1:${world.stack.ports.temporal}` });
  const temporal = new Client({ connection, namespace: temporalNamespace });
  const longestMs = mutant === undefined ? undefined : BROKEN_RESTS_WITHIN_MS;
  const quiescence = await comeToRest({
    db: world.db,
    temporal,
    followers,
    lines,
    say,
    interrupted,
    longestMs,
  });
  say(`${quiescence.reached ? "at rest" : "NOT at rest"} after ${quiescence.seconds} s`);
  await keepHistories(temporal, directory.histories);
  await connection.close();
  return quiescence;
}

/** What the nemesis did, and what Temporal's storage did wrong by itself. */
function faultsIn(
  log: FaultLog,
  ofPersistence: Readonly<Record<string, number>> | undefined,
): ChaosResult["faults"] {
  if (ofPersistence === undefined) return { count: log.count, byCode: log.byCode() };
  const sum = Object.values(ofPersistence).reduce((all, count) => all + count, 0);
  return {
    count: log.count + sum,
    byCode: { ...log.byCode(), "temporal-persistence": sum },
    ofPersistence,
  };
}

/** The time in which things go wrong. */
async function disturb(
  parts: Parts & { readonly world: ChaosWorld; readonly clock: ScaledClock; readonly log: FaultLog },
) {
  const { options, world, clock, log, say, interrupted } = parts;
  const over = endAfter(options.minutes * 60_000, interrupted);
  const crashes = new CrashCounts();
  const rare = rareFaults(parts.directory);
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
function rareFaults({ crashPoints }: RunDirectory): {
  readonly faults: readonly Fault[];
  readonly skipped: Readonly<Record<string, string>>;
} {
  const library = findFakeClock();
  return library === undefined
    ? { faults: [], skipped: { F15: "libfaketime is not installed" } }
    : { faults: [skewClock(library, crashPoints)], skipped: {} };
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

async function finish(generator: Generator, interrupted: AbortSignal): Promise<string> {
  const stop = (): void => generator.kill();
  interrupted.addEventListener("abort", stop);
  if (interrupted.aborted) stop();
  const words = await generator.finish();
  interrupted.removeEventListener("abort", stop);
  return words;
}

async function untilAllUp(world: ChaosWorld): Promise<void> {
  while (!world.players.every(({ isUp }) => isUp)) await pause(100);
}

function writeRun(
  world: ChaosWorld,
  { options, directory, mutant }: Parts,
  about: { readonly startedAt: Date; readonly quiescence: Quiescence },
): void {
  const { stack } = world;
  const sandbox = stack.data.sandbox;
  const city = join(sandbox, "city");
  const run = {
    seed: options.seed,
    commit: execFileSync("git", ["rev-parse", "HEAD"], { cwd: projectRoot, encoding: "utf8" }).trim(),
    minutes: options.minutes,
    mode: options.temporal,
    mutant: mutant?.name ?? null,
    startedAt: about.startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    dayMs: options.dayMs,
    quiescence: about.quiescence,
    database: { url: world.databaseUrl },
    temporal: { address: `127.0.0.1:${stack.ports.temporal}`, namespace: temporalNamespace },
    files: {
      bank: [join(sandbox, "bank", "bank", "journal.jsonl")].filter((file) => existsSync(file)),
      mail: journalsUnder(join(city, "mailbox")),
      push: journalsUnder(join(city, "push")),
      hooks: journalsUnder(join(city, "hooks")),
      logs: readdirSync(world.logs).map((name) => join(world.logs, name)),
    },
    stores: storesOf(stack),
    canaries: canariesOf(stack, directory.truth),
  };
  writeFileSync(directory.run, `${JSON.stringify(run, undefined, 2)}\n`, { mode: 0o600 });
}

function journalsUnder(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl") || name.endsWith(".ndjson"))
    .map((name) => join(folder, name));
}

/** Deletes a run that nobody has to look at. */
export function removeRun(directory: RunDirectory): void {
  rmSync(directory.path, { recursive: true, force: true });
}
