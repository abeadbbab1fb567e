import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { identifyProcess } from "../../../processes/dev/process-identity.ts";
import {
  endLauncher,
  freePortBase,
  privateFolder,
  startLauncher,
  type TestLauncher,
  untilUp,
} from "../../support/launcher.ts";
import { until } from "../../support/until.ts";

const started: TestLauncher[] = [];

async function launcher(options: Parameters<typeof startLauncher>[0] = {}): Promise<TestLauncher> {
  const one = await startLauncher(options);
  started.push(one);
  return one;
}

async function launcherThatIsUp(options: Parameters<typeof startLauncher>[0] = {}): Promise<TestLauncher> {
  const one = await launcher(options);
  await untilUp(one);
  return one;
}

function pidOf(one: TestLauncher, name: string): number {
  const pid = one.board().pids[name];
  if (pid === undefined) throw new Error(`${name} is not on the board.`);
  return pid;
}

afterEach(async () => {
  for (const one of started.splice(0)) await endLauncher(one);
});

test("the board is there when all is ready and gone when all has ended", async () => {
  const folder = privateFolder();
  const boardFile = join(folder, "my-board.json");
  const one = await launcherThatIsUp({ flags: ["--board", boardFile, "--no-story"] });
  expect(JSON.parse(readFileSync(boardFile, "utf8"))).toEqual(one.board());
  expect(statSync(boardFile).mode & 0o777).toBe(0o600);
  expect(one.board()).toMatchObject({
    api: `http://127.0.0.1:${one.portBase}`,
    bank: { url: `http://127.0.0.1:${one.portBase + 4}/v3` },
    mailbox: { http: `http://127.0.0.1:${one.portBase + 6}` },
    billers: expect.arrayContaining(
      ["gorod-zhkh", "school-1507", "mgts", "globus"].map((id) => expect.objectContaining({ id })),
    ),
    pids: { launcher: one.child.pid },
  });
  one.child.kill("SIGTERM");
  expect(await one.ended).toBe(0);
  expect(existsSync(boardFile)).toBe(false);
  rmSync(folder, { recursive: true });
});

test("the story's lines are passed on and the first paid bill is timed with its parts", async () => {
  const one = await launcherThatIsUp();
  expect(one.output()).toContain("a card is bound\nbill 1 paid: 512345\n");
  expect(one.output()).toMatch(/first bill paid after \d+\.\d s \(.*story \d+\.\d s\)/);
});

test("--quiet says nothing while all goes well", async () => {
  const one = await launcher({ flags: ["--quiet"] });
  await until(() => existsSync(join(one.dataDirectory, "board.json")));
  one.child.kill("SIGINT");
  expect(await one.ended).toBe(0);
  expect(one.output()).toBe("");
});

test("two signals at once are one: all ends in the opposite order, exit code 0", async () => {
  const dataDirectory = privateFolder();
  const order = join(dataDirectory, "..", `${basename(dataDirectory)}.order`);
  const one = await launcherThatIsUp({ environment: { STAND_IN_ORDER: order }, dataDirectory });
  const { lamp, shade } = one.board().pids;
  one.child.kill("SIGINT");
  one.child.kill("SIGTERM");
  expect(await one.ended).toBe(0);
  expect(readFileSync(order, "utf8")).toBe("shade\nlamp\n");
  rmSync(order);
  expect([lamp, shade].map((pid) => pid !== undefined && identifyProcess(pid))).toEqual([
    undefined,
    undefined,
  ]);
});

test("a signal more than two seconds after the first kills what does not end", async () => {
  const one = await launcherThatIsUp({ environment: { STAND_IN_STUBBORN: "yes" } });
  const shade = pidOf(one, "shade");
  one.child.kill("SIGINT");
  await until(() => one.output().includes("SIGINT: ending everything"));
  // The two seconds are the rule under test, not a wait for something to happen.
  await delay(2100);
  expect(one.child.exitCode).toBeNull();
  one.child.kill("SIGINT");
  expect(await one.ended).toBe(1);
  await until(() => identifyProcess(shade) === undefined);
});

