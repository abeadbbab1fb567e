import { debitWindow } from "../../../../domain/notice-policy.ts";
import type { Terms } from "../../../../domain/terms.ts";
import { dayOf, minuteOfCivil } from "../outside/clock.ts";
import { zoneOf } from "../outside/story.ts";
import type { Engine, MandateRow, NoticeRow, PaymentRow } from "./rows.ts";

/** The days of a debit whose notice is accepted now, and that waits for a moment of its own. */
export function daysOfDebit(terms: Terms, at: { now: number; plannedAt: number; payer: number }) {
  const zone = zoneOf(at.payer);
  const window = debitWindow(terms.noticePack, {
    acceptedOn: dayOf(at.now, zone),
    plannedDay: dayOf(at.plannedAt, zone),
  });
  const opens = minuteOfCivil(window.opens, zone);
  const notBefore = Math.max(opens, at.now + Math.ceil(window.leadSeconds / 60), at.plannedAt);
  const closes = window.closes;
  const notAfter = "date" in closes ? minuteOfCivil(closes, zone) : opens + closes.afterOpeningSeconds / 60;
  return { notBefore, notAfter, plannedOn: dayOf(notBefore, zone) };
}

export function termsOf(mandate: MandateRow): Terms {
  const version = mandate.versions.at(-1);
  if (version === undefined) throw new Error(`mandate ${mandate.id} has no terms`);
  return version.terms;
}

/** True when the terms were widened after a notice. */
export function wasWidened(mandate: MandateRow, notice: NoticeRow): boolean {
  return mandate.versions.slice(notice.version).some(({ narrowing }) => !narrowing);
}

export function livingNotice(payment: PaymentRow): NoticeRow | undefined {
  return payment.notices.find(({ state }) => state !== "void");
}

/** The clock of a notice begins with the provider's word. */
export function acceptNotice(
  engine: Engine,
  { payment, row }: { payment: PaymentRow; row: NoticeRow },
): void {
  if (row.state !== "queued" || payment.mandate === null) return;
  row.state = "accepted";
  if (row.runsOn) return;
  const days = daysOfDebit(termsOf(payment.mandate), {
    now: engine.now,
    plannedAt: row.plannedAt,
    payer: payment.payer,
  });
  row.notBefore = days.notBefore;
  row.notAfter = days.notAfter;
  if (payment.state === "scheduled") payment.nextLookAt = row.notBefore;
}
