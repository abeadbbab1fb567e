import { type CivilTime, isCivilTime } from "../calendar.ts";
import type { HolidayCalendar } from "./bank-holidays.ts";

/**
 * The road on which a pack's debits run; `domain/rails.ts` says which of them an adapter serves. `saved-method`: what its owner has saved at a gateway. `sandbox`: no
 * money at all.
 */
export type Rail =
  | "saved-method"
  | "in-e-mandate"
  | "pix-automatico"
  | "bacs-direct-debit"
  | "sepa-direct-debit"
  | "us-ach-debit"
  | "sandbox";

/** So many days between the day of the acceptance and the day of the debit. */
export type LeadDays =
  | { readonly count: number; readonly counted: "calendar" }
  | { readonly count: number; readonly counted: "working"; readonly calendar: HolidayCalendar };

/**
 * The rules of one market about the notice before a debit, as data; a mandate keeps the snapshot that its payer agreed to (payment rules §7.3), so a field that is not
 * in a snapshot of before means: no such rule.
 */
export type PackRules = {
  readonly name: string;
  readonly rail: Rail;
  /** The debit comes at least this long after a channel accepted the notice. */
  readonly leadSeconds: number;
  /** The notice is accepted on an earlier calendar day than the debit, in the payer's zone. */
  readonly earlierCalendarDay: boolean;
  readonly leadDays?: LeadDays;
  /** A notice permits no debit any more so many hours after its acceptance, or at the end of the hours of the last of so many calendar days after it. */
  readonly oldest?: { readonly hours: number } | { readonly days: number };
  /** How long the debit may come: to the end of hours some calendar days after the planned day, or hours after the planned moment. */
  readonly window:
    | { readonly kind: "calendar-days"; readonly days: number }
    | { readonly kind: "hours"; readonly hours: number };
  /**
   * Debits of one day do not all begin with its first minute: each waits a share of so many minutes of its own. Absent: none waits. It never costs a day, a discount or
   * the due day.
   */
  readonly spreadMinutes?: number;
  /** Until when the rail promises its payer that they can call the debit off. Absent: until it is sent. Ours can be stopped until it is sent under every pack. */
  readonly cancelUntil?: { readonly daysBefore: number; readonly time: CivilTime };
  /** Debits only between these wall-clock times of the payer, `to` not included; `24:00` is the day's end. */
  readonly hours: { readonly from: CivilTime; readonly to: CivilTime };
  /** An amount that went down: tell before the debit while the first clock runs on, or start a new clock. */
  readonly decrease: "inform" | "renotice";
  /** What a mandate does with a bill that arrives too late for the clock, where its payer chose nothing. */
  readonly lateBill: "ask" | "pay";
  /** A retry is another debit: its message meets the same clock. No rail that excuses it is served yet. */
  readonly retryClock: "same";
  /** Where the rules come from, for people who check them. */
  readonly source: { readonly kind: "law" | "practice" | "demonstration"; readonly reference: string };
};

const LONGEST_LEAD_DAYS = 60;
/** A spread fits in every window of hours, with room for what is tried again. */
const LONGEST_SPREAD_MINUTES = 180;

/** What is wrong with a pack's data, in words; nothing where it is sound. */
export function faultsOf(pack: PackRules): readonly string[] {
  const { leadSeconds, leadDays, oldest, window, cancelUntil, hours, source, spreadMinutes } = pack;
  const rules: readonly (readonly [holds: boolean, fault: string])[] = [
    [/^[A-Za-z]{2,12}$/.test(pack.name), "a name of letters"],
    [isCount(leadSeconds, 0), "leadSeconds is a whole number"],
    [leadDays === undefined || isCount(leadDays.count, 1, LONGEST_LEAD_DAYS), "leadDays counts 1 to 60"],
    [
      isCount(window.kind === "hours" ? window.hours : window.days, window.kind === "hours" ? 1 : 0),
      "a window",
    ],
    [
      isCivilTime(hours.from) && (hours.to === "24:00" || isCivilTime(hours.to)),
      "hours are wall-clock times",
    ],
    [hours.to === "24:00" || hours.from < hours.to, "hours end after they begin"],
    [
      oldest === undefined || isCount("hours" in oldest ? oldest.hours : oldest.days, 1),
      "oldest is at least 1",
    ],
    [
      spreadMinutes === undefined || isCount(spreadMinutes, 1, LONGEST_SPREAD_MINUTES),
      "spreadMinutes counts 1 to 180",
    ],
    [oldest === undefined || reaches(pack), "a notice lives longer than its lead"],
    [cancelUntil === undefined || isCivilTime(cancelUntil.time), "cancelUntil is a wall-clock time"],
    [
      cancelUntil === undefined || isCount(cancelUntil.daysBefore, 0),
      "cancelUntil is not after the debit's day",
    ],
    // who could call a debit off only before they were told of it could not call it off
    [
      cancelUntil === undefined || cancelUntil.daysBefore < leastDays(pack),
      "cancelUntil comes after the notice",
    ],
    [source.reference.length > 10, "a source with its reference"],
  ];
  return rules.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}

function isCount(value: number, least: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

/** Calendar days that lie between notice and debit at least. */
function leastDays({ leadDays, earlierCalendarDay }: PackRules): number {
  return Math.max(leadDays?.count ?? 0, earlierCalendarDay ? 1 : 0);
}

/** A day of hours fits between the end of the lead and the notice's own end: some lawful moment always exists. */
function reaches(pack: PackRules): boolean {
  if (pack.oldest === undefined) return true;
  if ("hours" in pack.oldest) return pack.oldest.hours * 3_600 >= pack.leadSeconds + 86_400;
  return (
    pack.leadDays?.counted !== "working" &&
    pack.oldest.days > leastDays(pack) &&
    pack.oldest.days * 86_400 > pack.leadSeconds
  );
}
