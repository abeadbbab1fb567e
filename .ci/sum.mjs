// The last line of a run: node .ci/sum.mjs <vitest's JSON report> <number of failed steps> <1 when the test step failed>
// Plain JavaScript, because it must also speak when the packages could not be installed.
import { existsSync, readFileSync } from "node:fs";

const [file, failedSteps, testStepFailed] = process.argv.slice(2);
const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const passed = report.numPassedTests ?? 0;
const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
const unloaded = (report.testResults ?? []).filter(
  (suite) => suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed"),
);
const failedTests = (report.numFailedTests ?? 0) + unloaded.length;
// The test step has its failed tests to speak for it; where none failed (killed, unhandled error) it counts itself.
const spokenFor = testStepFailed === "1" && failedTests > 0 ? 1 : 0;
const failed = failedTests + Number(failedSteps) - spokenFor;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
