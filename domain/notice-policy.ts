import {
  addDays,
  type CivilDate,
  type CivilMoment,
  type CivilTime,
  laterDate,
  secondOfDay,
} from "./calendar.ts";

/**
 * The rules of one market about the notice before a debit, as data; a mandate keeps the snapshot that its payer agreed to (payment rules §7.3).
 */
export type NoticePack = {
  readonly name: "RU" | "demo";
  /** The debit comes at least this long after a channel accepted the notice. */
  readonly leadSeconds: number;
  /** The notice is accepted on an earlier calendar day than the debit, in the payer's zone. */
  readonly earlierCalendarDay: boolean;
  /** How long the debit may come: to the end of hours some calendar days after the planned day, or hours after the planned moment. */
  readonly window:
    | { readonly kind: "calendar-days"; readonly days: number }
    | { readonly kind: "hours"; readonly hours: number };
  /** Debits only between these wall-clock times of the payer, `to` not included; `24:00` is the day's end. */
  readonly hours: { readonly from: CivilTime; readonly to: CivilTime };
  /** An amount that went down: tell before the debit while the first clock runs on, or start a new clock. */
  readonly decrease: "inform" | "renotice";
  /** What a mandate does with a bill that arrives too late for the clock, where its payer chose nothing. */
  readonly lateBill: "ask" | "pay";
  /** A retry is another debit: its message must meet the same clock, or the rail excuses it. */
  readonly retryClock: "same" | "none";
  /** The pack may be used with real money. */
  readonly live: boolean;
  /** Where the rules come from, for people who check them. */
  readonly source: string;
};

export type NoticePackName = NoticePack["name"];

export const NOTICE_PACKS = {
  RU: {
    name: "RU",
    leadSeconds: 12 * 3600,
    earlierCalendarDay: true,
    window: { kind: "calendar-days", days: 1 },
    hours: { from: "08:00", to: "22:00" },
    decrease: "inform",
    lateBill: "ask",
    retryClock: "same",
    live: true,
    source:
      "Practice of Russian banks, not law; a reported duty of 24 hours is unconfirmed (payment rules §7.3).",
  },
  demo: {
    name: "demo",
    leadSeconds: 3,
    earlierCalendarDay: false,
    window: { kind: "hours", hours: 24 },
    hours: { from: "00:00", to: "24:00" },
    decrease: "inform",
    lateBill: "ask",
    retryClock: "same",
    live: false,
    source: "The sandbox city: the same gate with a lead of seconds, so that a story can be watched.",
  },
} as const satisfies Record<NoticePackName, NoticePack>;

export function isNoticePackName(text: string): text is NoticePackName {
  return text in NOTICE_PACKS && Object.hasOwn(NOTICE_PACKS, text);
}

/** A pack of the sandbox is refused for real money. */
export function mayUsePack(pack: NoticePack, mode: { readonly livemode: boolean }): boolean {
  return pack.live || !mode.livemode;
}

/** When a debit may come, in the payer's wall-clock terms; the activity that knows the zone makes instants of it. */
export type DebitWindow = {
  /** Not before this moment … */
  readonly opens: CivilMoment;
  /** … and not before the acceptance plus this many seconds. */
  readonly leadSeconds: number;
  /** Never at or after this moment: a new notice with a new clock is sent then. `24:00` means the end of that day. */
  readonly closes: CivilMoment | { readonly afterOpeningSeconds: number };
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
  const firstDay = pack.earlierCalendarDay ? addDays(notice.acceptedOn, 1) : notice.acceptedOn;
  const day = laterDate(firstDay, notice.plannedDay);
  const closes =
    pack.window.kind === "hours"
      ? { afterOpeningSeconds: pack.window.hours * 3600 }
      : { date: addDays(day, pack.window.days), time: pack.hours.to };
  return {
    opens: { date: day, time: pack.hours.from },
    leadSeconds: pack.leadSeconds,
    closes,
    hours: pack.hours,
  };
}

/** The latest day on which a notice can be accepted for a debit on a day. */
export function lastNoticeDay(pack: NoticePack, debitDay: CivilDate): CivilDate {
  return pack.earlierCalendarDay ? addDays(debitDay, -1) : debitDay;
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
    windowSeconds(next) <= windowSeconds(old) &&
    secondOfDay(next.hours.from) >= secondOfDay(old.hours.from) &&
    endOfHours(next.hours.to) <= endOfHours(old.hours.to) &&
    (next.decrease === old.decrease || next.decrease === "renotice") &&
    (next.retryClock === old.retryClock || next.retryClock === "same")
  );
}

function endOfHours(to: NoticePack["hours"]["to"]): number {
  return to === "24:00" ? 24 * 3600 : secondOfDay(to);
}

/** Longest possible window, for comparing packs. */
function windowSeconds(pack: NoticePack): number {
  if (pack.window.kind === "hours") return pack.window.hours * 3600;
  return pack.window.days * 86_400 + endOfHours(pack.hours.to) - secondOfDay(pack.hours.from);
}
