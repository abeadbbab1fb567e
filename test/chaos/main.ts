// Everything goes wrong at once, and nobody loses a kopeck: `npm run chaos -- --help`.
import { join } from "node:path";
import { listenForStop } from "../../processes/dev/stop-signals.ts";
import { FailureWithWaysOut } from "../../processes/dev/way-out.ts";
import { repositoryFolder } from "../../processes/dev/process-command.ts";
import { type ChaosOptions, helpText, readFlags } from "./flags.ts";
import { keepChaosRecord } from "./chaos-record.ts";
import { removeRun, runChaos } from "./run-chaos.ts";
import { makeRunDirectory } from "./run/run-directory.ts";
import { storyOf, tableOf } from "./verdict.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = readFlags(args);
  if (options.help) {
    process.stdout.write(helpText);
    return 0;
  }
  const startedAt = Date.now();
  const say = (line: string): void => {
    process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
  };
  const stamp = new Date(startedAt).toISOString().replaceAll(/[:.]/g, "-");
  const path = options.runDirectory ?? join(repositoryFolder, ".kvitok", "chaos", `${options.seed}-${stamp}`);
  const directory = makeRunDirectory(path);
  const interrupted = new AbortController();
  listenForStop(
    () => interrupted.abort(),
    () => process.exit(1),
  );
  const result = await runChaos({ options, directory, say, interrupted: interrupted.signal });
  const { verdict, progress, quiescence } = result;
  const broken = verdict.invariants.reduce((sum, one) => sum + one.broken, 0);
  const isWell = broken === 0 && progress.alive && quiescence.reached && result.nemesisFailures.length === 0;
  if (options.json) process.stdout.write(`${JSON.stringify({ seed: options.seed, ...result })}\n`);
  else process.stdout.write(`${tableOf(verdict)}\n${JSON.stringify(verdict.counts)}\n`);
  if (options.record) say(`kept in ${keepChaosRecord(options, result, new Date(startedAt))}`);
  if (!isWell) tellFailure(options, result, path);
  if (isWell && !options.keep) removeRun(directory);
  return isWell ? 0 : 1;
}

function tellFailure(
  options: ChaosOptions,
  result: Awaited<ReturnType<typeof runChaos>>,
  path: string,
): void {
  const { verdict, progress, quiescence, nemesisFailures } = result;
  const words = [
    `seed ${options.seed}: not well.`,
    ...(progress.alive ? [] : [`I7: no payment ended for ${progress.longestGapMs} ms.`]),
    ...(quiescence.reached ? [] : [`I7: left open: ${quiescence.left.slice(0, 20).join(", ")}`]),
    ...nemesisFailures.slice(0, 10).map((failure) => `the nemesis failed: ${failure}`),
    storyOf(verdict),
    `The run is in ${path}. Once more: npm run chaos -- --seed ${options.seed} --minutes ${options.minutes}`,
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
