import { covers, fitsPeriod } from "../terms.ts";
import { type About, type Book, isActive, moment, write, writeEnd, writeQuestion } from "./book.ts";
import { type ComingDebit, spreadOf, writeDebit } from "./debit.ts";
import type { ForecastBill, ForecastPayment } from "./facts.ts";
import type { ForecastReason } from "./reasons.ts";

/** What becomes of the payments that are planned, asked about or under way. */
export function writePayments(book: Book): void {
  for (const payment of book.mandate.payments) {
    if (payment.stopped && payment.sentAt === null) {
      book.room.free(payment.id, book.now);
    } else {
      writePayment(book, payment);
    }
  }
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
    const { sentAt: at } = payment;
    write(book, { kind: "debit", at, on: moment(book, at).on, reason: "under-way" }, about);
  } else if (payment.state === "needs-payer" && payment.need !== null) {
    writeEnd(book, { need: payment.need, giveUpAt: later(payment.giveUpAt, book.now) }, about);
    book.room.free(payment.id, payment.giveUpAt);
  } else if (payment.state === "scheduled" && bill !== undefined) {
    writeScheduled(book, { payment, bill }, about);
  }
}

type Planned = { readonly payment: ForecastPayment; readonly bill: ForecastBill };

/** The notice that is still in the queue is accepted now; the debit comes when its clock is over. */
function writeScheduled(book: Book, { payment, bill }: Planned, about: About): void {
  const { notice } = payment;
  if (notice === null) return;
  const reason = payment.topUp ? "balance-falls" : payment.period === null ? "bill" : "schedule";
  if (notice.state === "accepted") {
    const at = later(later(notice.notBefore, payment.nextLookAt), book.now);
    if (at > notice.notAfter)
      return announceAgain(book, { payment, bill, at, reason: "notice-too-old" }, about);
    return writeAtGate(book, { payment, bill, at, reason }, about);
  }
  const clock = moment(book, book.now);
  write(book, { kind: "notice", at: book.now, on: clock.on, reason }, about);
  const opens = notice.firstClock ? book.now : clock.notBefore;
  // what was announced has its share of the morning already; a later opening has one of its own
  const at =
    opens > notice.notBefore
      ? later(spreadOf({ ...clock, notBefore: opens }, bill), payment.nextLookAt)
      : later(payment.nextLookAt, notice.notBefore);
  if (at > book.until) return;
  const { amountMinor } = payment;
  book.room.reserve(payment.id, { on: moment(book, at).on, amountMinor, since: "" });
  writeAtGate(book, { payment, bill, at, reason }, about);
}

type AtGate = Planned & { readonly at: string; readonly reason: ForecastReason };

/** What the gate will say at the moment of the debit. */
function writeAtGate(book: Book, order: AtGate, about: About): void {
  const { payment, at } = order;
  if (at > book.until) return;
  const { on } = moment(book, at);
  const obstacle = obstacleAt(book, order);
  if (obstacle === null) {
    writeDebit(book, { ...debitOf(order), on }, about);
  } else if (obstacle === "other-method") {
    announceAgain(book, { ...order, reason: obstacle }, about);
  } else if (obstacle === "over-limit" && book.mandate.terms.overLimit === "skip") {
    write(book, { kind: "skipped", at, on, reason: obstacle }, about);
    book.room.free(payment.id, at);
  } else {
    writeQuestion(book, { at, need: obstacle, giveUpAt: payment.giveUpAt }, about);
    book.room.free(payment.id, obstacle === "over-limit" ? at : payment.giveUpAt);
  }
}

function debitOf({ at, reason, bill }: AtGate): Omit<ComingDebit, "on"> {
  const { dueChanges, freshUntil } = bill;
  return { at, reason, dueChanges, freshUntil, certain: true };
}

/** The first check of the gate that does not pass, in the gate's order; null: the debit goes out. */
function obstacleAt(book: Book, { payment, bill, at }: AtGate): ForecastReason | null {
  const { mandate, room } = book;
  const { terms } = mandate;
  if (mandate.held) return null;
  if (!bill.payeeOnFile || bill.doubt === "payee") return "payee-changed";
  if (bill.doubt === "amount") return "confirm-amount";
  if (!isActive(book, at)) return "new-method";
  const method = mandate.methods.find(({ id }) => id === payment.methodId);
  if (method === undefined) return "new-method";
  if (!method.active) return mandate.methods.some(({ active }) => active) ? "other-method" : "new-method";
  const amount = { amountMinor: payment.amountMinor, currency: bill.currency };
  const used = { ...amount, amountMinor: room.used(moment(book, at).on, at, payment.id) };
  return covers(terms, { amount }).covered && fitsPeriod(terms, { used, debit: amount })
    ? null
    : "over-limit";
}

/** Another debit than was announced: a notice of its own, accepted at that moment, and a clock of its own. */
function announceAgain(book: Book, order: AtGate, about: About): void {
  const { at, reason } = order;
  if (at > book.until) return;
  const clock = moment(book, at);
  const methodId = book.mandate.methods.find(({ active }) => active)?.id ?? null;
  const other = { ...about, methodId };
  write(book, { kind: "notice", at, on: clock.on, reason }, other);
  const { id, amountMinor } = order.payment;
  book.room.reserve(id, { on: clock.plannedOn, amountMinor, since: "" });
  writeDebit(book, { ...debitOf(order), at: spreadOf(clock, order.bill), on: clock.plannedOn }, other);
}

function later(a: string, b: string): string {
  return a >= b ? a : b;
}
