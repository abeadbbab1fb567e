import { expect, test } from "vitest";
import { wordsOf } from "../../scripts/proofs/proof.ts";
import { type Books, judgeBooks } from "../../scripts/proofs/simulation/judge.ts";
import { bytesOf, type Outcome } from "../../scripts/proofs/simulation/outcomes.ts";
import { CITY, liveYear } from "../../scripts/proofs/simulation/simulation.ts";
import { planTown } from "../../scripts/proofs/simulation/town-plan.ts";
import { planYear } from "../../scripts/proofs/simulation/year-plan.ts";
import { startTestWorld } from "../support/proof-world.ts";

async function live(seed: number, days: number) {
  const world = await startTestWorld(CITY);
  try {
    return await liveYear({ world, actions: null }, { seed, residents: 1, days, say: () => undefined });
  } finally {
    await world.close();
  }
}

test("one seed lives the same days twice: the same list byte for byte, a balanced ledger, a bank that took each debt once", async () => {
  const [first, second] = await Promise.all([live(7, 8), live(7, 8)]);
  for (const { findings } of [first, second])
    expect(findings.violations.length, wordsOf(findings.violations, "npm run simulate -- --seed 7")).toBe(0);
  expect(bytesOf(second.outcomes)).toBe(bytesOf(first.outcomes));
  // days on which nothing was paid would prove nothing
  expect(Number(first.findings.result["debits"])).toBeGreaterThan(5);
  expect(first.outcomes.filter(({ outcome }) => outcome !== "paid").length).toBeGreaterThan(1);
}, 600_000);

const billers = ["housing", "charity", "transport", "traffic-fine"].map((category) => ({
  id: `${category}-1`,
  category,
  source: category === "traffic-fine" ? "gis-gmp" : "push",
  takesOwnSums: category === "charity" || category === "transport",
  tellsBalances: category === "transport",
}));

test("the year outside is the seed's alone: another seed is another year, and every category has its household", () => {
  const plan = (seed: number) =>
    planYear({ seed, days: 365, town: planTown({ seed, households: 2, billers }) });
  expect(plan(3)).toEqual(plan(3));
  expect(plan(3)).not.toEqual(plan(4));
  expect(new Set(plan(3).map(({ of }) => of.biller.category)).size).toBeGreaterThan(2);
  expect(planTown({ seed: 3, households: 2, billers }).map(({ biller }) => biller.category)).toEqual([
    ...billers.map(({ category }) => category),
    ...billers.map(({ category }) => category),
  ]);
});

const taken = {
  chargeId: "KV-1-1",
  bill: "housing-1/1/2026-01",
  amountMinor: 100,
  refundedMinor: 0,
  paidOn: "2026-01-12",
  zone: "Europe/Moscow",
  bookedMinor: 100,
  bookedBackMinor: 0,
};
const books: Books = {
  debits: [{ chargeId: "KV-1-1", amountMinor: 100, at: "2026-01-11T22:00:00.000Z" }],
  givenBackMinor: 0,
  taken: [taken],
  unbalanced: [],
};
const paid: Outcome = {
  bill: taken.bill,
  outcome: "paid",
  debitOn: "2026-01-12",
  amountMinor: 100,
  reason: "charged",
};
const about = { seed: 1, outcomes: [paid], told: [taken.bill], seen: { declined: 1 } };
const judge = (change: Partial<Books>, other: Partial<typeof about> = {}) =>
  judgeBooks({ ...books, ...change }, { ...about, ...other }).map(({ invariant }) => invariant);

test("books that agree break no rule", () => {
  expect(judge({})).toEqual([]);
});

test.each<readonly [string, Partial<Books>, Partial<typeof about>]>([
  ["the bank took what the rows say, on that day, once", { debits: [...books.debits, ...books.debits] }, {}],
  [
    "the bank took what the rows say, on that day, once",
    { debits: books.debits.map((debit) => ({ ...debit, at: "2026-01-12T22:00:00.000Z" })) },
    {},
  ],
  [
    "the bank took nothing that the rows do not know",
    { debits: [...books.debits, { chargeId: "KV-2-1", amountMinor: 1, at: "2026-01-11T22:00:00.000Z" }] },
    {},
  ],
  ["the ledger balances", { unbalanced: ["transaction 1: 2 against 1"] }, {}],
  ["the ledger books each debit and each refund whole", { taken: [{ ...taken, bookedMinor: 99 }] }, {}],
  ["the bank gave back what the rows say", { givenBackMinor: 1 }, {}],
  [
    "each debit stands in the list with its day and its sum",
    {},
    { outcomes: [{ ...paid, amountMinor: 99 }] },
  ],
  [
    "each debit stands in the list with its day and its sum",
    {},
    { outcomes: [{ ...paid, debitOn: "2026-01-13" }] },
  ],
  ["nothing is left undecided", {}, { outcomes: [paid, { ...paid, outcome: "charging", debitOn: null }] }],
  ["no bill is forgotten", {}, { told: [taken.bill, "housing-1/1/2026-02"] }],
  ["there was some of everything", {}, { seen: { declined: 0 } }],
])("the judge sees what is planted: %s", (invariant, change, other) => {
  expect(judge(change, other)).toEqual([invariant]);
});

test("a bill that was debited by two charges is seen, though the bank agrees with both", () => {
  const again = { ...taken, chargeId: "KV-2-1" };
  const debits = ["KV-1-1", "KV-2-1"].map((chargeId) => ({ ...books.debits[0]!, chargeId }));
  expect(judge({ taken: [taken, again], debits })).toEqual(["each bill is debited once at most"]);
});
