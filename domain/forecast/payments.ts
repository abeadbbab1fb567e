import { type About, type Book, moment, write, writeEnd } from "./book.ts";
import { spreadOf } from "./debit.ts";
import type { ForecastBill, ForecastPayment } from "./facts.ts";
import { questionOf, writeAtGate } from "./gate.ts";
import { writeAsked } from "./planning.ts";
import type { InstantAnswer } from "./instants.ts";

/** What becomes of the payments that are planned, asked about or under way. */
export function writePayments(book: Book): void {
  for (const payment of inOrderOfDecision(book)) {
    if (payment.stopped && payment.sentAt === null) {
      book.room.free(payment.id, book.now);
    } else {
      writePayment(book, payment);
    }
  }
}

/** Questions about bills whose sum changes are decided anew when it does, the earliest first: what it takes of the limit is not there for the next. */
function inOrderOfDecision({ mandate }: Book): readonly ForecastPayment[] {
  const decidedAt = ({ state, billId }: ForecastPayment): string => {
    const bill = mandate.bills.find(({ id }) => id === billId);
    return state === "needs-payer" ? (bill?.dueChanges?.at ?? "") : "";
  };
  return mandate.payments.toSorted((a, b) =>
    decidedAt(a) < decidedAt(b) ? -1 : decidedAt(a) > decidedAt(b) ? 1 : 0,
  );
}

function writePayment(book: Book, payment: ForecastPayment): void {
  const bill = book.mandate.bills.find(({ id }) => id === payment.billId);
  const { period, methodId } = payment;
  const currency = bill?.currency ?? "RUB";
  const about = {
    billId: payment.billId,
    paymentId: payment.id,
    period,
    methodId,
    amount: { amountMinor: payment.amountMinor, currency },
  };
  if (payment.sentAt !== null) {
    const { sentAt: at, amountMinor } = payment;
    book.paid.push({ at, amountMinor });
    write(book, { kind: "debit", at, on: moment(book, at).on, reason: "under-way" }, about);
  } else if (payment.state === "needs-payer" && payment.need !== null) {
    const { need, amountMinor, run } = payment;
    const asked = { need, amountMinor, run, giveUpAt: later(payment.giveUpAt, book.now) };
    book.room.free(payment.id, payment.giveUpAt);
    if (bill === undefined) writeEnd(book, asked, about);
    else writeAsked(book, questionOf(book, { payment, bill, at: book.now }), asked);
  } else if (payment.state === "scheduled" && bill !== undefined) {
    writeScheduled(book, { payment, bill }, about);
  }
}

/** The notice that is still in the queue is accepted when its time has come; the debit comes when its clock is over. */
function writeScheduled(
  book: Book,
  { payment, bill }: { readonly payment: ForecastPayment; readonly bill: ForecastBill },
  about: About,
): void {
  const { notice } = payment;
  if (notice === null) return;
  const reason = payment.topUp ? "balance-falls" : payment.period === null ? "bill" : "schedule";
  const gate = { payment, bill, reason, outdated: notice.outdated } as const;
  if (notice.state === "accepted") {
    const at = later(later(notice.notBefore, payment.nextLookAt), book.now);
    return writeAtGate(book, { ...gate, at, notAfter: notice.notAfter }, about);
  }
  const told = later(notice.dueAt ?? book.now, book.now);
  if (told > book.until) return;
  const clock = clockOf(book, payment, told);
  write(book, { kind: "notice", at: told, on: clock.on, reason }, about);
  const at = later(opensAt(notice, { told, clock, bill }), payment.nextLookAt);
  if (at > book.until) return;
  const { amountMinor } = payment;
  book.room.reserve(payment.id, { on: moment(book, at).on, amountMinor, since: "" });
  writeAtGate(book, { ...gate, at, notAfter: later(notice.notAfter, clock.notAfter) }, about);
}

/** When a notice opens its debit that is accepted at `told`. What was announced has its share of the morning already; a later opening, or one that no discount bounds any more, has its own. */
function opensAt(
  { firstClock, notBefore }: NonNullable<ForecastPayment["notice"]>,
  accepted: { readonly told: string; readonly clock: InstantAnswer; readonly bill: ForecastBill },
): string {
  const { told, clock, bill } = accepted;
  if (firstClock) return later(told, notBefore);
  return clock.notBefore >= notBefore ? spreadOf(clock, bill) : notBefore;
}

/** The clock of a notice that is accepted then; it never opens the debit before the run that it waits for. */
function clockOf(book: Book, { run }: ForecastPayment, at: string): InstantAnswer {
  if (run === null) return moment(book, at);
  const { id: mandate, version } = book.mandate;
  return book.instants.of({ mandate, version, day: run.debitOn, at });
}

function later(a: string, b: string): string {
  return a >= b ? a : b;
}
