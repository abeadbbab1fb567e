import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, dateOfDayNumber } from "../../domain/calendar.ts";
import {
  debitWindow,
  isAtLeastAsCareful,
  isNoticePackName,
  isWithinHours,
  lastNoticeDay,
  mayUsePack,
  NOTICE_PACKS,
} from "../../domain/notice-policy.ts";

const anyDay = fc.integer({ min: 20_000, max: 25_000 }).map(dateOfDayNumber);

describe("the RU pack", () => {
  test("a debit is never on the day of its notice, and never before the planned day", () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -10, max: 40 }), (acceptedOn, ahead) => {
        const plannedDay = addDays(acceptedOn, ahead);
        const window = debitWindow(NOTICE_PACKS.RU, { acceptedOn, plannedDay });
        expect(window.opens.date > acceptedOn).toBe(true);
        expect(window.opens.date >= plannedDay).toBe(true);
        expect(window.leadSeconds).toBe(12 * 3600);
        expect(window.closes).toEqual({ date: addDays(window.opens.date, 1), time: "22:00" });
      }),
    );
  });

  test("a notice on the last possible day keeps the planned day", () => {
    fc.assert(
      fc.property(anyDay, (plannedDay) => {
        const acceptedOn = lastNoticeDay(NOTICE_PACKS.RU, plannedDay);
        expect(debitWindow(NOTICE_PACKS.RU, { acceptedOn, plannedDay }).opens.date).toBe(plannedDay);
      }),
    );
  });

  test("debits only from 08:00 to 22:00", () => {
    const at = (time: string) => isWithinHours(NOTICE_PACKS.RU, time);
    expect([at("07:59:59"), at("08:00"), at("21:59:59"), at("22:00")]).toEqual([false, true, true, false]);
  });
});

describe("the demo pack", () => {
  test("leads by seconds through the same rules, at any hour", () => {
    const window = debitWindow(NOTICE_PACKS.demo, { acceptedOn: "2026-03-01", plannedDay: "2026-03-01" });
    expect(window).toEqual({
      opens: { date: "2026-03-01", time: "00:00" },
      leadSeconds: 3,
      closes: { afterOpeningSeconds: 86_400 },
      hours: { from: "00:00", to: "24:00" },
    });
    expect(isWithinHours(NOTICE_PACKS.demo, "23:59:59")).toBe(true);
  });

  test("is refused where the money is real", () => {
    expect(mayUsePack(NOTICE_PACKS.demo, { livemode: true })).toBe(false);
    expect(mayUsePack(NOTICE_PACKS.demo, { livemode: false })).toBe(true);
    expect(mayUsePack(NOTICE_PACKS.RU, { livemode: true })).toBe(true);
  });
});

test("the demo pack is no more careful than the RU one", () => {
  expect(isAtLeastAsCareful(NOTICE_PACKS.RU, NOTICE_PACKS.demo)).toBe(false);
  expect(isAtLeastAsCareful(NOTICE_PACKS.RU, NOTICE_PACKS.RU)).toBe(true);
});

test("names of packs are a closed list", () => {
  expect(["RU", "demo", "IN", "toString"].map(isNoticePackName)).toEqual([true, true, false, false]);
});

test("a pack is plain data: a stored snapshot is the pack", () => {
  for (const pack of Object.values(NOTICE_PACKS)) expect(JSON.parse(JSON.stringify(pack))).toEqual(pack);
});
