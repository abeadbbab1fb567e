import { type Proof, sizeOf } from "../proof.ts";
import { provePureModel } from "./pure.ts";
import { proveOnWorkflows, type WorkflowGround } from "./workflows.ts";

/** Lends a time-skipping server. */
export type OnWorkflows = <Result>(work: (ground: WorkflowGround) => Promise<Result>) => Promise<Result>;

/**
 * Random orders of charge, lost answer, 500 after commit, decline, challenge, return, webhook, poll, expiry, stop, crash and
 * takeover, against two shapes of gateway; first on the pure machine, then on the real workflows.
 */
export const paymentModel: Proof<OnWorkflows> = {
  name: "payment-model",
  sizes: { small: { pure: 6_000, workflows: 40 }, full: { pure: 100_000, workflows: 2_000 } },
  async run({ seed, sizes, say, needs }) {
    const pure = provePureModel({ seed, sequences: sizeOf(sizes, "pure"), say });
    const real = await needs((ground) =>
      proveOnWorkflows(ground, { seed, sequences: sizeOf(sizes, "workflows"), say }),
    );
    return {
      violations: [...pure.violations, ...real.violations],
      result: {
        pureSequences: sizeOf(sizes, "pure"),
        pureOperations: pure.operations,
        pure: pure.counts,
        workflowSequences: sizeOf(sizes, "workflows"),
        workflowsRun: real.workflows,
        onWorkflows: real.counts,
      },
    };
  },
};
