import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addDays, type CivilDate, PERIODS, periodOf } from "../../domain/calendar.ts";
import { debitWindow, isWithinHours, NOTICE_PACKS, type NoticePack } from "../../domain/notice-policy.ts";
import { nextPayday } from "../../domain/paydays.ts";
import { RETRY_PLANS, type RetryRule, retryMoment } from "../../domain/retry-policy.ts";
import { type MoneyCore, openMoneyCore, setClock } from "./support/money-core.ts";
import { changesOf, civilOf, instantOf } from "./support/zone-time.ts";

let core: MoneyCore;
beforeAll(async () => {
  core = await openMoneyCore(2);
});
afterAll(() => core.close());

/** With and without summer time, of half an hour, of odd quarters, and on both sides of the date line. */
const ZONES = [
  "Europe/Moscow",
  "Europe/Berlin",
  "America/New_York",
  "America/St_Johns",
  "America/Santiago",
  "Asia/Kathmandu",
  "Asia/Vladivostok",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "UTC",
] as const;

const zone = fc.constantFrom(...ZONES);
const span = { from: Date.parse("2024-01-01T00:00:00Z"), to: Date.parse("2027-12-31T00:00:00Z") };
const MINUTE_MS = 60_000;

/** Any minute of four years, and, as often, one around a change of clocks. */
const instantIn = (inZone: string): fc.Arbitrary<number> => {
  const minutes = { min: span.from / MINUTE_MS, max: span.to / MINUTE_MS };
  const anywhere = fc.integer(minutes).map((number) => number * MINUTE_MS);
  const changes = changesOf(inZone, span);
  if (changes.length === 0) return anywhere;
  const nearChange = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -2_000, max: 2_000 }))
    .map(([change, away]) => change + away * MINUTE_MS);
  return fc.oneof(anywhere, nearChange);
};
const instants = new Map(ZONES.map((inZone) => [inZone, instantIn(inZone)]));

const hour = (number: number): string => `${String(number).padStart(2, "0")}:00`;
const hours = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 24 }))
  .filter(([opens, closes]) => opens < closes)
  .map(([opens, closes]) => ({ from: hour(opens), to: hour(closes) }));

const pack: fc.Arbitrary<NoticePack> = fc.oneof(
  fc.constantFrom<NoticePack>(...Object.values(NOTICE_PACKS)),
  fc.record({
    name: fc.constant("demo" as const),
    rail: fc.constant("sandbox" as const),
    leadSeconds: fc.integer({ min: 0, max: 100 * 3_600 }),
    earlierCalendarDay: fc.boolean(),
    window: fc.oneof(
      fc.record({ kind: fc.constant("calendar-days" as const), days: fc.integer({ min: 0, max: 10 }) }),
      fc.record({ kind: fc.constant("hours" as const), hours: fc.integer({ min: 1, max: 100 }) }),
    ),
    hours,
    decrease: fc.constant("inform" as const),
    lateBill: fc.constant("ask" as const),
    retryClock: fc.constant("same" as const),
    source: fc.constant({ kind: "demonstration" as const, reference: "test" }),
  }),
);

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}

type Clock = { readonly planned_on: CivilDate; readonly not_before: string; readonly not_after: string };

async function noticeClock(
  rules: NoticePack,
  accepted: number,
  inZone: string,
  wanted: number | null,
): Promise<Clock> {
  const { rows } = await sql<Clock>`select * from notice_clock(${JSON.stringify(rules)}::jsonb,
    ${isoOf(accepted)}::timestamptz, ${inZone}, ${wanted === null ? null : isoOf(wanted)}::timestamptz)`.execute(
    core.db,
  );
  return rows[0]!;
}

