import { keepRecord, recordOf } from "../../scripts/proofs/record.ts";
import type { ChaosOptions } from "./flags.ts";
import type { Recovery } from "./recovery.ts";
import type { ChaosResult } from "./run-chaos.ts";

/** Keeps a run as a proof: what was tried, what went wrong, what came of it. Answers the file inside the project. */
export function keepChaosRecord(options: ChaosOptions, result: ChaosResult, startedAt: Date): string {
  const { verdict, counts, faults, crashPoints, databaseErrors } = result;
  const { recovery, quiescence, progress, clock } = result;
  const violations = verdict.invariants.flatMap(({ id, name, broken }) =>
    Array.from({ length: broken }, () => ({ invariant: `${id} ${name}`, seed: options.seed, events: [] })),
  );
  const { bankFaults, ...numbers } = counts;
  const record = recordOf({
    name: `${options.drill ? "drill" : "chaos"}-${options.temporal}-${options.seed}`,
    seed: options.seed,
    sizes: {
      minutes: options.minutes,
      payers: options.payers,
      billsPerSecond: options.billsPerSecond,
      dayMs: options.dayMs,
    },
    startedAt,
    findings: {
      violations,
      result: {
        ...numbers,
        faults: faultsOf(result),
        faultsByCode: faults.byCode,
        faultsSkipped: Object.fromEntries(Object.keys(result.skipped).map((code) => [code, 1])),
        bankFaults,
        databaseErrors,
        crashPoints: crashPoints.fired,
        crashPointsNeverPassed: crashPoints.never.length,
        ends: perKind(recovery, "ends"),
        recoveryMedianMs: perKind(recovery, "medianMs"),
        recoveryLongestMs: perKind(recovery, "longestMs"),
        restSeconds: quiescence.seconds,
        decidedByHand: quiescence.decidedByHand,
        longestGapMs: progress.longestGapMs,
        jumpsOfTheClock: clock.jumps,
        checked: Object.fromEntries(verdict.invariants.map(({ id, checked }) => [id, checked])),
        broken: Object.fromEntries(verdict.invariants.map(({ id, broken }) => [id, broken])),
      },
    },
  });
  return keepRecord(record);
}

/** Everything that went wrong: what the nemesis did, what the bank did by itself, writes that failed. */
export function faultsOf({ faults, counts, databaseErrors }: ChaosResult): number {
  const bank = Object.values(counts.bankFaults).reduce((sum, count) => sum + count, 0);
  return faults.count + bank + databaseErrors;
}

function perKind(
  recovery: Recovery,
  name: "ends" | "medianMs" | "longestMs",
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(recovery).map(([kind, found]) => [kind, found[name]]));
}
