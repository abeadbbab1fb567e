import type { NoticePackName } from "../../../domain/notice-policy.ts";
import { BANK_HOLIDAYS } from "../../../domain/notice-packs/bank-holidays.ts";
import { civilOf, instantOf } from "../../../test/db/support/zone-time.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What a market's payer may rely on, written down a second time without the packs' data. */
const MARKET: Readonly<
  Record<
    NoticePackName,
    {
      readonly hours: number;
      readonly days: number;
      readonly windowDays: number;
      readonly lowerKeeps: boolean;
    }
  >
> = {
  RU: { hours: 12, days: 1, windowDays: 1, lowerKeeps: true },
  IN: { hours: 24, days: 0, windowDays: 1, lowerKeeps: false },
  BR: { hours: 0, days: 2, windowDays: 0, lowerKeeps: false },
  UK: { hours: 0, days: 10, windowDays: 1, lowerKeeps: false },
  EU: { hours: 0, days: 14, windowDays: 1, lowerKeeps: false },
  US: { hours: 0, days: 10, windowDays: 1, lowerKeeps: true },
  demo: { hours: 3 / 3_600, days: 0, windowDays: 1, lowerKeeps: true },
};

const nextDay = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** True where a lower sum may be debited when the first notice said. */
export function lowerKeepsClock(pack: NoticePackName): boolean {
  return MARKET[pack].lowerKeeps;
}

/** The first instant at which a debit may come whose notice was accepted then. */
export function opensAfter(pack: NoticePackName, accepted: number, zone: string): number {
  const { hours, days } = MARKET[pack];
  const at = accepted + hours * HOUR_MS;
  if (pack === "demo") return at;
  const since = civilOf(accepted, zone).date;
  const first = pack === "UK" ? afterWorkingDays(since, days) : nextDay(since, days);
  if (civilOf(at, zone).date < first) return instantOf({ date: first, time: "08:00:00" }, zone);
  return withinHours(pack, at, zone);
}

/** The first instant from then on at which a debit may be sent at all: nobody's money is taken at night. */
export function withinHours(pack: NoticePackName, at: number, zone: string): number {
  if (pack === "demo") return at;
  const { date, time } = civilOf(at, zone);
  if (time < "08:00:00") return instantOf({ date, time: "08:00:00" }, zone);
  return time >= "22:00:00" ? instantOf({ date: nextDay(date, 1), time: "08:00:00" }, zone) : at;
}

/** Debits of one morning are spread over so much of it; none that would lose its discount by waiting. */
export function longestWait(pack: NoticePackName): number {
  return pack === "demo" ? 0 : 1.5 * HOUR_MS;
}

/** After this the notice permits nothing any more. */
export function closesAfter(pack: NoticePackName, opens: number, zone: string): number {
  if (pack === "demo" || pack === "IN") return opens + DAY_MS;
  const { date } = civilOf(opens, zone);
  return instantOf({ date: nextDay(date, MARKET[pack].windowDays), time: "22:00:00" }, zone);
}

function afterWorkingDays(from: string, count: number): string {
  const holidays: readonly string[] = BANK_HOLIDAYS.GB.days;
  let day = from;
  for (let left = count; left > 0; ) {
    day = nextDay(day, 1);
    const weekday = new Date(day).getUTCDay();
    if (weekday !== 0 && weekday !== 6 && !holidays.includes(day)) left -= 1;
  }
  return day;
}
