import { daysOfDebit, termsOf } from "./notices.ts";
import type { Engine, NoticeRow, PaymentRow } from "./rows.ts";
import { tell } from "./telling.ts";

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
