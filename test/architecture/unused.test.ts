import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { createFixtureRepository } from "./fixture-repository.ts";

test("a file, an export and a package that nobody uses are found", () => {
  const { root } = createFixtureRepository({
    "processes/worker.ts": 'import { used } from "../domain/money.ts";\n\nconsole.log(used);\n',
    "domain/money.ts": "export const used = 1;\nexport const forgotten = 2;\n",
    "domain/orphan.ts": "export const orphan = 1;\n",
  });
  const knip = path.join(projectRoot, "node_modules/knip/bin/knip.js");
  const { stdout, status } = spawnSync(process.execPath, [knip, "--no-progress"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(status).not.toBe(0);
  expect(stdout).toMatch(/Unused files[^]*domain\/orphan\.ts/);
  expect(stdout).toMatch(/Unused exports[^]*forgotten/);
  expect(stdout).toMatch(/Unused dependencies[^]*undici/);
  expect(stdout).not.toMatch(/^used /m);
});
