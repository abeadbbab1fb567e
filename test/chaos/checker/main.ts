import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawVerdict, isClean } from "./report.ts";
import { judgeRun } from "./verdict.ts";

const { values } = parseArgs({
  options: { run: { type: "string" }, json: { type: "boolean", default: false } },
});
if (values.run === undefined) {
  process.stderr.write("usage: node --import tsx test/chaos/checker/main.ts --run DIRECTORY [--json]\n");
  process.exit(2);
}
const verdict = await judgeRun({
  directory: values.run,
  replayProgram: fileURLToPath(new URL("../replay-histories.ts", import.meta.url)),
});
process.stdout.write(`${values.json ? JSON.stringify(verdict, null, 2) : drawVerdict(verdict)}\n`);
const megabytes = Math.round(process.resourceUsage().maxRSS / 1_024);
process.stderr.write(`judged in ${(performance.now() / 1_000).toFixed(1)} s, with ${megabytes} MB at most\n`);
process.exitCode = isClean(verdict) ? 0 : 1;
