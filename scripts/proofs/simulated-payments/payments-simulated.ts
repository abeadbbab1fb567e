import { type Proof, sizeOf } from "../proof.ts";
import { simulate, violationOf } from "./simulate.ts";

/**
 * Many payers, mandates, bills and two shapes of gateway over weeks of virtual time, every message fault and every death between two steps, driven through
 * the domain's own decisions and judged by an oracle that shares no code with them.
 */
export const paymentsSimulated: Proof = {
  name: "payments-simulated",
  sizes: { small: { payments: 4_000 }, full: { payments: 1_000_000 } },
  run({ seed, sizes, say }) {
    const { tally, failures, seconds } = simulate({ seed, payments: sizeOf(sizes, "payments"), say });
    const { checked, broken, ...counts } = tally;
    const result = { ...counts, paymentsPerSecond: Math.round(tally.payments / seconds), checked, broken };
    return Promise.resolve({ result, violations: failures.map(violationOf) });
  },
};
