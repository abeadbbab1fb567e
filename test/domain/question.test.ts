import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { questionDeadline } from "../../domain/question.ts";
import { isUnusual, usualAmount } from "../../domain/usual-amount.ts";

const HOUR = 3_600_000;
const start = Date.parse("2026-03-03T09:00:00.000Z");
const iso = (ms: number) => new Date(ms).toISOString();

describe("the deadline of a question", () => {
  test("is ahead, gives the payer at least an hour, and leaves a day to pay by hand wherever a bill gives time for both", () => {
    const hours = fc.integer({ min: -2_000, max: 5_000 });
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: 500 }), (safeIn, lead) => {
        const at = {
          now: iso(start),
          notBefore: iso(start + lead * HOUR),
          lastSafe: iso(start + safeIn * HOUR),
        };
        const deadline = Date.parse(questionDeadline(at));
        expect(deadline - start).toBeGreaterThanOrEqual(HOUR);
        if (safeIn >= Math.max(lead, 24) + 24) expect(deadline).toBe(start + (safeIn - 24) * HOUR);
        if (safeIn >= 2) expect(deadline).toBeLessThan(start + safeIn * HOUR);
      }),
    );
  });

  test.each([
    ["three weeks", 21 * 24, 12, 20 * 24],
    ["less than the notice of its pack and a day", 15 * 24, 14 * 24 + 1, (15 * 24) / 2],
    ["a day and a half", 36, 12, 18],
    ["nothing", -5, 12, 24],
  ])("of a bill that leaves %s", (_name, safeIn, lead, waits) => {
    const at = { now: iso(start), notBefore: iso(start + lead * HOUR), lastSafe: iso(start + safeIn * HOUR) };
    expect(questionDeadline(at)).toBe(iso(start + waits * HOUR));
  });
});

describe("the usual sum", () => {
  const sums = fc.array(fc.integer({ min: 1, max: 10_000_000_000 }), { maxLength: 12 });

  test("needs three known payments, looks at the last six, and does not depend on their order", () => {
    fc.assert(
      fc.property(sums, (recent) => {
        const usual = usualAmount(recent);
        expect(usual === null).toBe(recent.length < 3);
        const six = recent.slice(0, 6);
        expect(usualAmount([...six].reverse())).toBe(usual);
        if (usual === null) return;
        expect(six.filter((sum) => sum <= usual).length).toBeGreaterThanOrEqual(Math.floor(six.length / 2));
        expect(six.filter((sum) => sum >= usual).length).toBeGreaterThanOrEqual(Math.floor(six.length / 2));
        expect(usual).toBeGreaterThanOrEqual(Math.min(...six));
        expect(usual).toBeLessThanOrEqual(Math.max(...six));
      }),
    );
  });

  test.each([
    [[100, 200, 300], 200],
    [[500, 100, 200, 300], 250],
    [[1, 1, 1, 9, 9, 9, 9, 9], 5],
    [[100, 200], null],
  ])("of %j is %s", (recent, usual) => expect(usualAmount(recent)).toBe(usual));

  test("one kopeck over 130 % is unusual, 130 % is not, also at the largest sums", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 69_000_000_000_000 }), (tens) => {
        const usual = tens * 10;
        expect(isUnusual(tens * 13, usual)).toBe(false);
        expect(isUnusual(tens * 13 + 1, usual)).toBe(true);
      }),
    );
  });
});
