import { describe, expect, test } from "vitest";
import { hunt } from "./hunt.ts";
import { readRegressions } from "./regressions.ts";
import { targets } from "./targets/all.ts";

const regressions = await readRegressions();
const seed = 1;

describe("an input that once broke a parser", () => {
  test.each(regressions)("$name breaks it no more", async ({ target, input }) => {
    const parser = targets.find(({ name }) => name === target);
    expect(parser, `no parser is called ${target}`).toBeDefined();
    await parser?.run(input);
  });
});

test.each(targets)("every sample of $name is read as it should be", async ({ samples, run }) => {
  for (const sample of samples()) await run(sample);
});

test.each(["payment-qr", "gis-gmp", "yookassa-notification", "registry-file"])(
  "whatever is sent to %s, it answers in time, with what it declares",
  async (target) => {
    const { findlings, inputs, grownMib } = await hunt({ target, seed, seconds: 20, mostInputs: 300 });
    expect(findlings).toEqual([]);
    expect(inputs).toBeGreaterThan(50);
    expect(grownMib).toBeLessThanOrEqual(100);
  },
);

test("the fuzzer sees a parser that throws, one that breaks its word and one that never ends, and names the input", async () => {
  const of = async (target: string) => (await hunt({ target, seed, seconds: 20, mostInputs: 500 })).findlings;
  const [thrown] = await of("wrong-throws");
  expect(thrown?.why).toContain("RangeError");
  expect(Buffer.from(thrown?.base64 ?? "", "base64").toString()).toContain("!");
  const [stuck] = await of("wrong-hangs");
  expect(stuck?.why).toContain("does not end");
});
