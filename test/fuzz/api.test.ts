import { describe, expect, test } from "vitest";
import { fuzzApi } from "../../scripts/proofs/fuzz-api/fuzz-api.ts";
import { REQUIREMENTS } from "../../scripts/proofs/fuzz-api/schemathesis.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { startTestWorld } from "../support/proof-world.ts";
import { pythonForTest } from "../support/python.ts";

const python = await pythonForTest({
  name: "schemathesis",
  requirements: REQUIREMENTS,
  what: "Schemathesis",
});

describe.skipIf("missing" in python)("whatever is sent to the API", () => {
  test("is answered as the document says, and never with 5xx", async () => {
    if ("missing" in python) return;
    const said: string[] = [];
    const { violations, result } = await fuzzApi.run({
      seed: 1,
      sizes: fuzzApi.sizes.small,
      say: (line) => said.push(line),
      needs: {
        programs: python.programs,
        async inWorld(options, work) {
          const world = await startTestWorld(options);
          try {
            return await work(world);
          } finally {
            await world.close();
          }
        },
      },
    });
    expect(violations.length, `${wordsOf(violations, "npm run fuzz:api")}\n${said.join("\n")}`).toBe(0);
    expect(Number(result["requests"])).toBeGreaterThanOrEqual(2_000);
  }, 300_000);
});
