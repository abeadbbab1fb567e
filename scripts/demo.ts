import { parseArgs } from "node:util";
import { ApiProblem } from "../api/client.ts";
import { readBoard } from "./demo/board.ts";
import { DemoFailure } from "./demo/failure.ts";
import { playStory } from "./demo/story.ts";
import { judge, type Verdict } from "./demo/verdict.ts";

const usage = `npm run -s demo -- --board FILE [--json]

  --board FILE   the addresses of a running stack (npm start writes .kvitok/board.json)
  --json         a report for programs as the last line
`;

interface Report {
  readonly ok: boolean;
  readonly seconds: number;
  readonly steps: readonly {
    readonly step: string;
    readonly link: string | null;
    readonly atSeconds: number;
  }[];
  readonly bills: Verdict["bills"];
  readonly ledgerBalanced: boolean | null;
  readonly problems: readonly string[];
}

/** Plays the story against a running stack and judges it from outside. Resolves with the exit code. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { board: { type: "string" }, json: { type: "boolean", default: false } },
  });
  if (values.board === undefined) {
    console.error(usage);
    return 2;
  }
  const report = await run(values.board);
  for (const problem of report.problems) console.error(`not as promised: ${problem}`);
  if (report.ok)
    console.log(`all as promised: one debit for each bill, ledger balanced (${report.seconds} s)`);
  if (values.json) console.log(JSON.stringify(report));
  return report.ok ? 0 : 1;
}

async function run(boardFile: string): Promise<Report> {
  const startedAt = performance.now();
  const elapsed = (): number => Math.round((performance.now() - startedAt) / 100) / 10;
  const steps: Report["steps"][number][] = [];
  const narrate = (step: string, link?: string): void => {
    steps.push({ step, link: link ?? null, atSeconds: elapsed() });
    console.log(link === undefined ? step : `${step}  ${link}`);
  };
  try {
    const board = readBoard(boardFile);
    const verdict = await judge(board, await playStory(board, narrate));
    return { ok: verdict.problems.length === 0, seconds: elapsed(), steps, ...verdict };
  } catch (cause) {
    const problems = [expectedWords(cause)];
    return { ok: false, seconds: elapsed(), steps, bills: [], ledgerBalanced: null, problems };
  }
}

/** Words about a failure of the stack; a defect of this program is thrown on. */
function expectedWords(cause: unknown): string {
  if (cause instanceof DemoFailure) return cause.message;
  if (cause instanceof ApiProblem) return `the API answered ${cause.message} ${cause.detail}`;
  // What fetch throws when nobody listens or nobody answers in time.
  if (cause instanceof TypeError && cause.cause instanceof Error)
    return `${cause.message}: ${cause.cause.message}`;
  if (cause instanceof DOMException && cause.name === "TimeoutError")
    return "somebody did not answer in time";
  throw cause;
}

process.exitCode = await main();
