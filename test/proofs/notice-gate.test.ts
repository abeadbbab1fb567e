import { afterAll, beforeAll, expect, test } from "vitest";
import { MUTANTS } from "../../scripts/proofs/notice-gate/model.ts";
import { noticeGate } from "../../scripts/proofs/notice-gate/notice-gate.ts";
import { proveOnDatabase } from "../../scripts/proofs/notice-gate/on-database.ts";
import { provePure } from "../../scripts/proofs/notice-gate/pure.ts";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { type MoneyCore, openMoneyCore } from "../db/support/money-core.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(4);
});
afterAll(() => core.close());

test("no debit without a valid notice, none that differs from it: pure model and tables agree on every step", async () => {
  const { violations, result } = await noticeGate.run({
    seed: 3,
    sizes: noticeGate.sizes.small,
    say: () => undefined,
    needs: (work) => work(core),
  });
  expect(violations.length, wordsOf(violations, "npm run prove -- notice-gate --size small")).toBe(0);
  // the cases come through the narrow places, else nothing was proved
  expect(result["pure"]).toMatchObject({ cases: 4_000 });
  const { debits, onFirstClock } = result["pure"] as Readonly<Record<string, number>>;
  expect(debits).toBeGreaterThan(400);
  expect(onFirstClock).toBeGreaterThan(10);
  expect((result["database"] as Readonly<Record<string, number>>)["debits"]).toBeGreaterThan(2);
}, 120_000);

test.each(MUTANTS)(
  "the payer complains of a gate that %s, and the tables contradict it: agreement is no accident",
  async (mutant) => {
    const [complaint] = provePure({ seed: 1, cases: 6_000, mutant }).violations;
    expect(complaint?.invariant).toContain("no debit without a valid notice");
    const order = { seed: complaint?.seed ?? 0, cases: 1, mutant, say: () => undefined };
    expect((await proveOnDatabase(core, order)).violations).toHaveLength(1);
  },
);
