import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CARD_CAPS, cardBudget, type CountedTry, RAIL_CAPS, railAllows } from "../../domain/card-budget.ts";
import { brokenCaps, type Sent } from "./retry-budget-oracle.ts";
import { simulateRetryBudgets } from "./retry-budget-model.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 100 * DAY;
const tries = (count: number, ageMs: number, change: Partial<CountedTry> = {}): CountedTry[] =>
  Array.from({ length: count }, () => ({
    sentAtMs: NOW - ageMs,
    initiatedBy: "mit",
    amountMinor: 100,
    undecided: false,
    ...change,
  }));
const next = { atMs: NOW, initiatedBy: "mit", amountMinor: 100, network: "mir" } as const;

describe("a card's budget", () => {
  test("two declined debits a day, eight in thirty days; what is older is forgotten", () => {
    expect(cardBudget(tries(1, HOUR), next)).toEqual({ room: true });
    expect(cardBudget(tries(2, HOUR), next)).toMatchObject({ room: false, untilMs: NOW - HOUR + DAY });
    expect(cardBudget(tries(2, DAY), next)).toEqual({ room: true });
    expect(cardBudget(tries(8, 20 * DAY), next)).toMatchObject({ room: false, cap: { whenFull: "ask" } });
    expect(cardBudget(tries(8, 30 * DAY), next)).toEqual({ room: true });
  });

  test("what is under way takes room, and nobody is sent away for a day because of it", () => {
    const busy = cardBudget(tries(2, HOUR, { undecided: true }), next);
    expect(busy).toMatchObject({ room: false, untilMs: null });
    expect(cardBudget([...tries(1, HOUR), ...tries(1, HOUR, { undecided: true })], next)).toMatchObject({
      untilMs: null,
    });
  });

  test("the payer's own tries have a budget of their own, and both together the network's", () => {
    const own = { ...next, initiatedBy: "cit" } as const;
    expect(cardBudget(tries(2, HOUR), own)).toEqual({ room: true });
    expect(cardBudget(tries(5, HOUR, { initiatedBy: "cit" }), own)).toMatchObject({
      cap: { name: "ours-cit-day" },
    });
    const older = tries(20, 10 * DAY, { initiatedBy: "cit" });
    expect(cardBudget(older, { ...own, network: "visa" })).toMatchObject({ cap: { name: "visa-30-days" } });
    expect(cardBudget(older, { ...own, network: "visa", amountMinor: 101 })).toEqual({ room: true });
    expect(cardBudget(older, { ...own, network: "mastercard" })).toEqual({ room: true });
  });

  test("ours are far below the networks'", () => {
    const most = Math.max(
      ...CARD_CAPS.filter((cap) => "initiatedBy" in cap && cap.initiatedBy === "mit").map((cap) => cap.most),
    );
    expect(most).toBeLessThan(
      Math.min(...CARD_CAPS.filter((cap) => "network" in cap).map((cap) => cap.most)),
    );
  });
});

describe("rails without an adapter yet", () => {
  test("UPI: one debit and three more; Pix: three in seven days; SEPA: two", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("upi", "pix", "sepa"),
        fc.array(fc.nat({ max: 20 }), { maxLength: 8 }),
        (rail, ages) => {
          const counted = rail === "pix" ? ages.filter((age) => age < 7) : ages;
          const allowed = railAllows(
            rail,
            ages.map((age) => NOW - age * DAY),
            NOW,
          );
          expect(allowed).toBe(counted.length < { upi: 4, pix: 3, sepa: 2 }[rail]);
        },
      ),
    );
    expect(RAIL_CAPS.upi.most).toBe(1 + 3);
  });
});

describe("random declines over shared cards", () => {
  test("break no cap, try no forbidden card and wait as long as the network asks", () => {
    const seed = Number(process.env["KVITOK_RACE_SEED"] ?? Date.now() % 1_000_000);
    const { sent, heldBack, broken } = simulateRetryBudgets({ seed, count: 1_000 });
    expect(broken).toEqual([]);
    expect(sent).toBeGreaterThan(5_000);
    expect(heldBack).toBeGreaterThan(500);
  });

  test("the same seed does the same", () => {
    expect(simulateRetryBudgets({ seed: 7, count: 20 })).toEqual(
      simulateRetryBudgets({ seed: 7, count: 20 }),
    );
  });

  test("and the judge sees a third debit of the day, a forbidden card and a hurried try", () => {
    const sent = (atMs: number, advice = {}): Sent => ({
      card: 0,
      network: "mir",
      atMs,
      initiatedBy: "mit",
      amountMinor: 100,
      payment: 0,
      method: 0,
      end: { how: "declined", reason: "do_not_honor", advice, atMs },
    });
    expect(brokenCaps([sent(0), sent(HOUR), sent(2 * HOUR)])).toHaveLength(1);
    expect(brokenCaps([sent(0, { networkAdviceCode: "03" }), sent(2 * DAY)])).toHaveLength(1);
    expect(brokenCaps([sent(0, { networkAdviceCode: "26" }), sent(DAY)])).toHaveLength(1);
    expect(brokenCaps([sent(0), sent(DAY), sent(2 * DAY)])).toEqual([]);
  });
});
