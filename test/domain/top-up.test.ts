import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { money } from "../../domain/money.ts";
import { decideTopUp, type LastTopUp, type TopUpFacts } from "../../domain/top-up.ts";
import type { OnBalance } from "../../domain/trigger.ts";

const rub = (amountMinor: number) => money(amountMinor, "RUB");
const TRIGGER: OnBalance = {
  kind: "on-balance",
  below: rub(10_000),
  topUp: rub(30_000),
  perDay: rub(60_000),
  coolDownMinutes: 60,
};
const over = (endedAt: string, biller: Extract<LastTopUp, { state: "over" }>["biller"]): LastTopUp => ({
  state: "over",
  endedAt,
  biller,
});
const FACTS: TopUpFacts = {
  now: "2027-03-02T12:00:00Z",
  reading: { balance: rub(9_999), at: "2027-03-02T11:59:00Z" },
  today: rub(0),
  last: null,
};

describe("a balance that was read", () => {
  test.each<readonly [string, Partial<TopUpFacts>, object]>([
    ["below the sum: topped up", {}, { do: "top-up", amount: rub(30_000) }],
    ["below zero: topped up", { reading: { ...FACTS.reading, balance: rub(-5_000) } }, { do: "top-up" }],
    ["at the sum: enough", { reading: { ...FACTS.reading, balance: rub(10_000) } }, { why: "enough" }],
    ["in another currency", { reading: { ...FACTS.reading, balance: money(1, "EUR") } }, { why: "currency" }],
    [
      "of tomorrow",
      { reading: { ...FACTS.reading, at: "2027-03-03T12:00:00Z" } },
      { why: "reading-ahead-of-time" },
    ],
    [
      "by a clock that is half a minute ahead",
      { reading: { ...FACTS.reading, at: "2027-03-02T12:00:30Z" } },
      { do: "top-up" },
    ],
    [
      "of the day before",
      { reading: { ...FACTS.reading, at: "2027-03-01T11:59:00Z" } },
      { why: "reading-too-old" },
    ],
    ["while a top-up is under way", { last: { state: "under-way" } }, { why: "under-way" }],
    [
      "before the biller has confirmed the last one",
      { last: over("2027-03-02T09:00:00Z", "awaited") },
      { why: "biller-has-not-confirmed" },
    ],
    [
      "at the very instant of the biller's word",
      { last: over("2027-03-02T09:00:00Z", { saidAt: "2027-03-02T11:59:00Z" }) },
      { why: "reading-before-last-top-up" },
    ],
    [
      "before the last one ended, at a biller without a word",
      { last: over("2027-03-02T11:59:30Z", "none") },
      { why: "reading-before-last-top-up" },
    ],
    [
      "within the cool-down",
      { last: over("2027-03-02T11:00:01Z", "none") },
      { why: "cool-down", until: "2027-03-02T12:00:01.000Z" },
    ],
    ["when the cool-down is over", { last: over("2027-03-02T11:00:00Z", "none") }, { do: "top-up" }],
    ["with room for one more today", { today: rub(30_000) }, { do: "top-up" }],
    ["with room for less than one today: nothing, not a part", { today: rub(30_001) }, { why: "daily-cap" }],
  ])("%s", (_name, change, expected) => {
    expect(decideTopUp(TRIGGER, { ...FACTS, ...change })).toMatchObject(expected);
  });
});

/** A biller whose balance shows a top-up late, or before its word about it, and a meter that eats the money. */
const story = fc.array(
  fc.record({
    waitMinutes: fc.integer({ min: 1, max: 400 }),
    eats: fc.integer({ min: 0, max: 25_000 }),
    lagMinutes: fc.integer({ min: 0, max: 300 }),
    wordMinutes: fc.integer({ min: 0, max: 300 }),
    paid: fc.boolean(),
  }),
  { minLength: 20, maxLength: 80 },
);

test("over any story of a lagging balance: one at a time, never above the day's cap, never within the cool-down, never twice for one shortage", () => {
  let topUps = 0;
  fc.assert(
    fc.property(story, (steps) => {
      const done: { at: number; endedAt: number; paid: boolean; seenAt: number; saidAt: number }[] = [];
      let [now, eaten] = [Date.parse("2027-03-01T00:00:00Z"), 0];
      for (const step of steps) {
        now += step.waitMinutes * 60_000;
        eaten += step.eats;
        const arrived = done.filter(({ paid, seenAt }) => paid && seenAt <= now).length;
        const balance = 20_000 - eaten + arrived * 30_000;
        const today = done.filter(({ at, paid }) => paid && isoDay(at) === isoDay(now)).length * 30_000;
        const decision = decideTopUp(TRIGGER, {
          now: new Date(now).toISOString(),
          reading: { balance: rub(balance), at: new Date(now).toISOString() },
          today: rub(today),
          last: lastOf(done, now),
        });
        if (decision.do !== "top-up") continue;
        topUps += 1;
        const before = done.at(-1);
        if (before !== undefined) expect(now - before.endedAt).toBeGreaterThanOrEqual(60 * 60_000);
        expect(today + 30_000).toBeLessThanOrEqual(60_000);
        // what the biller was paid and has confirmed is in the balance that was read
        expect(done.every(({ paid, saidAt }) => !paid || saidAt < now)).toBe(true);
        expect(balance).toBeLessThan(10_000);
        const endedAt = now + 60_000;
        const saidAt = endedAt + Math.max(step.wordMinutes, step.lagMinutes) * 60_000;
        done.push({ at: now, endedAt, paid: step.paid, seenAt: endedAt + step.lagMinutes * 60_000, saidAt });
      }
    }),
    { numRuns: 500 },
  );
  expect(topUps).toBeGreaterThan(1_000);
});

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function lastOf(
  done: readonly { endedAt: number; paid: boolean; saidAt: number }[],
  now: number,
): LastTopUp | null {
  const last = done.at(-1);
  if (last === undefined) return null;
  if (last.endedAt > now) return { state: "under-way" };
  const endedAt = new Date(last.endedAt).toISOString();
  if (!last.paid) return over(endedAt, "none");
  return over(endedAt, last.saidAt <= now ? { saidAt: new Date(last.saidAt).toISOString() } : "awaited");
}
