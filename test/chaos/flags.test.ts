import { describe, expect, test } from "vitest";
import { FailureWithWaysOut } from "../../processes/dev/way-out.ts";
import { commandOf, readFlags } from "./flags.ts";

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
    "",
    "--drill --temporal postgres",
    "--seed 101 --minutes 0.5 --rate 1.5 --payers 60 --day-ms 9000 --no-faults",
    "--mutant silence-is-a-decline",
  ])("the command that a failed run is repeated with asks for the same: %j", (asked) => {
    const options = readFlags(asked === "" ? [] : asked.split(" "));
    const [, given = ""] = commandOf(options).split("npm run chaos -- ");
    expect(readFlags(given.split(" "))).toEqual(options);
    // also what was not given: the defaults of another day may be others
    for (const flag of ["--seed", "--minutes", "--rate", "--payers", "--day-ms", "--temporal"])
      expect(given).toContain(`${flag} `);
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
