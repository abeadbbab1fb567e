import { expect, test } from "vitest";
import { provePureModel } from "../../scripts/proofs/payment-model/pure.ts";
import { MUTANTS } from "../../scripts/proofs/payment-model/rows-model.ts";
import { proveOnWorkflows } from "../../scripts/proofs/payment-model/workflows.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { testWorkflowBundle } from "../support/engine-bundle.ts";
import { dataConverter } from "../support/engine-workers.ts";
import { openSkippedTime } from "../support/skipped-time.ts";
import { timeSkippingServerPath } from "../support/temporal.ts";

const again = "npm run prove -- payment-model";

test("the same on the real workflows, every wait skipped by the server", async () => {
  const [path, workflowBundle] = await Promise.all([timeSkippingServerPath(), testWorkflowBundle()]);
  const env = await openSkippedTime(path);
  try {
    const { violations, counts, workflows } = await proveOnWorkflows(
      { env, workflowBundle, dataConverter },
      { seed: 1, sequences: 40, say: () => undefined },
    );
    expect(violations.length, wordsOf(violations, again)).toBe(0);
    expect(workflows).toBeGreaterThanOrEqual(40);
    expect(counts.debits).toBeGreaterThan(10);
  } finally {
    await env.teardown();
  }
}, 120_000);

test("at most one debit per debt, no lost success, nothing sent after a stop, no unknown without evidence: pure machine", () => {
  const { violations, counts } = provePureModel({ seed: 1, sequences: 6_000 });
  expect(violations.length, wordsOf(violations, again)).toBe(0);
  // the sequences come through the narrow places, else nothing was proved
  expect(counts.debits).toBeGreaterThan(2_000);
  expect(counts.unknown).toBeGreaterThan(2_000);
  expect(counts.stops).toBeGreaterThan(2_000);
  expect(counts.overturned).toBeGreaterThan(10);
});

test.each(MUTANTS)("the model finds the planted bug %s and tells the shortest way to it", (mutant) => {
  const { violations } = provePureModel({ seed: 1, sequences: 6_000, mutant });
  expect(violations.length).toBeGreaterThan(0);
  expect(Math.min(...violations.map(({ events }) => events.length))).toBeLessThan(12);
});
