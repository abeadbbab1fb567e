import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { projectRoot } from "../checks/steps.ts";
import { FOUND_BUGS } from "../../test/chaos/found-bugs.ts";
import type { Generator } from "./generator.ts";

const folder = "docs/generated/proof";
const counted = z.record(z.string(), z.number());
const recordShape = z.looseObject({
  name: z.string(),
  commit: z.string(),
  seed: z.number(),
  sizes: counted,
  seconds: z.number(),
  violations: z.number(),
  result: z.looseObject({
    payments: z.number(),
    faults: z.number(),
    unknownOutcomes: z.number(),
    faultsByCode: counted,
    crashPoints: counted,
    crashPointsNeverPassed: z.number(),
    ends: counted,
    recoveryMedianMs: counted,
    recoveryLongestMs: counted,
    restSeconds: z.number(),
    decidedByHand: z.number(),
    checked: counted,
    broken: counted,
  }),
});
type ChaosRecord = z.infer<typeof recordShape>;

/** What runs of `npm run chaos -- --record` have shown, and what they cannot show. */
export const generator: Generator = {
  name: "reliability",
  output: "docs/reliability.md",
  generate: async () => {
    const names = (await readdir(path.join(projectRoot, folder))).filter((name) =>
      /^(?:chaos|drill)-.*\.json$/.test(name),
    );
    const records = await Promise.all(names.toSorted().map(read));
    const runs = records.filter(({ name }) => name.startsWith("chaos-"));
    const drills = records.filter(({ name }) => name.startsWith("drill-"));
    const told = runs.length === 0 ? [nothing] : tablesOf(runs);
    const drilled = drills.length === 0 ? [] : [recoveryOf(DRILLED, drills)];
    return `${[head, ...told, ...drilled, found(), limits].join("\n\n")}\n`;
  },
};

async function read(name: string): Promise<ChaosRecord> {
  return recordShape.parse(JSON.parse(await readFile(path.join(projectRoot, folder, name), "utf8")));
}

const head = `# What happens to money when everything goes wrong

Generated from \`${folder}/{chaos,drill}-*.json\` by \`npm run generate\`. A run is repeated with \`npm run chaos -- --seed N --minutes M --rate R --payers P --day-ms D\` (each as
its record says): the seed repeats the plan of the faults, not the interleaving of the processes.

Two APIs, three workers (one of which keeps three workflows in memory and replays for a living), Temporal, PostgreSQL, the sandbox's bank, mail, push and webhook receivers run as processes of their own. They are
killed, frozen, told to die at named points, cut off from each other, refused by the database and lied to, while payers pay, confirm, pause, narrow and cancel. Then everything is let go, comes to rest, and is
judged by a checker that shares no code with the engine.

Runs called \`chaos-dev\` stand on Temporal's development server; those called \`chaos-postgres\` on its full server with a PostgreSQL of its own, which is killed too, and whose storage fails in two of a hundred calls of each kind, also
after it has done what it was told (\`npm run chaos -- --temporal postgres\`, which needs Go once). \`temporal-persistence\` counts those faults, as far as they were seen.`;

const nothing = "No run is kept yet.";

const limits = `## What this does not prove

- Power loss: a killed process loses what it had in memory; what it had written lies in the machine's page cache and survives. Only pulling the plug shows what the disk really kept.
- More than what was tried: no violation in *n* trials says, at 95 %, that the rate is below 3 ÷ *n*, and nothing more.
- A bank that breaks its own contract beyond the faults of the sandbox. Where the bank's clock went so wrong that none of its lists proves that a payment is absent, two operators decide, as the product lets them; the table counts it.
- Every payment of a run counts, also one that met no fault of its own: how many met an unknown outcome stands beside it.
- Temporal's own clock: the clocks of workers, APIs and the bank run apart (F15), those of Temporal and PostgreSQL do not. Temporal's persistence errors are among the faults in \`chaos-postgres\` only.`;

const IN_FULL = `## How long clients noticed that a process was ended, everything else going wrong too

First to last failed call in the quarter of a minute after each end, server errors and lost answers together; the other faults of the run are in these numbers.`;

const DRILLED = `## How long clients noticed that a process was ended, and nothing else

\`npm run chaos -- --drill\`: one process after the other, a quarter of a minute of calm between them.`;

function tablesOf(records: readonly ChaosRecord[]): readonly string[] {
  return [
    table(
      [
        "run",
        "commit",
        "minutes of faults",
        "minutes in all",
        "payments",
        "faults",
        "unknown outcomes",
        "violations",
        "decided by operators",
        "bound per payment",
        "bound per unknown outcome",
      ],
      [...records.map(runRow), sumRow(records)],
    ),
    recoveryOf(IN_FULL, records),
    "## Broken of checked",
    table(
      ["run", ...Object.keys(records[0]?.result.checked ?? {})],
      records.map(({ name, result }) => [
        name,
        ...Object.entries(result.checked).map(([id, checked]) => `${result.broken[id] ?? 0} of ${checked}`),
      ]),
    ),
  ];
}

function recoveryOf(words: string, records: readonly ChaosRecord[]): string {
  const rows = records.flatMap(({ name, result }) =>
    Object.entries(result.ends).map(([kind, ends]) => [
      name,
      kind,
      String(ends),
      String(result.recoveryMedianMs[kind] ?? ""),
      String(result.recoveryLongestMs[kind] ?? ""),
    ]),
  );
  return `${words}\n\n${table(["run", "process", "ends", "median, ms", "longest, ms"], rows)}`;
}

function runRow({ name, commit, sizes, seconds, result, violations }: ChaosRecord): readonly string[] {
  const { payments, faults, unknownOutcomes } = result;
  return [
    name,
    commit.slice(0, 7),
    String(sizes["minutes"] ?? ""),
    String(Math.round(seconds / 60)),
    ...[payments, faults, unknownOutcomes, violations, result.decidedByHand].map(String),
    boundOf(violations, payments),
    boundOf(violations, unknownOutcomes),
  ];
}

/** The bound of all runs together: they try one and the same engine as long as nothing but mends lies between their commits. */
function sumRow(records: readonly ChaosRecord[]): readonly string[] {
  const sum = (of: (record: ChaosRecord) => number): number =>
    records.reduce((all, record) => all + of(record), 0);
  const payments = sum(({ result }) => result.payments);
  const unknown = sum(({ result }) => result.unknownOutcomes);
  const violations = sum((record) => record.violations);
  return [
    "**all**",
    "",
    String(sum(({ sizes }) => sizes["minutes"] ?? 0)),
    String(Math.round(sum(({ seconds }) => seconds) / 60)),
    ...[payments, sum(({ result }) => result.faults), unknown, violations].map(String),
    String(sum(({ result }) => result.decidedByHand)),
    boundOf(violations, payments),
    boundOf(violations, unknown),
  ];
}

function found(): string {
  const rows = FOUND_BUGS.map(({ found: words, by, mended, test }) => [words, by, mended, `\`${test}\``]);
  return `## What it has found\n\n${table(["bug", "found by", "mend", "test"], rows)}`;
}

/** The rule of three; without it where something was broken. */
function boundOf(violations: number, trials: number): string {
  return violations > 0 || trials === 0 ? "–" : `< ${(3 / trials).toExponential(1)}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
