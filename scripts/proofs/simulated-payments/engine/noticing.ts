import { debitWindow } from "../../../../domain/notice-policy.ts";
import type { Terms } from "../../../../domain/terms.ts";
import { dayOf, minuteOfCivil } from "../outside/clock.ts";
import { zoneOf } from "../outside/story.ts";
import type { Engine, MandateRow, NoticeRow, PaymentRow } from "./rows.ts";
import { tell } from "./telling.ts";

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

/** Announces a debit. `runsFrom`: its sum only went down, so the clock of the notice before it runs on. */
export function giveNotice(
  engine: Engine,
  payment: PaymentRow,
  about: { event: "notice" | "notice-changed" | "failed-retry"; plannedAt: number; runsFrom: number | null },
): void {
  const { mandate, payer, bill } = payment;
  if (mandate === null) throw new Error(`payment ${payment.id} has no mandate`);
  for (const notice of payment.notices) notice.state = "void";
  const days = daysOfDebit(termsOf(mandate), { now: engine.now, plannedAt: about.plannedAt, payer });
  const row: NoticeRow = {
    id: `${payment.id}/${payment.notices.length + 1}`,
    state: "queued",
    amountMinor: payment.amountMinor,
    methodId: payment.methodId,
    version: mandate.versions.length,
    plannedAt: about.plannedAt,
    runsOn: about.runsFrom !== null,
    notBefore: about.runsFrom ?? days.notBefore,
    notAfter: days.notAfter,
  };
  payment.notices.push(row);
  payment.nextLookAt = row.notBefore;
  tell(engine, {
    key: `${about.event}/${row.id}`,
    payer,
    event: about.event,
    bill: bill.id,
    notice: { payment, row },
  });
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