describe("the clock of a notice", () => {
  const situation = zone.chain((inZone) =>
    fc.record({
      inZone: fc.constant(inZone),
      rules: pack,
      accepted: instants.get(inZone)!,
      wantedAfterMinutes: fc.option(fc.integer({ min: -1_000, max: 40_000 })),
    }),
  );

  test("a debit comes at the first moment that the domain's window allows, and its permission ends where the window does", async () => {
    await fc.assert(
      fc.asyncProperty(situation, async ({ inZone, rules, accepted, wantedAfterMinutes }) => {
        const wanted = wantedAfterMinutes === null ? null : accepted + wantedAfterMinutes * MINUTE_MS;
        const clock = await noticeClock(rules, accepted, inZone, wanted);
        const notBefore = Date.parse(clock.not_before);
        const acceptedOn = civilOf(accepted, inZone).date;
        const window = debitWindow(rules, { acceptedOn, plannedDay: clock.planned_on });

        expect(window.opens.date, "an earlier calendar day where the pack asks for it").toBe(
          clock.planned_on,
        );
        expect(civilOf(notBefore, inZone).date).toBe(clock.planned_on);
        expect(isWithinHours(rules, civilOf(notBefore, inZone).time)).toBe(true);
        const bounds = [accepted + rules.leadSeconds * 1_000, ...(wanted === null ? [] : [wanted])];
        expect(notBefore).toBeGreaterThanOrEqual(Math.max(...bounds));
        const closes = closingOf(window.closes, notBefore, inZone);
        expect(clock.not_after).toBe(isoOf(Math.min(closes, endOf(window.noticeEnds, accepted, inZone))));
        expect(clock.not_before).toBe(isoOf(firstLawful(rules, { acceptedOn, bounds, inZone })));
      }),
      { numRuns: 600 },
    );
  });

  function closingOf(
    closes: ReturnType<typeof debitWindow>["closes"],
    notBefore: number,
    inZone: string,
  ): number {
    return "date" in closes ? instantOf(closes, inZone) : notBefore + closes.afterOpeningSeconds * 1_000;
  }

  function endOf(
    ends: ReturnType<typeof debitWindow>["noticeEnds"],
    accepted: number,
    inZone: string,
  ): number {
    if (ends === null) return Number.POSITIVE_INFINITY;
    return "date" in ends ? instantOf(ends, inZone) : accepted + ends.afterAcceptanceSeconds * 1_000;
  }

  /** Day by day from the domain's first day: the first moment inside the hours that is not before any bound. */
  function firstLawful(
    rules: NoticePack,
    notice: { acceptedOn: CivilDate; bounds: readonly number[]; inZone: string },
  ): number {
    const { acceptedOn, inZone } = notice;
    const bound = Math.max(...notice.bounds);
    const first = debitWindow(rules, { acceptedOn, plannedDay: civilOf(bound, inZone).date }).opens.date;
    for (const date of [first, addDays(first, 1)]) {
      const opens = instantOf({ date, time: rules.hours.from }, inZone);
      const at = civilOf(bound, inZone).date === date ? Math.max(opens, asPostgres(bound, inZone)) : opens;
      if (civilOf(at, inZone).date === date && isWithinHours(rules, civilOf(at, inZone).time)) return at;
    }
    throw new Error("no lawful moment on two days");
  }

  /** An hour that comes twice is counted as its second coming: never too early, at most an hour late. */
  function asPostgres(instant: number, inZone: string): number {
    return instantOf(civilOf(instant, inZone), inZone);
  }
});

describe("the instant of a retry", () => {
  const rules: readonly RetryRule[] = [
    ...Object.values(RETRY_PLANS).flat(),
    { kind: "after-minutes", minutes: 1 },
  ];
  const situation = zone.chain((inZone) =>
    fc.record({
      inZone: fc.constant(inZone),
      rule: fc.constantFrom(...rules),
      // not in the last minutes of a civil day: the clock runs on between two statements
      now: instants.get(inZone)!.filter((at) => civilOf(at, inZone).time < "23:50:00"),
      failedDaysAgo: fc.integer({ min: 0, max: 20 }),
      safeForDays: fc.integer({ min: -2, max: 40 }),
    }),
  );

  test("comes when the domain says, never later than the last safe instant or two weeks after the first failure", async () => {
    await fc.assert(
      fc.asyncProperty(situation, async ({ inZone, rule, now, failedDaysAgo, safeForDays }) => {
        await setClock(core.db, isoOf(now));
        const today = civilOf(now, inZone).date;
        const firstFailedOn = addDays(today, -failedDaysAgo);
        const lastSafeDay = addDays(today, safeForDays);
        const lastSafe = instantOf({ date: lastSafeDay, time: "22:00" }, inZone);
        const { rows } = await sql<{ at: string | null; now: string }>`select business_now() as now,
          retry_instant(${JSON.stringify(rule)}::jsonb, ${inZone}, ${isoOf(lastSafe)}::timestamptz,
            ${isoOf(instantOf({ date: firstFailedOn, time: "12:00" }, inZone))}::timestamptz, business_now(), null) as at`.execute(
          core.db,
        );
        const { at, now: asked } = rows[0]!;
        const moment = retryMoment(rule, {
          today,
          firstFailedOn,
          lastSafeDay,
          nextPayday: nextPayday(today)!,
        });
        if (moment === null) {
          expect(at).toBeNull();
        } else if ("date" in moment) {
          expect(at).toBe(isoOf(instantOf(moment, inZone)));
        } else {
          const wanted = Date.parse(asked) + moment.waitMinutes * MINUTE_MS;
          // a moment passes between the two readings of the clock
          if (at === null) expect(wanted + 10_000).toBeGreaterThan(lastSafe);
          else expect([wanted, lastSafe + 10_000].every((edge) => Date.parse(at) < edge + 10_000)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the period of a limit", () => {
  test("begins and ends where the domain's calendar says, for every kind of period", async () => {
    const day = fc.integer({ min: 0, max: 60_000 }).map((number) => addDays("1970-01-01", number));
    await fc.assert(
      fc.asyncProperty(day, fc.constantFrom(...PERIODS), async (date, period) => {
        const { rows } = await sql<{ begins: CivilDate; ends: CivilDate }>`
          select period_start(${period}, ${date}::date) as begins, period_end(${period}, ${date}::date) as ends`.execute(
          core.db,
        );
        const expected = periodOf(date, period);
        expect(rows).toEqual([{ begins: expected.from, ends: addDays(expected.to, 1) }]);
      }),
      { numRuns: 300 },
    );
  });
});
