import { describe, expect, test } from "vitest";
import { FailureWithWaysOut } from "../../processes/dev/way-out.ts";
import { readFlags } from "./flags.ts";

describe("the command line of a run", () => {
  test("says what it does where nothing is asked for", () => {
    expect(readFlags([])).toMatchObject({
      seed: 1,
      minutes: 5,
      temporal: "dev",
      faults: true,
      record: false,
    });
  });

  test.each([
    ["--minutes", "soon"],
    ["--minutes", "0"],
    ["--seed", "1.5"],
    ["--port-base", "70000"],
    ["--temporal", "cassandra"],
    ["--nonsense", "1"],
  ])("refuses %s %s with a way out", (...args) => {
    expect(() => readFlags(args)).toThrow(FailureWithWaysOut);
  });
});
