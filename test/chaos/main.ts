// Everything goes wrong at once, and nobody loses a kopeck: `npm run chaos -- --help`.
import { join } from "node:path";
import { listenForStop } from "../../processes/dev/stop-signals.ts";
import { FailureWithWaysOut } from "../../processes/dev/way-out.ts";
import { repositoryFolder } from "../../processes/dev/process-command.ts";
import { type ChaosOptions, commandOf, helpText, readFlags } from "./flags.ts";
import { keepChaosRecord } from "./chaos-record.ts";
import { drawHunted, hunt } from "./mutants/hunt.ts";
import { engineMutantOf } from "./mutants/of-the-whole-engine.ts";
import { plantInBuild } from "./mutants/plant-in-build.ts";
import { findTemporalServer, type TemporalServerPrograms } from "./temporal-server/programs.ts";
import { type ChaosResult, removeRun, runChaos } from "./run-chaos.ts";
import { makeRunDirectory } from "./run/run-directory.ts";
import { storyOf, tableOf } from "./verdict.ts";
import { buildEngine } from "./world/built-engine.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = readFlags(args);
  if (options.help) {
    process.stdout.write(helpText);
    return 0;
  }
  const startedAt = new Date();
  const stamp = startedAt.toISOString().replaceAll(/[:.]/g, "-");
  const interrupted = new AbortController();
  listenForStop(
    () => interrupted.abort(),
    () => process.exit(1),
  );
  const say = (line: string): void => {
    const seconds = (Date.now() - startedAt.getTime()) / 1_000;
    process.stderr.write(`${seconds.toFixed(0).padStart(5)} s  ${line}\n`);
  };
  // before anything else is made: it may take long, or not be had at all
  const temporalServer = options.temporal === "postgres" ? await findTemporalServer({ say }) : undefined;
  const order = {
    options,
    temporalServer,
    path: options.runDirectory ?? join(repositoryFolder, ".kvitok", "chaos", `${options.seed}-${stamp}`),
    startedAt,
    interrupted: interrupted.signal,
    say,
  };
  return options.mutants === undefined ? runOnce(order) : huntAll(order, options.mutants);
}

type Order = {
  readonly options: ChaosOptions;
  readonly temporalServer: TemporalServerPrograms | undefined;
  readonly path: string;
  readonly startedAt: Date;
  readonly interrupted: AbortSignal;
  readonly say: (line: string) => void;
};

async function huntAll(order: Order, names: readonly string[]): Promise<number> {
  const hunted = await hunt(order, names);
  const words = order.options.json ? JSON.stringify(hunted) : hunted.map(drawHunted).join("\n");
  process.stdout.write(`${words}\n`);
  return hunted.every(({ found }) => found) ? 0 : 1;
}

async function runOnce(order: Order): Promise<number> {
  const { options, path, startedAt, say } = order;
  const directory = makeRunDirectory(path);
  const sound = buildEngine();
  const mutant = options.mutant === undefined ? undefined : engineMutantOf(options.mutant);
  const built = mutant === undefined ? sound : await plantInBuild(sound, mutant);
  const result = await runChaos({ ...order, directory, built, mutant });
  const isWell = wentWell(result);
  if (options.json) process.stdout.write(`${JSON.stringify({ seed: options.seed, ...result })}\n`);
  else process.stdout.write(`${tableOf(result.verdict)}\n${JSON.stringify(result.verdict.counts)}\n`);
  if (options.record) say(keep(options, result, startedAt));
  if (!isWell) tellFailure(options, result, path);
  if (isWell && !options.keep) removeRun(directory);
  return isWell ? 0 : 1;
}

/** Violations are kept as they are; a run that tells nothing about the engine, or about another one, is not. */
function keep(options: ChaosOptions, result: ChaosResult, startedAt: Date): string {
  if (!isWhole(result) || !options.faults || options.mutant !== undefined)
    return "not kept: it is no proof of anything";
  return `kept in ${keepChaosRecord(options, result, startedAt)}`;
}

/** It lived, came to rest, and was struck as it was meant to be. */
function isWhole({ progress, quiescence, nemesisFailures }: ChaosResult): boolean {
  return progress.alive && quiescence.reached && nemesisFailures.length === 0;
}

function wentWell(result: ChaosResult): boolean {
  return result.verdict.invariants.every(({ broken }) => broken === 0) && isWhole(result);
}

function tellFailure(options: ChaosOptions, result: ChaosResult, path: string): void {
  const { verdict, progress, quiescence, nemesisFailures } = result;
  const words = [
    `seed ${options.seed}: not well.`,
    ...(progress.alive ? [] : [`I7: no payment ended for ${progress.longestGapMs} ms.`]),
    ...(quiescence.reached ? [] : [`I7: left open: ${quiescence.left.slice(0, 20).join(", ")}`]),
    ...nemesisFailures.slice(0, 10).map((failure) => `the nemesis failed: ${failure}`),
    storyOf(verdict),
    `The run is in ${path}. Once more: ${commandOf(options)}`,
  ];
  process.stderr.write(`${words.filter((line) => line !== "").join("\n")}\n`);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") process.exit(130);
    process.stderr.write(`${error instanceof FailureWithWaysOut ? error.forPeople() : String(error)}\n`);
    process.exit(error instanceof FailureWithWaysOut ? 2 : 1);
  },
);
