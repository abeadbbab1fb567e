import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FailureWithWaysOut } from "../../../processes/dev/way-out.ts";
import { findTemporalServer, temporalServerVersion } from "./programs.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "temporal-server-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, script: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};
const order = (go: string) => ({ say: () => undefined, named: "", cache: join(folder, "cache"), go });

/** Writes down what it is asked for, and a program where it is told to build one. */
const goThatBuilds = () =>
  program(
    "go",
    `echo "$@" >> ${join(folder, "calls")}
while [ $# -gt 0 ]; do if [ "$1" = -o ]; then echo built > "$2"; chmod 755 "$2"; fi; shift; done`,
  );

describe("the full Temporal server", () => {
  test("without Go it is said that Go is missing, with every way out", async () => {
    const asked = findTemporalServer(order(join(folder, "no-go")));
    await expect(asked).rejects.toThrow(FailureWithWaysOut);
    const failure = await asked.catch((error: FailureWithWaysOut) => error.forPeople());
    expect(failure).toMatch(/Go is missing/);
    expect(failure).toMatch(/go\.dev\/dl/);
    expect(failure).toMatch(/KVITOK_TEMPORAL_SERVER/);
    expect(failure).toMatch(/--temporal dev/);
  });

  test("is built once, from the pinned module and against its sums, and kept", async () => {
    const go = goThatBuilds();
    const first = await findTemporalServer(order(go));
    const second = await findTemporalServer(order(go));
    expect(second).toEqual(first);
    for (const path of Object.values(first)) expect(existsSync(path)).toBe(true);
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    expect(calls.filter((call) => call.startsWith("build"))).toHaveLength(2);
    for (const call of calls.filter((one) => one.startsWith("build")))
      expect(call).toContain("-mod=readonly");
    expect(temporalServerVersion()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("of a build that failed nothing is kept, and Go's words are told", async () => {
    const go = program("go", `[ "$1" = version ] || { echo "checksum mismatch"; exit 1; }`);
    await expect(findTemporalServer(order(go))).rejects.toThrow(/checksum mismatch/);
    expect(readdirSync(join(folder, "cache"))).toEqual([]);
  });

  test("a folder that somebody names must hold both programs of the pinned version", async () => {
    const named = { ...order(goThatBuilds()), named: folder };
    await expect(findTemporalServer(named)).rejects.toThrow(/is missing/);
    const server = program("temporal-server", "echo temporal version 1.0.0");
    const sqlTool = program("temporal-sql-tool", "");
    await expect(findTemporalServer(named)).rejects.toThrow(/1\.0\.0/);
    program("temporal-server", `echo temporal version ${temporalServerVersion()}`);
    expect(await findTemporalServer(named)).toEqual({ server, sqlTool });
  });
});
