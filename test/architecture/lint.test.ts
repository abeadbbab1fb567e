import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { createFixtureRepository } from "./fixture-repository.ts";

const promise = "export async function pay(): Promise<void> {}\n";

/** `file: rule` for everything that the linter finds, in the same way as the check calls it. */
function lint(files: Readonly<Record<string, string>>): readonly string[] {
  const { root } = createFixtureRepository(files);
  const oxlint = path.join(projectRoot, "node_modules/oxlint/bin/oxlint");
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [oxlint, "--type-aware", "--deny-warnings", "--format", "unix"],
    { cwd: root, encoding: "utf8" },
  );
  const found = [...stdout.matchAll(/^(\S+?):\d+:\d+: .*\[\w+\/(.+)\]$/gm)].map(
    ([, file = "", rule = ""]) => `${file}: ${rule}`,
  );
  if (found.length === 0 && !/0 problems|^$/.test(stdout.trim())) throw new Error(`${stdout}\n${stderr}`);
  return found.sort();
}

test("a promise that nobody awaits is found, in every shape", () => {
  const found = lint({
    "domain/pay.ts": promise,
    "loops/bare.ts": 'import { pay } from "../domain/pay.ts";\npay();\n',
    "loops/after-then.ts": 'import { pay } from "../domain/pay.ts";\npay().then(() => 1);\n',
    "loops/in-condition.ts": 'import { pay } from "../domain/pay.ts";\nexport const a = pay() ? 1 : 2;\n',
    "loops/in-list.ts": 'import { pay } from "../domain/pay.ts";\n[1, 2].map(() => pay());\n',
    "loops/to-callback.ts":
      'import { pay } from "../domain/pay.ts";\n[1].forEach(async () => {\n  await pay();\n});\n',
    "loops/awaited.ts": 'import { pay } from "../domain/pay.ts";\nawait pay();\n',
  });
  expect(found).toEqual([
    "loops/after-then.ts: typescript(no-floating-promises)",
    "loops/bare.ts: typescript(no-floating-promises)",
    "loops/in-condition.ts: typescript(no-misused-promises)",
    "loops/in-list.ts: typescript(no-floating-promises)",
    "loops/to-callback.ts: typescript(no-misused-promises)",
  ]);
});

test("in a workflow not even void excuses a promise", () => {
  const found = lint({
    "domain/pay.ts": promise,
    "workflows/payment.ts": 'import { pay } from "../domain/pay.ts";\nvoid pay();\n',
    "loops/planner.ts": 'import { pay } from "../domain/pay.ts";\nvoid pay();\n',
  });
  expect(found).toEqual(["workflows/payment.ts: typescript(no-floating-promises)"]);
});

test("a workflow imports neither Node, nor zod, nor the outer half of Temporal", () => {
  const names = [
    "node:fs",
    "zod",
    "zod/v4",
    "@temporalio/client",
    "@temporalio/worker",
    "@temporalio/activity",
  ];
  const files = names.map((name, index) => [
    `workflows/step-${index}.ts`,
    `import * as it from "${name}";\nexport const a = it;\n`,
  ]);
  const found = lint(Object.fromEntries(files));
  expect(found).toEqual(names.map((_, index) => `workflows/step-${index}.ts: eslint(no-restricted-imports)`));
});

test("an import of types leaves nothing behind that runs", () => {
  const found = lint({
    "activities/charge.ts": "export interface Charge {\n  id: string;\n}\n",
    "workflows/payment.ts":
      'import { type Charge } from "../activities/charge.ts";\nexport type A = Charge;\n',
  });
  expect(found).toEqual(["workflows/payment.ts: typescript(no-import-type-side-effects)"]);
});

test("only processes reads the environment", () => {
  const read = "export const mode = process.env.KVITOK_MODE;\n";
  const found = lint({ "adapters/mode.ts": read, "processes/mode.ts": read });
  expect(found).toEqual(["adapters/mode.ts: node(no-process-env)"]);
});

test("a failure is neither swallowed nor hidden behind any, nor is a test switched off", () => {
  const found = lint({
    "loops/swallow.ts": "try {\n  JSON.parse('{');\n} catch {}\n",
    "loops/any.ts": ["export const read = (text: string): an", "y => text;\n"].join(""),
    "loops/cast.ts": ["export const read = (value: unknown): object => value as an", "y;\n"].join(""),
    "loops/unsafe.ts": "export const read = (text: string): string => JSON.parse(text).id;\n",
    "loops/unfinished-switch.ts":
      'export function f(state: "paid" | "closed"): number {\n  switch (state) {\n    case "paid":\n      return 1;\n  }\n  return 2;\n}\n',
    "test/off.test.ts": 'import { test } from "vitest";\n\ntest.skip("off", () => {});\n',
  });
  expect([...new Set(found)]).toEqual([
    "loops/any.ts: typescript(no-explicit-any)",
    "loops/cast.ts: typescript(no-explicit-any)",
    "loops/cast.ts: typescript(no-unsafe-return)",
    "loops/swallow.ts: eslint(no-empty)",
    "loops/unfinished-switch.ts: typescript(switch-exhaustiveness-check)",
    "loops/unsafe.ts: typescript(no-unsafe-member-access)",
    "loops/unsafe.ts: typescript(no-unsafe-return)",
    "test/off.test.ts: vitest(no-disabled-tests)",
  ]);
});
