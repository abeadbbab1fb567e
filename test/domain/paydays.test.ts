import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, dateOfDayNumber, partsOf, weekdayOf } from "../../domain/calendar.ts";
import { nextPayday, ownPayday, PAYDAYS, workingDayUpTo } from "../../domain/paydays.ts";

const anyDay = fc.integer({ min: 20_000, max: 25_000 }).map(dateOfDayNumber);

test("the next payday is a working day ahead, at most two days before a day of the table, and there is none between", () => {
  fc.assert(
    fc.property(anyDay, (today) => {
      const payday = nextPayday(today);
      if (payday === undefined) throw new Error("the table has a payday in every month");
      expect(payday > today).toBe(true);
      expect(weekdayOf(payday)).toBeLessThanOrEqual(5);
      const named = [0, 1, 2].map((ahead) => addDays(payday, ahead));
      expect(named.some((day) => PAYDAYS.some((one) => one === partsOf(day).day))).toBe(true);
      for (let day = addDays(today, 1); day < payday; day = addDays(day, 1)) {
        const moved = [0, 1, 2]
          .map((ahead) => addDays(day, ahead))
          .filter((one) => workingDayUpTo(one) === day);
        expect(moved.some((one) => PAYDAYS.some((table) => table === partsOf(one).day))).toBe(false);
      }
    }),
  );
});

test("a payday on a weekend is paid on the Friday before it", () => {
  expect(nextPayday("2026-04-02")).toBe("2026-04-03"); // the 5th is a Sunday
  expect(nextPayday("2026-04-03")).toBe("2026-04-10");
  expect(nextPayday("2026-01-31", [31])).toBe("2026-03-31"); // February has no 31st
});

test("a payer's own payday is the day with most successes, once three are known", () => {
  const on = (...days: readonly number[]) =>
    days.map((day, n) => `2026-0${n + 1}-${String(day).padStart(2, "0")}`);
  expect(ownPayday([])).toBeUndefined();
  expect(ownPayday(on(7, 7, 12))).toBeUndefined();
  expect(ownPayday(on(7, 7, 12, 7))).toBe(7);
  expect(ownPayday(on(15, 7, 15, 7, 7, 15))).toBe(7);
});
