import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { ProcessDeclaration } from "../../../processes/dev/process-declaration.ts";
import { identifyProcess } from "../../../processes/dev/process-identity.ts";
import { Supervisor } from "../../../processes/dev/supervisor.ts";
import { FailureWithWaysOut } from "../../../processes/dev/way-out.ts";
import { until } from "../../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "kvitok-supervisor-"));
const started: Supervisor[] = [];
const said: string[] = [];

function node(name: string, program: string, rest: Partial<ProcessDeclaration> = {}): ProcessDeclaration {
  const command = (): { file: string; args: string[] } => ({ file: process.execPath, args: ["-e", program] });
  return { name, kind: "service", needs: [], command, ...rest };
}

function supervise(...declarations: ProcessDeclaration[]): Supervisor {
  const supervisor = new Supervisor(declarations, folder, {
    onSpawn: () => undefined,
    onExit: () => undefined,
    onRestarted: () => undefined,
    say: (line) => said.push(line),
  });
  started.push(supervisor);
  return supervisor;
}

afterEach(async () => {
  for (const supervisor of started.splice(0)) await supervisor.stop();
  said.splice(0);
  rmSync(folder, { recursive: true, force: true });
});

const sleeps = "setInterval(() => {}, 1000)";

test("a process starts only after those it needs, a failed task starts nobody behind it", async () => {
  const order = join(folder, "order");
  const write = (name: string): string =>
    `require("node:fs").appendFileSync(${JSON.stringify(order)}, "${name} ")`;
  const good = supervise(
    node("third", `${write("third")}; ${sleeps}`, {
      needs: ["second"],
      isReady: () => Promise.resolve(true),
    }),
    node("second", `setTimeout(() => ${write("second")}, 200)`, { kind: "task", needs: ["first"] }),
    node("first", write("first"), { kind: "task" }),
  );
  await good.start();
  await until(() => readFileSync(order, "utf8") === "first second third ");

  const bad = supervise(
    node("broken", "console.log('the table is missing'); process.exit(3)", { kind: "task" }),
    node("behind", sleeps, { needs: ["broken"] }),
  );
  await expect(bad.start()).rejects.toThrow(/broken ended with exit code 3[^]*the table is missing/);
  expect(bad.pids()).toEqual({});
});

test("a service that dies three times before it is ready is given up with its last words", async () => {
  const supervisor = supervise(
    node("worker", "console.error('no key'); process.exit(1)", { isReady: () => Promise.resolve(false) }),
  );
  const failure = await supervisor.start().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FailureWithWaysOut);
  expect(String(failure)).toContain("no key");
  expect(said.map((line) => /again in ([\d.]+) s/.exec(line)?.[1])).toEqual(["0.5", "1"]);
});

test("a service that never answers is given up after its time", async () => {
  const supervisor = supervise(
    node("api", sleeps, { isReady: () => Promise.resolve(false), readyWithinSeconds: 0.3 }),
  );
  await expect(supervisor.start()).rejects.toThrow("api did not answer within 0.3 s");
});

test("a program that is not there is a failure with words, not a crash", async () => {
  const nobody = { ...node("nobody", ""), command: () => ({ file: "/nonexistent/program", args: [] }) };
  await expect(supervise(nobody).start()).rejects.toThrow(/nobody .*ENOENT/);
});

test("what ignores the signal is killed after its deadline, children of its group too", async () => {
  const pids = join(folder, "pids");
  const program = `
    process.on("SIGTERM", () => {});
    const child = require("node:child_process").spawn("sleep", ["300"]);
    require("node:fs").writeFileSync(${JSON.stringify(pids)}, process.pid + " " + child.pid);
    ${sleeps}`;
  const supervisor = supervise(node("stubborn", program, { stopWithinSeconds: 0.3 }));
  await supervisor.start();
  let both: number[] = [];
  await until(() => {
    both = readOr(pids).split(" ").map(Number);
    return both.length === 2;
  });
  await supervisor.stop();
  await until(() => both.every((pid) => identifyProcess(pid) === undefined));
});

test("a stop during the start begins nothing more", async () => {
  const supervisor = supervise(
    node("slow", sleeps, { isReady: () => Promise.resolve(false) }),
    node("behind", sleeps, { needs: ["slow"] }),
  );
  const start = supervisor.start();
  await until(() => "slow" in supervisor.pids());
  await supervisor.stop();
  await start;
  expect(supervisor.pids()).toEqual({});
});

test("a list in which two need each other, or somebody needs a stranger, is refused", () => {
  expect(() => supervise(node("a", "", { needs: ["b"] }), node("b", "", { needs: ["a"] }))).toThrow(/a, b/);
  expect(() => supervise(node("a", "", { needs: ["stranger"] }))).toThrow(/a/);
  expect(() => supervise(node("a", ""), node("a", ""))).toThrow(/one name/);
});

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Not written yet: the caller asks again.
    return "";
  }
}
