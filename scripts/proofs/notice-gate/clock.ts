import { addDays, type CivilDate } from "../../../domain/calendar.ts";
import { debitWindow, isWithinHours, type NoticePack } from "../../../domain/notice-policy.ts";
import { civilOf, instantOf } from "../../../test/db/support/zone-time.ts";

/** When a debit may come, in milliseconds. */
export type Days = {
  readonly plannedOn: CivilDate;
  readonly notBefore: number;
  readonly notAfter: number;
};

/** The days of a debit whose notice is accepted at an instant, by the domain's window and the runtime's own zone database. */
export function daysOf(pack: NoticePack, accepted: number, zone: string): Days {
  const acceptedOn = civilOf(accepted, zone).date;
  const bound = accepted + pack.leadSeconds * 1_000;
  const boundDay = civilOf(bound, zone).date;
  const first = debitWindow(pack, { acceptedOn, plannedDay: boundDay }).opens.date;
  for (const date of [first, addDays(first, 1)]) {
    const opens = instantOf({ date, time: pack.hours.from }, zone);
    // an hour that comes twice is taken as its second coming
    const at = boundDay === date ? Math.max(opens, instantOf(civilOf(bound, zone), zone)) : opens;
    const civil = civilOf(at, zone);
    if (civil.date !== date || !isWithinHours(pack, civil.time)) continue;
    const window = debitWindow(pack, { acceptedOn, plannedDay: date });
    const closes =
      "date" in window.closes
        ? instantOf(window.closes, zone)
        : at + window.closes.afterOpeningSeconds * 1_000;
    return {
      plannedOn: date,
      notBefore: at,
      notAfter: Math.min(closes, endOf(window.noticeEnds, accepted, zone)),
    };
  }
  throw new Error(`${pack.name} knows no lawful moment on two days`);
}

function endOf(ends: ReturnType<typeof debitWindow>["noticeEnds"], accepted: number, zone: string): number {
  if (ends === null) return Number.POSITIVE_INFINITY;
  return "date" in ends ? instantOf(ends, zone) : accepted + ends.afterAcceptanceSeconds * 1_000;
}
