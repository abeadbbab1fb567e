import { expect, test } from "vitest";
import { readFlags } from "../../../processes/dev/flags.ts";
import { complaintAboutNode } from "../../../processes/dev/node-version.ts";
import { portsFrom } from "../../../processes/dev/ports.ts";

test("without flags the launcher uses .kvitok and ports from 4600", () => {
  expect(readFlags([])).toMatchObject({
    dataDirectory: expect.stringMatching(/\/\.kvitok$/),
    portBase: 4600,
    boardFile: undefined,
    story: true,
    quiet: false,
    reset: false,
  });
});

test("a port base that leaves no room for all ports is refused", () => {
  for (const wrong of ["0", "1023", "65522", "4600.5", "many"]) {
    expect(() => readFlags(["--port-base", wrong])).toThrow(wrong);
  }
  expect(readFlags(["--port-base", "65521"]).portBase).toBe(65_521);
});

test("the fifteen ports keep the order that other programs rely on", () => {
  const names = ["api", "temporal", "temporalUi", "codec", "bank", "smtp", "mailbox", "identity", "postgres"];
  const more = ["temporalMetrics", "worker", "city", "temporalHttp", "registry", "push"];
  expect(Object.entries(portsFrom(4600))).toEqual(
    [...names, ...more].map((name, offset) => [name, 4600 + offset]),
  );
});

test("an old Node gets a kind word, a sufficient one none", () => {
  for (const old of ["v18.20.0", "v20.18.3"]) expect(complaintAboutNode(old)).toContain("20.19 or newer");
  for (const good of ["v20.19.0", "v20.20.2", "v24.1.0"]) expect(complaintAboutNode(good)).toBeUndefined();
});
