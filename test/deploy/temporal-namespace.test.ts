import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { findTemporalProgram } from "../../processes/dev/temporal-binary.ts";
import { developmentServer } from "../../processes/dev/temporal-releases.ts";
import { projectRoot } from "../../scripts/checks/steps.ts";
import { testTemporalServer } from "../support/temporal.ts";

const execFileAsync = promisify(execFile);
const described = z.object({ config: z.object({ workflowExecutionRetentionTtl: z.string() }) });

test("the namespace job makes the namespace with its retention, and running it again changes only that", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "kvitok-namespace-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await symlink(await findTemporalProgram(developmentServer, () => undefined), path.join(folder, "temporal"));
  const { address, http } = await testTemporalServer();
  const namespace = `compose-${randomBytes(4).toString("hex")}`;
  const runJob = (retention: string): Promise<unknown> =>
    execFileAsync("sh", [path.join(projectRoot, "deploy/temporal/prepare-namespace.sh")], {
      env: {
        PATH: `${folder}:${process.env["PATH"]}`,
        HOME: folder,
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: namespace,
        RETENTION: retention,
      },
    });
  const retention = async (): Promise<string> => {
    const answer = await fetch(`${http}/api/v1/namespaces/${namespace}`);
    return described.parse(await answer.json()).config.workflowExecutionRetentionTtl;
  };
  await runJob("90d");
  expect(await retention()).toBe(`${90 * 24 * 3600}s`);
  await runJob("30d");
  expect(await retention()).toBe(`${30 * 24 * 3600}s`);
});
