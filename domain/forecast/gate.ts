import type { Need } from "../payment.ts";
import { isQuestion, questionDeadline } from "../question.ts";
import { covers, fitsPeriod } from "../terms.ts";
import { orderOf } from "./bills.ts";
import { type About, type Book, isActive, moment, write } from "./book.ts";
import { boundsAt, dueAtDebit, hoursAfter, lastGoodOf, spreadOf, writeDebit } from "./debit.ts";
import type { ForecastBill, ForecastPayment } from "./facts.ts";
import { type ToPlan, writeAsked } from "./planning.ts";
import type { ForecastReason } from "./reasons.ts";

/** A debit that comes to the gate. */
type AtGate = {
  readonly payment: ForecastPayment;
  readonly bill: ForecastBill;
  readonly at: string;
  readonly reason: ForecastReason;
  /** Until when its notice permits it. */
  readonly notAfter: string;
  /** Its notice names terms that an edit has widened since. */
  readonly outdated: boolean;
};

/** What keeps a debit: it is announced once more, or its payer is asked. */
type Obstacle =
  | { readonly do: "announce"; readonly reason: ForecastReason }
  | { readonly do: "ask"; readonly need: Need };

/** What the gate will say at the moment of the debit. */
export function writeAtGate(book: Book, order: AtGate, about: About): void {
  const { payment, bill, at } = order;
  if (at > book.until) return;
  const { on } = moment(book, at);
  const obstacle = obstacleAt(book, order);
  if (obstacle === null) {
    const { dueChanges, freshUntil } = bill;
    writeDebit(book, { at, on, reason: order.reason, dueChanges, freshUntil, certain: true }, about);
  } else if (obstacle.do === "announce") {
    announceAgain(book, { ...order, reason: obstacle.reason }, about);
  } else if (obstacle.need === "over-limit" && book.mandate.terms.overLimit === "skip") {
    write(book, { kind: "skipped", at, on, reason: obstacle.need }, about);
    book.room.free(payment.id, at);
    // the debt is given back to the planner; what a mandate made by itself ends with its payment
    if (bill.runOf === null) book.released.set(bill.id, at);
  } else {
    const { need } = obstacle;
    const { amountMinor, run } = payment;
    const giveUpAt = deadlineOf(order, need);
    book.room.free(payment.id, need === "over-limit" || need === "late-bill" ? at : giveUpAt);
    write(book, { kind: "question", at, on, reason: need }, about);
    writeAsked(book, questionOf(book, order), { need, amountMinor, run, giveUpAt });
  }
}

/** The bill of a payment that waits for its payer. */
export function questionOf(
  book: Book,
  { payment, bill, at }: Pick<AtGate, "payment" | "bill" | "at">,
): ToPlan {
  return { ...orderOf(book, { bill, at, again: true }), paymentId: payment.id, name: payment.id };
}

/** Until when the payer may answer: a question of the gate about money has a deadline of its own, and what comes too late a day. */
function deadlineOf({ payment, bill, at }: AtGate, need: Need): string {
  if (need === "late-bill") return hoursAfter(at, 24);
  if (!isQuestion(need)) return payment.giveUpAt;
  return questionDeadline({ now: at, notBefore: at, lastSafe: lastGoodOf(boundsAt(bill, at)) });
}

/** The first check of the gate that does not pass, in the gate's order; null: the debit goes out. */
function obstacleAt(book: Book, order: AtGate): Obstacle | null {
  const { mandate } = book;
  const { payment, bill, at } = order;
  if (mandate.held) return null;
  if (!bill.payeeOnFile || bill.doubt === "payee") return ask("payee-changed");
  if (bill.doubt === "amount") return ask("confirm-amount");
  const method = mandate.methods.find(({ id }) => id === payment.methodId);
  if (!isActive(book, at) || method === undefined) return ask("new-method");
  if (order.outdated) return { do: "announce", reason: order.reason };
  if (at > order.notAfter) return { do: "announce", reason: "notice-too-old" };
  if (!method.active)
    return mandate.methods.some(({ active }) => active)
      ? { do: "announce", reason: "other-method" }
      : ask("new-method");
  if (!hasRoom(book, order)) return ask("over-limit");
  return at > payment.giveUpAt ? ask("late-bill") : null;
}

function ask(need: Need): Obstacle {
  return { do: "ask", need };
}

function hasRoom(book: Book, { payment, bill, at }: AtGate): boolean {
  const { terms } = book.mandate;
  const { currency } = bill;
  const debit = { amountMinor: payment.amountMinor, currency };
  const used = { amountMinor: book.room.used(moment(book, at).on, at, payment.id), currency };
  return covers(terms, { amount: debit }).covered && fitsPeriod(terms, { used, debit });
}

/** Another debit than was announced: a notice of its own, accepted at that moment, and a clock of its own. */
function announceAgain(book: Book, order: AtGate, about: About): void {
  const { at, reason, bill } = order;
  const clock = moment(book, at);
  const methodId = book.mandate.methods.find(({ active }) => active)?.id ?? null;
  const amountMinor =
    bill.dueChanges === null ? order.payment.amountMinor : dueAtDebit(bill, clock.notBefore);
  const amount = { amountMinor, currency: bill.currency };
  write(book, { kind: "notice", at: clock.toldAt, on: clock.toldOn, reason }, { ...about, methodId, amount });
  book.room.reserve(order.payment.id, { on: clock.plannedOn, amountMinor, since: "" });
  writeAtGate(
    book,
    {
      ...order,
      payment: { ...order.payment, methodId, amountMinor },
      at: spreadOf(clock, bill),
      notAfter: clock.notAfter,
      outdated: false,
    },
    { ...about, methodId, amount },
  );
}
