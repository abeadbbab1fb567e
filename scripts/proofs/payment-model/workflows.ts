import type { DataConverter } from "@temporalio/common";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundleOption } from "@temporalio/worker";
import { gatewayTaskQueue, paymentWorkflowId, workflowTypes } from "../../../workflows/messages.ts";
import { Chance } from "../chance.ts";
import type { Findings, Violation } from "../proof.ts";
import { drawOperations, lineOf, type Operation } from "./operations.ts";
import { type Counts, ranOf } from "./sequence.ts";
import { WorkflowRun } from "./workflow-run.ts";

/** The time-skipping server with the workflows' code. */
export type WorkflowGround = {
  readonly env: TestWorkflowEnvironment;
  readonly workflowBundle: WorkflowBundleOption;
  readonly dataConverter: DataConverter;
};

const GATEWAY = "model";
const TASK_QUEUE = "payment-model";
const SEED_STEP = 7_919;
/** Of the server's time: every debt of the model is decided long before. */
const ENDS_WITHIN = "200 days";

type Runs = Map<string, WorkflowRun>;

/** Runs sequences on the real workflow code; the server skips every wait. */
export async function proveOnWorkflows(
  ground: WorkflowGround,
  order: { readonly seed: number; readonly sequences: number; readonly say: (line: string) => void },
): Promise<Pick<Findings, "violations"> & { readonly counts: Counts; readonly workflows: number }> {
  const runs: Runs = new Map();
  const shared = {
    connection: ground.env.nativeConnection,
    namespace: ground.env.namespace ?? "default",
    dataConverter: ground.dataConverter,
  };
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: TASK_QUEUE,
      workflowBundle: ground.workflowBundle,
      activities: rowActivities(runs),
    }),
    Worker.create({
      ...shared,
      taskQueue: gatewayTaskQueue(GATEWAY),
      activities: gatewayActivities(runs),
    }),
  ]);
  const [first, second] = workers;
  return first.runUntil(() => second.runUntil(() => runAll(ground, runs, order)));
}

function rowActivities(runs: Runs) {
  return {
    lookAtPayment: ({ paymentId, asked }: { readonly paymentId: string; readonly asked: boolean }) => {
      const { run, id } = find(runs, paymentId);
      return run.look(id, asked);
    },
    endPayment: ({ paymentId, outcome }: { readonly paymentId: string; readonly outcome: string }) => {
      const { run, id } = find(runs, paymentId);
      return run.end(id, outcome);
    },
  };
}

function gatewayActivities(runs: Runs) {
  return {
    chargePayment: ({ paymentId }: { readonly paymentId: string }) => {
      const { run, id } = find(runs, paymentId);
      return run.charge(id);
    },
    lookUpCharge: ({ chargeId }: { readonly chargeId: string }) => {
      const { run, id } = find(runs, chargeId);
      return run.lookUp(id);
    },
  };
}

function find(runs: Runs, name: string): { readonly run: WorkflowRun; readonly id: string } {
  const [sequence = "", id = ""] = name.split("/");
  const run = runs.get(sequence);
  if (!run) throw new Error(`no sequence ${sequence}`);
  return { run, id };
}

async function runAll(
  ground: WorkflowGround,
  runs: Runs,
  order: { readonly seed: number; readonly sequences: number; readonly say: (line: string) => void },
) {
  const violations: Violation[] = [];
  const counts: Counts = { debits: 0, refunds: 0, stops: 0, overturned: 0, unknown: 0 };
  let workflows = 0;
  // one after another: the server skips time for all of its workflows at once, over the heads of those that are just beginning
  for (let index = 0; index < order.sequences; index += 1) {
    const one = await runOne(ground, runs, order.seed, index);
    workflows += one.workflows;
    for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] += one.counts[name];
    violations.push(...one.violations);
    runs.clear();
    if (index % 200 === 199) order.say(`${index + 1} sequences on real workflows`);
  }
  return { violations, counts, workflows };
}

async function runOne(ground: WorkflowGround, runs: Runs, baseSeed: number, index: number) {
  const seed = baseSeed + index * SEED_STEP;
  const operations = drawOperations(new Chance(seed));
  const name = `s${index}`;
  const run = new WorkflowRun(name, {
    shape: index % 2 === 0 ? "keys" : "intent",
    operations,
    now: () => ground.env.currentTimeMs(),
    startedAt: await ground.env.currentTimeMs(),
  });
  runs.set(name, run);
  const failures: string[] = [];
  let workflows = 0;
  // each may plan another one: until none is left
  for (let next = run.nextPayment(); next !== undefined; next = run.nextPayment()) {
    workflows += 1;
    await carry(ground, next).catch((error: unknown) => failures.push(String(error)));
  }
  const left = run.sequence.rows.open();
  const ran = ranOf(run.sequence);
  const broken = [
    ...ran.broken,
    ...(left === undefined ? [] : [`no workflow ends over an open payment: ${left.id} is ${left.state}`]),
    ...failures.map((words) => `every workflow ends by itself: ${words}`),
  ];
  return {
    workflows,
    counts: ran.counts,
    violations: broken.map((invariant) => violation(invariant, seed, operations, ran.log)),
  };
}

/** Runs the workflow of a payment to its end; waiting for it is what lets the server skip time. */
function carry({ env }: WorkflowGround, paymentId: string): Promise<unknown> {
  return env.client.workflow.execute(workflowTypes.payment, {
    workflowId: paymentWorkflowId(paymentId),
    taskQueue: TASK_QUEUE,
    args: [{ paymentId, waitMs: 0, gateway: GATEWAY }],
    workflowExecutionTimeout: ENDS_WITHIN,
  });
}

function violation(
  invariant: string,
  seed: number,
  operations: readonly Operation[],
  log: readonly string[],
): Violation {
  return { invariant: `on workflows: ${invariant}`, seed, events: [...operations.map(lineOf), ...log] };
}
