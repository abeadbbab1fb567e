import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  identifyProcess,
  isStillRunning,
  type ProcessIdentity,
} from "../../../processes/dev/process-identity.ts";

const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], {
  stdio: ["pipe", "ignore", "ignore"],
});
let identity: ProcessIdentity;
beforeAll(() => {
  const found = identifyProcess(child.pid ?? 0);
  if (found === undefined) throw new Error("the child is gone");
  identity = found;
});
afterAll(() => {
  child.stdin.end();
});

test.each<[string, Partial<ProcessIdentity> & { readonly wrapped?: string }, boolean]>([
  ["as it was", {}, true],
  ["when it was a wrapper that has become its last arguments", { wrapped: "unshare --user " }, true],
  ["when it was seen in the moment between the two", { command: "" }, true],
  ["not when another program has its pid", { command: "another program" }, false],
  ["not when the moment of start is another", { startedAt: "another-boot:1", command: "" }, false],
])("a process is recognised %s", (_when, { wrapped = "", ...change }, expected) => {
  expect(isStillRunning({ ...identity, command: wrapped + identity.command, ...change })).toBe(expected);
});
