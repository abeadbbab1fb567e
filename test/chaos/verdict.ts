import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { repositoryFolder } from "../../processes/dev/process-command.ts";
import type { RunDirectory } from "./run/run-directory.ts";

const CHECKER = "test/chaos/checker/main.ts";
/** An hour's run leaves tens of thousands of histories to replay. */
const CHECKER_WITHIN_MS = 3_000_000;

const verdictShape = z.looseObject({
  invariants: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      checked: z.number(),
      broken: z.number(),
      wordings: z.array(z.string()),
      examples: z.array(z.looseObject({ about: z.string(), words: z.string() })).default([]),
    }),
  ),
  counts: z.record(z.string(), z.unknown()).default({}),
});
export type Verdict = z.infer<typeof verdictShape>;

/**
 * Lets the checker judge a run; it shares no code with the engine and none with us.
 *
 * @throws when there is no checker, or it ended without a verdict
 */
export function judge(directory: RunDirectory): Verdict {
  if (!existsSync(join(repositoryFolder, CHECKER)))
    throw new Error(`there is no ${CHECKER}: nothing was judged`);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", CHECKER, "--run", directory.path],
    { cwd: repositoryFolder, encoding: "utf8", timeout: CHECKER_WITHIN_MS, maxBuffer: 256 * 1024 * 1024 },
  );
  if (!existsSync(directory.verdict)) throw new Error(`the checker gave no verdict:\n${stdout}${stderr}`);
  return verdictShape.parse(JSON.parse(readFileSync(directory.verdict, "utf8")));
}

/** The verdict as a table, and for each broken invariant its first examples with their timelines. */
export function tableOf({ invariants }: Verdict): string {
  const lines = invariants.map(
    ({ id, name, checked, broken }) =>
      `${broken === 0 ? "  " : "✗ "}${id.padEnd(4)} ${String(broken).padStart(6)} of ${String(checked).padStart(7)}  ${name}`,
  );
  return lines.join("\n");
}

/** What a person needs to find the cause: the words of the first examples, and the timeline of one payment. */
export function storyOf({ invariants }: Verdict): string {
  const broken = invariants.filter((one) => one.broken > 0);
  return broken
    .map(({ id, name, examples }) => {
      const told = examples.slice(0, 3).map(({ about, words }) => `    ${about}: ${words}`);
      const timeline = examples.find((example) => example["timeline"] !== undefined)?.["timeline"];
      const lines = Array.isArray(timeline) ? timeline.map((line) => `      ${textOf(line)}`) : [];
      return [`${id} ${name}`, ...told, ...lines].join("\n");
    })
    .join("\n\n");
}

function textOf(line: unknown): string {
  return typeof line === "string" ? line : JSON.stringify(line);
}
