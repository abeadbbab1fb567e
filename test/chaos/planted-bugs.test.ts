import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { type Mutant, MUTANTS, planted } from "./mutants/list.ts";

const ofThisTrack = MUTANTS.filter(({ track }) => track === "A");

function simulateWith({ name }: Mutant) {
  const begun = performance.now();
  const ran = spawnSync(
    process.execPath,
    [
      "--import",
      "tsx",
      "scripts/simulate-payments.ts",
      "--mutant",
      name,
      "--seconds",
      "60",
      "--seed",
      "7",
      "--json",
    ],
    { encoding: "utf8", timeout: 90_000 },
  );
  return { ...ran, seconds: (performance.now() - begun) / 1_000 };
}

test.each(ofThisTrack)(
  "the simulation finds $name within a minute, by the right invariant",
  (mutant) => {
    const { status, stdout, stderr, seconds } = simulateWith(mutant);
    expect(status, stderr).toBe(1);
    const { result, failures } = JSON.parse(stdout);
    const broken = Object.keys(result.broken).filter((name) => result.broken[name] > 0);
    expect(
      mutant.invariants.some((name) => broken.includes(name)),
      `broken: ${broken.join(", ")}`,
    ).toBe(true);
    // what is left of the story is short enough to be read
    expect(
      Math.min(...failures.map((failure: { operations: unknown[] }) => failure.operations.length)),
    ).toBeLessThan(10);
    expect(seconds).toBeLessThan(75);
    process.stdout.write(
      `${mutant.name}: ${broken.join(", ")} after ${result.payments} payments, ${seconds.toFixed(1)} s\n`,
    );
  },
  100_000,
);

test("a mutant whose passage is gone, or there twice, is no mutant", () => {
  const mutant = {
    name: "any",
    invariants: [],
    track: "A",
    file: "a.ts",
    passage: "x",
    instead: "y",
  } as const;
  expect(planted(mutant, "a x b")).toBe("a y b");
  expect(() => planted(mutant, "a b")).toThrow("occurs 0 times");
  expect(() => planted(mutant, "x x")).toThrow("occurs 2 times");
});
