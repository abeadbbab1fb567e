import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runSteps } from "../../scripts/checks/run-steps.ts";
import { projectRoot, type Step, steps } from "../../scripts/checks/steps.ts";

function step(name: string, code: string): Step {
  return { name, command: [process.execPath, "-e", code] };
}

test("one failed step fails the check, and only the failed one speaks", async () => {
  const printed: string[] = [];
  const failed = await runSteps(
    [
      step("fine", 'console.log("quiet please")'),
      step("bad", 'console.error("the reason"); process.exit(3)'),
      step("killed", 'process.kill(process.pid, "SIGKILL")'),
      { name: "absent", command: ["a-program-that-is-not-there"] },
    ],
    (line) => printed.push(line),
  );
  const text = printed.join("\n");
  expect(failed).toBe(3);
  expect(text).toMatch(/^ok {5}fine/m);
  expect(text).toMatch(/^FAILED bad .*\n +the reason/m);
  expect(text).toMatch(/^FAILED killed/m);
  expect(text).toMatch(/^FAILED absent .*\n +a-program-that-is-not-there: /m);
  expect(text).not.toContain("quiet please");
  expect(printed.at(-1)).toMatch(/^1 checks passed, 3 failed in /);
});

test("every promised kind of check is a step", () => {
  const names = steps.map(({ name }) => name).sort();
  const promised = [
    "format",
    "generated",
    "histories",
    "house",
    "imports",
    "lint",
    "lock-file",
    "proof-sizes",
    "types",
    "unused",
  ];
  expect(names).toEqual(promised);
});

/** Runs the last step of `.ci/run` over a report and answers its line and exit code. */
function sumUp(
  report: object | undefined,
  failedSteps: number,
  testStepFailed: boolean,
): [string, number | null] {
  const folder = mkdtempSync(path.join(tmpdir(), "kvitok-sum-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "tests.json");
  if (report !== undefined) writeFileSync(file, JSON.stringify(report));
  const args = [path.join(projectRoot, ".ci/sum.mjs"), file, String(failedSteps), testStepFailed ? "1" : "0"];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return [stdout, status];
}

test("the sum of a run is 0 only when everything passed", () => {
  const good = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  const unloaded = { status: "failed", assertionResults: [] };
  expect(sumUp(good, 0, false)).toEqual(["7 passed, 0 failed\n", 0]);
  expect(sumUp({ ...good, numPendingTests: 2 }, 0, false)).toEqual(["7 passed, 0 failed, 2 skipped\n", 0]);
  expect(sumUp({ ...good, numFailedTests: 2 }, 1, true)).toEqual(["7 passed, 2 failed\n", 1]);
  expect(sumUp({ ...good, testResults: [unloaded] }, 1, true)).toEqual(["7 passed, 1 failed\n", 1]);
  expect(sumUp(good, 1, true)).toEqual(["7 passed, 1 failed\n", 1]);
  expect(sumUp({ ...good, numFailedTests: 2 }, 2, true)).toEqual(["7 passed, 3 failed\n", 1]);
  expect(sumUp(undefined, 1, false)).toEqual(["0 passed, 1 failed\n", 1]);
  expect(sumUp({ ...good, numPassedTests: 0 }, 0, false)).toEqual(["0 passed, 0 failed\n", 1]);
});
