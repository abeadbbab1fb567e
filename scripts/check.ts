// The one check command: `npm run check`, or `npm run check -- --only types,lint`.
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { projectRoot, type Step, steps } from "./checks/steps.ts";

interface Outcome {
  readonly step: Step;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const lanes = 2;

/** Runs one step and keeps what it says; a program that cannot be started counts as failed. */
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

function report({ step, passed, seconds, output }: Outcome): void {
  console.log(`${passed ? "ok    " : "FAILED"} ${step.name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s`);
  if (!passed) console.log(output === "" ? "       (it said nothing)" : output.replaceAll(/^/gm, "       "));
}

async function runLane(queue: Step[], outcomes: Outcome[]): Promise<void> {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const outcome = await runStep(step);
    report(outcome);
    outcomes.push(outcome);
  }
}

function chosenSteps(): Step[] {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const names = values.only?.split(",") ?? steps.map((step) => step.name);
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no check is named ${unknown.join(", ")}; there are ${steps.map((s) => s.name).join(", ")}`,
    );
  }
  return steps.filter((step) => names.includes(step.name));
}

const startedAt = performance.now();
const queue = chosenSteps();
const outcomes: Outcome[] = [];
await Promise.all(Array.from({ length: lanes }, () => runLane(queue, outcomes)));
const failed = outcomes.filter((outcome) => !outcome.passed);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(`${outcomes.length - failed.length} checks passed, ${failed.length} failed in ${seconds} s`);
process.exitCode = failed.length === 0 ? 0 : 1;
