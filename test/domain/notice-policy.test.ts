import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, dateOfDayNumber } from "../../domain/calendar.ts";
import { faultsOf, type PackRules } from "../../domain/notice-packs/pack.ts";
import {
  debitWindow,
  firstDebitDay,
  isAtLeastAsCareful,
  isNoticePackName,
  isWithinHours,
  lastNoticeDay,
  mayUsePack,
  NOTICE_PACK_NAMES,
  NOTICE_PACKS,
  type NoticePack,
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
      noticeEnds: null,
      cancelUntil: null,
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

describe("a pack whose rail no adapter serves", () => {
  test.each(["IN", "BR", "UK", "EU", "US"] as const)(
    "%s is refused where the money is real, and only there",
    (name) => {
      expect(mayUsePack(NOTICE_PACKS[name], { livemode: true })).toBe(false);
      expect(mayUsePack(NOTICE_PACKS[name], { livemode: false })).toBe(true);
    },
  );
});

describe("every pack", () => {
  test.each(NOTICE_PACK_NAMES)(
    "%s: who is told on the last possible day is told in time, a day later is too late",
    (name) => {
      const pack = NOTICE_PACKS[name];
      fc.assert(
        fc.property(anyDay, (debitDay) => {
          const last = lastNoticeDay(pack, debitDay);
          expect(firstDebitDay(pack, last) <= debitDay).toBe(true);
          expect(firstDebitDay(pack, addDays(last, 1)) > debitDay).toBe(true);
        }),
      );
    },
  );

  test.each(NOTICE_PACK_NAMES)(
    "%s: what is promised to be cancelled can still be cancelled after the notice, and the notice outlives its lead",
    (name) => {
      const pack = NOTICE_PACKS[name];
      fc.assert(
        fc.property(anyDay, (acceptedOn) => {
          const window = debitWindow(pack, { acceptedOn, plannedDay: acceptedOn });
          expect(window.cancelUntil === null || window.cancelUntil.date > acceptedOn).toBe(true);
          const ends = window.noticeEnds;
          if (ends !== null && "date" in ends) expect(ends.date > window.opens.date).toBe(true);
          if (ends !== null && "afterAcceptanceSeconds" in ends)
            expect(ends.afterAcceptanceSeconds).toBeGreaterThan(window.leadSeconds);
        }),
      );
    },
  );
});

describe("a pack's data is refused", () => {
  const broken: readonly (readonly [string, Partial<PackRules>])[] = [
    ["a lead that is no number of seconds", { leadSeconds: 1.5 }],
    ["a lead of no days", { leadDays: { count: 0, counted: "calendar" } }],
    ["hours that end before they begin", { hours: { from: "22:00", to: "08:00" } }],
    ["hours that no clock shows", { hours: { from: "08:00", to: "22:60" } }],
    ["a window of no hours", { window: { kind: "hours", hours: 0 } }],
    ["a notice too old before its lead is over", { oldest: { hours: 12 } }],
    [
      "a notice too old on the day of its debit",
      { leadDays: { count: 2, counted: "calendar" }, oldest: { days: 2 } },
    ],
    [
      "a last moment to cancel that is past when one is told",
      { cancelUntil: { daysBefore: 1, time: "23:59" } },
    ],
    ["a source that names nothing", { source: { kind: "law", reference: "law" } }],
    ["a name that is no word", { name: "R U" }],
  ];
  test.each(broken)("%s", (_, change) => {
    expect(faultsOf(NOTICE_PACKS.RU)).toEqual([]);
    expect(faultsOf({ ...NOTICE_PACKS.RU, ...change })).toHaveLength(1);
  });
});

describe("a change of pack needs no new consent only where it is as careful in everything", () => {
  const { RU, EU, US, UK, BR } = NOTICE_PACKS;
  test.each([
    ["ten calendar days to fourteen", US, { ...EU, leadSeconds: 0 }, true],
    ["fourteen calendar days to ten", EU, US, false],
    ["ten calendar days to ten working days", US, UK, true],
    [
      "working days to as many calendar days",
      UK,
      { ...UK, leadDays: { count: 10, counted: "calendar" } },
      false,
    ],
    ["an end of the notice is set", { ...BR, oldest: { days: 20 } }, BR, true],
    ["an end of the notice is lifted", BR, { ...BR, oldest: { days: 20 } }, false],
    ["days instead of hours of lead", RU, { ...RU, leadDays: { count: 3, counted: "calendar" } }, true],
  ] as readonly (readonly [string, NoticePack, NoticePack, boolean])[])("%s", (_, old, next, careful) => {
    expect(isAtLeastAsCareful(old, next)).toBe(careful);
  });
});

test("the demo pack is no more careful than the RU one", () => {
  expect(isAtLeastAsCareful(NOTICE_PACKS.RU, NOTICE_PACKS.demo)).toBe(false);
  expect(isAtLeastAsCareful(NOTICE_PACKS.RU, NOTICE_PACKS.RU)).toBe(true);
});

test("names of packs are a closed list", () => {
  expect(["RU", "demo", "IN", "XX", "toString"].map(isNoticePackName)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("a pack is plain data: a stored snapshot is the pack", () => {
  for (const pack of Object.values(NOTICE_PACKS)) expect(JSON.parse(JSON.stringify(pack))).toEqual(pack);
});
