import { spawn } from "node:child_process";
import { projectRoot, type Step } from "./steps.ts";

interface Outcome {
  readonly step: Step;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const lanes = 2;

/**
 * Runs the steps two at a time, prints a line for each as it ends and the output of those that failed.
 * @param print receives whole lines
 * @returns how many failed
 */
export async function runSteps(steps: readonly Step[], print: (line: string) => void): Promise<number> {
  const startedAt = performance.now();
  const queue = [...steps];
  let failed = 0;
  const runLane = async (): Promise<void> => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      const outcome = await runStep(step);
      if (!outcome.passed) failed += 1;
      print(describeOutcome(outcome));
    }
  };
  await Promise.all(Array.from({ length: lanes }, runLane));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  print(`${steps.length - failed} checks passed, ${failed} failed in ${seconds} s`);
  return failed;
}

/** Runs one step and keeps what it says; a program that cannot be started or is killed counts as failed. */
async function runStep(step: Step): Promise<Outcome> {
  const startedAt = performance.now();
  const [program, ...args] = step.command;
  const output: Buffer[] = [];
  const code = await new Promise<number>((resolve) => {
    const child = spawn(program, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
    child.on("error", (error) => {
      output.push(Buffer.from(`${program}: ${error.message}\n`));
      resolve(1);
    });
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return { step, passed: code === 0, seconds, output: Buffer.concat(output).toString("utf8").trim() };
}

function describeOutcome({ step, passed, seconds, output }: Outcome): string {
  const line = `${passed ? "ok    " : "FAILED"} ${step.name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s`;
  if (passed) return line;
  return `${line}\n${(output === "" ? "(it said nothing)" : output).replaceAll(/^/gm, "       ")}`;
}
