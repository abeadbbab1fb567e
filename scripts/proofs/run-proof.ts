import type { ListedProof } from "./list.ts";
import { type Sizes, wordsOf } from "./proof.ts";
import { keepRecord, recordOf } from "./record.ts";

/** How a proof is run from the command line. */
export type ProofRun = {
  readonly sizes: Sizes;
  readonly seed: number;
  readonly portBase: number;
  /** True: its record on one line. */
  readonly json: boolean;
  /** False: nothing is kept. */
  readonly record: boolean;
};

/** Tries a proof, prints its record, and keeps it where it held at its full size. Answers whether it held. */
export async function runProof(proof: ListedProof, order: ProofRun): Promise<boolean> {
  const { sizes, seed, portBase, json } = order;
  const startedAt = new Date();
  const say = (line: string) =>
    process.stderr.write(
      `${((Date.now() - startedAt.getTime()) / 1000).toFixed(0).padStart(5)} s  ${line}\n`,
    );
  say(`${proof.name}, seed ${seed}, ${JSON.stringify(sizes)}`);
  const findings = await proof.run({ seed, sizes, say, needs: { portBase } });
  const record = recordOf({ name: proof.name, seed, sizes, startedAt, findings });
  process.stdout.write(`${JSON.stringify(record, undefined, json ? undefined : 2)}\n`);
  const command = `npm run prove -- ${process.argv.slice(2).join(" ")}`;
  if (findings.violations.length > 0) process.stderr.write(`${wordsOf(findings.violations, command)}\n`);
  else if (order.record && isFull(proof, sizes)) say(`kept in ${keepRecord(record)}`);
  return findings.violations.length === 0;
}

function isFull(proof: ListedProof, sizes: Sizes): boolean {
  return Object.entries(proof.sizes.full).every(([name, least]) => (sizes[name] ?? 0) >= least);
}
