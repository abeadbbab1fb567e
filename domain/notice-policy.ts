import {
  addDays,
  type CivilDate,
  type CivilMoment,
  type CivilTime,
  laterDate,
  partsOf,
  secondOfDay,
  weekdayOf,
} from "./calendar.ts";
import { BANK_HOLIDAYS, type BankHolidays } from "./notice-packs/bank-holidays.ts";
import { BR } from "./notice-packs/br.ts";
import { demo } from "./notice-packs/demo.ts";
import { EU } from "./notice-packs/eu.ts";
import { IN } from "./notice-packs/in.ts";
import { faultsOf, type LeadDays, type PackRules } from "./notice-packs/pack.ts";
import { RU } from "./notice-packs/ru.ts";
import { UK } from "./notice-packs/uk.ts";
import { US } from "./notice-packs/us.ts";
import { isServed } from "./rails.ts";

/** Every pack, by its name; a pack is a file of data beside the others, a line here, and its words in the catalogue. */
export const NOTICE_PACKS = { RU, IN, BR, UK, EU, US, demo } as const satisfies Readonly<
  Record<string, PackRules>
>;

export type NoticePackName = keyof typeof NOTICE_PACKS;

/** The default of the market first. */
export const NOTICE_PACK_NAMES = Object.keys(NOTICE_PACKS) as [NoticePackName, ...NoticePackName[]];

export type NoticePack = PackRules & { readonly name: NoticePackName };

for (const [name, pack] of Object.entries(NOTICE_PACKS)) {
  const faults = [...faultsOf(pack), ...(pack.name === name ? [] : ["its name is its key"])];
  if (faults.length > 0) throw new Error(`notice pack ${name}: ${faults.join("; ")}`);
}

export function isNoticePackName(text: string): text is NoticePackName {
  return Object.hasOwn(NOTICE_PACKS, text);
}

/** Real money only where an adapter serves the pack's rail; the sandbox tries them all. */
export function mayUsePack(pack: NoticePack, mode: { readonly livemode: boolean }): boolean {
  return isServed(pack.rail) || !mode.livemode;
}

/** When a debit may come, in the payer's wall-clock terms; the activity that knows the zone makes instants of it. */
export type DebitWindow = {
  /** Not before this moment … */
  readonly opens: CivilMoment;
  /** … and not before the acceptance plus this many seconds. */
  readonly leadSeconds: number;
  /** Never at or after this moment: a new notice with a new clock is sent then. `24:00` means the end of that day. */
  readonly closes: CivilMoment | { readonly afterOpeningSeconds: number };
  /** Nor at or after this one, however late the debit was planned; null where the pack sets no such end. */
  readonly noticeEnds: CivilMoment | { readonly afterAcceptanceSeconds: number } | null;
  /** Until when the rail promises that it can be called off; null: until it is sent. */
  readonly cancelUntil: CivilMoment | null;
  readonly hours: NoticePack["hours"];
};

/**
 * The window of a debit whose notice was accepted at a civil moment of the payer's zone. The planned day moves later, never earlier,
 * where the clock asks for it; both the civil opening and the lead must be kept, whichever is later.
 */
export function debitWindow(
  pack: NoticePack,
  notice: { readonly acceptedOn: CivilDate; readonly plannedDay: CivilDate },
): DebitWindow {
  const { hours, window, oldest, cancelUntil } = pack;
  const day = laterDate(firstDebitDay(pack, notice.acceptedOn), notice.plannedDay);
  const noticeEnds =
    oldest === undefined
      ? null
      : "hours" in oldest
        ? { afterAcceptanceSeconds: oldest.hours * 3600 }
        : { date: addDays(notice.acceptedOn, oldest.days), time: hours.to };
  return {
    opens: { date: day, time: hours.from },
    leadSeconds: pack.leadSeconds,
    closes:
      window.kind === "hours"
        ? { afterOpeningSeconds: window.hours * 3600 }
        : { date: addDays(day, window.days), time: hours.to },
    noticeEnds,
    cancelUntil: cancelUntil ? { date: addDays(day, -cancelUntil.daysBefore), time: cancelUntil.time } : null,
    hours,
  };
}

/** The first civil day on which a debit may come whose notice was accepted on a day. */
export function firstDebitDay(
  { earlierCalendarDay, leadDays }: Pick<NoticePack, "earlierCalendarDay" | "leadDays">,
  acceptedOn: CivilDate,
): CivilDate {
  const next = earlierCalendarDay ? addDays(acceptedOn, 1) : acceptedOn;
  return leadDays === undefined ? next : laterDate(next, dayAhead(acceptedOn, leadDays));
}

function dayAhead(from: CivilDate, lead: LeadDays): CivilDate {
  if (lead.counted === "calendar") return addDays(from, lead.count);
  const holidays: BankHolidays = BANK_HOLIDAYS[lead.calendar];
  let { spare } = holidays;
  let day = from;
  for (let left = lead.count; left > 0; ) {
    day = addDays(day, 1);
    if (weekdayOf(day) > 5 || holidays.days.includes(day)) continue;
    if (partsOf(day).year > holidays.decreedTo && spare > 0) spare -= 1;
    else left -= 1;
  }
  return day;
}

/** The latest day on which a notice can be accepted for a debit on a day. */
export function lastNoticeDay(pack: NoticePack, debitDay: CivilDate): CivilDate {
  let day = debitDay;
  while (firstDebitDay(pack, day) > debitDay) day = addDays(day, -1);
  return day;
}

/** True when a wall-clock time is inside the pack's hours. */
export function isWithinHours(pack: Pick<NoticePack, "hours">, time: CivilTime): boolean {
  const now = secondOfDay(time);
  return now >= secondOfDay(pack.hours.from) && now < endOfHours(pack.hours.to);
}

/** True when `next` asks for at least as much notice as `old` in every respect: an edit to it needs no new consent. */
export function isAtLeastAsCareful(old: NoticePack, next: NoticePack): boolean {
  return (
    next.leadSeconds >= old.leadSeconds &&
    (next.earlierCalendarDay || !old.earlierCalendarDay) &&
    isLeadAsLong(old.leadDays, next.leadDays) &&
    windowSeconds(next) <= windowSeconds(old) &&
    oldestSeconds(next) <= oldestSeconds(old) &&
    secondOfDay(next.hours.from) >= secondOfDay(old.hours.from) &&
    endOfHours(next.hours.to) <= endOfHours(old.hours.to) &&
    (next.decrease === old.decrease || next.decrease === "renotice")
  );
}

/** Days of two kinds, or of two markets' banks, do not compare: only as many of the same are surely as long. */
function isLeadAsLong(old: LeadDays | undefined, next: LeadDays | undefined): boolean {
  if (old === undefined) return true;
  if (next === undefined || next.count < old.count) return false;
  if (old.counted === "calendar") return true;
  return next.counted === "working" && next.calendar === old.calendar;
}

/** Longest possible life of a notice, for comparing packs. */
function oldestSeconds({ oldest }: NoticePack): number {
  if (oldest === undefined) return Number.POSITIVE_INFINITY;
  return "hours" in oldest ? oldest.hours * 3600 : (oldest.days + 1) * 86_400;
}

function endOfHours(to: NoticePack["hours"]["to"]): number {
  return to === "24:00" ? 24 * 3600 : secondOfDay(to);
}

/** Longest possible window, for comparing packs. */
function windowSeconds(pack: NoticePack): number {
  if (pack.window.kind === "hours") return pack.window.hours * 3600;
  return pack.window.days * 86_400 + endOfHours(pack.hours.to) - secondOfDay(pack.hours.from);
}