test("a process that dies is started again, which is said and written on the board", async () => {
  const one = await launcherThatIsUp();
  const before = pidOf(one, "lamp");
  process.kill(before, "SIGKILL");
  await until(() => /lamp is back \(pid \d+\)/.test(one.output()));
  expect(one.output()).toMatch(/lamp ended \(SIGKILL\), is started again in 0\.5 s/);
  await until(() => pidOf(one, "lamp") !== before);
  expect(identifyProcess(pidOf(one, "lamp"))).toBeDefined();
});

test("a second launcher on the same data is refused with the pid of the first", async () => {
  const first = await launcherThatIsUp();
  const second = await startLauncher({ dataDirectory: first.dataDirectory });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`Another launcher (pid ${String(first.child.pid)}) already works on`);
  expect(second.output()).toContain("→ end it: kill");
  expect(identifyProcess(pidOf(first, "lamp"))).toBeDefined();
});

test("what a killed launcher left is ended at the next start, and no stranger with a remembered pid", async () => {
  const first = await launcherThatIsUp();
  const left = { lamp: pidOf(first, "lamp"), shade: pidOf(first, "shade") };
  first.child.kill("SIGKILL");
  await first.ended;
  expect(identifyProcess(left.lamp)).toBeDefined();

  const stranger = spawn("sleep", ["300"], { stdio: "ignore", detached: true });
  const identity = identifyProcess(stranger.pid ?? 0);
  const file = join(first.dataDirectory, "processes.json");
  const remembered: unknown[] = JSON.parse(readFileSync(file, "utf8"));
  const otherStart = { name: "worker", identity: { ...identity, startedAt: "another-boot:1" } };
  const otherCommand = { name: "api", identity: { ...identity, command: "node api.ts" } };
  writeFileSync(file, JSON.stringify([...remembered, otherStart, otherCommand]));

  const second = await launcherThatIsUp({ dataDirectory: first.dataDirectory, portBase: first.portBase });
  expect(second.output()).toContain(
    `ended lamp (pid ${left.lamp}), which a killed launcher had left running`,
  );
  expect(second.output()).toContain(`ended shade (pid ${left.shade})`);
  expect(identifyProcess(left.lamp)).toBeUndefined();
  expect(identifyProcess(stranger.pid ?? 0)).toEqual(identity);
  stranger.kill("SIGKILL");
});

test("a taken port is named with the one who needs it and a base that is free", async () => {
  const portBase = await freePortBase();
  const other = createServer().listen(portBase, "127.0.0.1");
  await new Promise((resolve) => {
    other.on("listening", resolve);
  });
  const one = await launcher({ portBase });
  expect(await one.ended).toBe(1);
  expect(one.output()).toContain(`Port ${portBase}, which lamp needs, is taken by another program.`);
  expect(one.output()).toMatch(/→ npm start -- --port-base \d+/);
  other.close();
});

test("--reset refuses a folder that is not ours and touches nothing in it", async () => {
  const folder = privateFolder();
  writeFileSync(join(folder, "diploma.txt"), "years of work");
  const one = await launcher({ dataDirectory: folder, flags: ["--reset"] });
  expect(await one.ended).toBe(1);
  expect(one.output()).toContain("holds files that are not ours (diploma.txt");
  expect(readdirSync(folder)).toEqual(["diploma.txt"]);
});

test("--reset begins anew in our own folder and keeps fetched programs", async () => {
  const first = await launcherThatIsUp({ flags: ["--no-story"] });
  const secrets = readFileSync(join(first.dataDirectory, "secrets.json"), "utf8");
  expect(statSync(join(first.dataDirectory, "secrets.json")).mode & 0o777).toBe(0o600);
  mkdirSync(join(first.dataDirectory, "bin"));
  writeFileSync(join(first.dataDirectory, "bin", "temporal"), "");
  first.child.kill("SIGTERM");
  await first.ended;
  const second = await launcherThatIsUp({
    dataDirectory: first.dataDirectory,
    flags: ["--reset", "--no-story"],
  });
  expect(readFileSync(join(second.dataDirectory, "secrets.json"), "utf8")).not.toBe(secrets);
  expect(existsSync(join(second.dataDirectory, "bin", "temporal"))).toBe(true);
});

test("a mistyped flag gets a kind word", async () => {
  const one = await launcher({ flags: ["--prot-base", "1"] });
  expect(await one.ended).toBe(1);
  expect(one.output()).toContain("--prot-base");
  expect(one.output()).toContain("→ npm start -- --help");
});
