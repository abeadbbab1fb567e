import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { temporalNamespace, urlOf } from "../../processes/dev/stack.ts";
import { Chance } from "../../scripts/proofs/chance.ts";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { ScaledClock } from "./clock.ts";
import { type ChaosCounts, readCounts } from "./counts.ts";
import { type ChaosOptions, commandOf } from "./flags.ts";
import { type Generator, startGenerator } from "./generator/generator.ts";
import { keepHistories } from "./histories.ts";
import { disturb } from "./disturb.ts";
import type { CrashCounts } from "./nemesis/crash-faults.ts";
import type { EngineMutant } from "./mutants/of-the-whole-engine.ts";
import { FaultLog } from "./nemesis/fault-log.ts";
import { PersistenceFaults } from "./temporal-server/persistence-faults.ts";
import type { TemporalServerPrograms } from "./temporal-server/programs.ts";
import { decideByHand } from "./operators.ts";
import type { Progress } from "./progress.ts";
import { comeToRest, type Quiescence } from "./quiescence.ts";
import { type Recovery, readRecovery } from "./recovery.ts";
import { canariesOf, storesOf } from "./run/canaries.ts";
import { DurableLines } from "./run/durable-lines.ts";
import type { RunDirectory } from "./run/run-directory.ts";
import { judge, type Verdict } from "./verdict.ts";
import { ChaosWorld } from "./world/world.ts";

/** An engine with a bug in it may never come to rest: it is judged as it stands then. */
const BROKEN_RESTS_WITHIN_MS = 90_000;

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
    decideByHand: () => decideByHand(world),
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

async function finish(generator: Generator, interrupted: AbortSignal): Promise<string> {
  const stop = (): void => generator.kill();
  interrupted.addEventListener("abort", stop);
  if (interrupted.aborted) stop();
  const words = await generator.finish();
  interrupted.removeEventListener("abort", stop);
  return words;
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
    command: commandOf({ ...options, mutant: mutant?.name }),
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
