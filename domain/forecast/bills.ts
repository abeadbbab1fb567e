import { addDays, type CivilDate } from "../calendar.ts";
import { nextScheduledRun } from "../scheduled-run.ts";
import type { OnSchedule } from "../trigger.ts";
import { type Book, isActive, moment, resumesAt } from "./book.ts";
import { boundsAt } from "./debit.ts";
import type { ForecastBill, ForecastPayment } from "./facts.ts";
import { writePlan } from "./planning.ts";

/** A bill that is still open, and the look of the planner that left it so; null: it was left before. */
type Left = { readonly bill: ForecastBill; readonly since: string | null };

/** Owed bills that no payment pays yet: when the planner will look at them, and what comes of it. */
export function writeBills(book: Book): void {
  const left: Left[] = [];
  for (const bill of book.mandate.bills.filter((one) => isOpen(book, one))) {
    const released = book.released.get(bill.id);
    const at = released ?? plannedAt(book, bill);
    const looked = at !== null && at <= book.until;
    const again = released !== undefined || bill.leftOut;
    if (!looked || !writeBill(book, { bill, at, again })) left.push({ bill, since: at });
  }
  lookAgain(book, left);
}

/** Nobody pays it, and nobody has said never to. */
function isOpen(book: Book, bill: ForecastBill): boolean {
  if (book.released.has(bill.id)) return true;
  const payment = paymentOf(book, bill);
  return !(bill.claimed || bill.skipped || (payment !== undefined && !mayBeReleased(payment)));
}

/** Null: nothing makes the planner look at it before something new comes, or a day of its schedule. */
function plannedAt(book: Book, bill: ForecastBill): string | null {
  if (book.mandate.state === "paused") return resumesAt(book);
  const waits = bill.planPending || paymentOf(book, bill) !== undefined;
  return waits && isActive(book, book.now) ? book.now : null;
}

function paymentOf({ mandate }: Book, bill: ForecastBill): ForecastPayment | undefined {
  return mandate.payments.find(({ billId }) => billId === bill.id);
}

/** A stop has ended it, and nothing of it is under way: its closing gives the debt back to the planner. */
function mayBeReleased({ stopped, sentAt }: ForecastPayment): boolean {
  return stopped && sentAt === null;
}

/** On every day of a schedule that pays what is due, what is still open is planned for the next one: its limit may have room again. */
function lookAgain(book: Book, bills: readonly Left[]): void {
  let left = bills;
  for (let day = firstDay(book); left.length > 0 && day !== null && day.at <= book.until; ) {
    const { at } = day;
    left = left.filter(({ bill, since }) => {
      const looks = isActive(book, at) && (since === null || since < at);
      return !looks || !writeBill(book, { bill, at, again: true });
    });
    day = dayAfter(book, day.debit);
  }
}

type Day = { readonly at: string; readonly debit: CivilDate };

/** The day that is kept ahead; the first one, where the mandate has not looked yet. */
function firstDay(book: Book): Day | null {
  const { ahead, terms, today } = book.mandate;
  const { trigger, noticePack } = terms;
  if (trigger.kind !== "on-schedule" || trigger.pays !== "due") return null;
  const day =
    ahead === null
      ? dayFrom(book, trigger, noticePack.earlierCalendarDay ? addDays(today, 1) : today)
      : { at: ahead.debitAt, debit: ahead.debit };
  return { ...day, at: day.at > book.now ? day.at : book.now };
}

function dayAfter(book: Book, over: CivilDate): Day | null {
  const { trigger } = book.mandate.terms;
  return trigger.kind === "on-schedule" ? dayFrom(book, trigger, addDays(over, 1)) : null;
}

function dayFrom(book: Book, trigger: OnSchedule, from: CivilDate): Day {
  const { id: mandate, version, consentedOn } = book.mandate;
  const { debit: day } = nextScheduledRun(trigger, { from, consentedOn, lastPeriod: null }, book.tables);
  const { at, runAt } = book.instants.of({ mandate, version, day, at: null });
  return { at: runAt ?? at, debit: day };
}

function writeBill(
  book: Book,
  look: { readonly bill: ForecastBill; readonly at: string; readonly again: boolean },
): boolean {
  const { mandate } = book;
  const { bill, at, again } = look;
  const bounds = boundsAt(bill, at);
  const dueMinor = bounds.dueChanges === bill.dueChanges ? bill.dueMinor : bill.dueChanges?.toMinor;
  return writePlan(book, {
    at,
    clock: moment(book, at),
    bill: {
      id: bill.id,
      state: "owed",
      version: bill.version,
      part: bill.part,
      amountMinor: dueMinor ?? bill.dueMinor,
      currency: bill.currency,
      payeeHash: "",
      gateway: mandate.gateway,
      payeeOnFile: bill.payeeOnFile,
      doubt: bill.doubt,
      givenBack: bill.givenBack,
      told: false,
      runOf: bill.runOf,
    },
    ...bounds,
    skipped: bill.skipped,
    billId: bill.id,
    period: bill.period,
    name: `bill/${bill.id}`,
    reason: bill.topUp ? "balance-falls" : bill.runOf === null ? "bill" : "schedule",
    recentMinor: bill.recentMinor,
    freshUntil: bill.freshUntil,
    certain: true,
    again,
  });
}
