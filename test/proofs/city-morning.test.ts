import { expect, test } from "vitest";
import { cityMorning } from "../../scripts/proofs/city-morning/city-morning.ts";
import { judgeRuns } from "../../scripts/proofs/city-morning/verdict.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { startTestWorld } from "../support/proof-world.ts";

test("a morning of bills for a city starts exactly the workflows that its people want, each once, though workers are killed", async () => {
  const { violations, result } = await cityMorning.run({
    seed: 1,
    sizes: cityMorning.sizes.small,
    say: () => undefined,
    needs: startTestWorld,
  });
  expect(violations.length, wordsOf(violations, "npm run prove -- city-morning --size small")).toBe(0);
  expect(result).toMatchObject({ bills: 4_000, expected: 400, workflows: { payment: 200, bill: 200 } });
}, 120_000);

test("the judge of a morning sees a bill forgotten, told twice, told the wrong way, and a workflow of nothing", () => {
  const sent = [
    { account: "1", period: "2026-11", wish: "payment" },
    { account: "2", period: "2026-11", wish: "bill" },
    { account: "3", period: "2026-11", wish: "nothing" },
  ] as const;
  const subjects = new Map([
    ["payment/a", { account: "1", period: "2026-11" }],
    ["payment/b", { account: "1", period: "2026-11" }],
    ["bill/c", { account: "2", period: "2026-11" }],
    ["bill/d", { account: "3", period: "2026-11" }],
  ]);
  const invariantsOf = (...ids: readonly string[]) => {
    const runs = ids.map((workflowId) => ({ workflowId, type: workflowId.split("/")[0] ?? "" }));
    return judgeRuns({ seed: 1, sent, subjects, runs }).map(({ invariant }) => invariant);
  };
  expect(invariantsOf("payment/a", "bill/c")).toEqual([]);
  expect(invariantsOf("payment/a")).toEqual(["no bill is forgotten"]);
  expect(invariantsOf("payment/a", "payment/b", "bill/c")).toEqual(["one bill starts one workflow, once"]);
  expect(invariantsOf("payment/a", "bill/c", "bill/c")).toEqual(["one bill starts one workflow, once"]);
  expect(invariantsOf("payment/a", "bill/c", "bill/d")).toEqual(["a bill starts what its people want"]);
  expect(invariantsOf("payment/a", "bill/c", "bill/stranger")).toEqual([
    "a bill starts what its people want",
  ]);
});
