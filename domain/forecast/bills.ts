import { addDays } from "../calendar.ts";
import { nextScheduledRun } from "../scheduled-run.ts";
import type { OnSchedule } from "../trigger.ts";
import { type Book, isActive, lastDay, moment, resumesAt } from "./book.ts";
import { boundsAt } from "./debit.ts";
import type { ForecastBill, ForecastPayment } from "./facts.ts";
import { foreseeRun, type ToPlan, writePlan } from "./planning.ts";

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

/** What is still open is planned anew when its discount ends, and on every day of a schedule that pays what is due: its limit may have room again. */
function lookAgain(book: Book, left: readonly Left[]): void {
  if (left.length === 0) return;
  const { trigger } = book.mandate.terms;
  const days = trigger.kind === "on-schedule" && trigger.pays === "due" ? daysOf(book, trigger) : [];
  const looks = left.flatMap(({ bill, since }) =>
    [...(bill.dueChanges === null ? [] : [bill.dueChanges.at]), ...days]
      .filter((at) => at <= book.until && (since === null || since < at))
      .map((at) => ({ bill, at, again: bill.leftOut || since !== null })),
  );
  const over = new Set<ForecastBill>();
  const told = new Set<ForecastBill>();
  for (const look of looks.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    if (over.has(look.bill) || !isActive(book, look.at)) continue;
    if (writeBill(book, { ...look, again: look.again || told.has(look.bill) })) over.add(look.bill);
    told.add(look.bill);
  }
}

/** When the days of the schedule open, the one that is kept ahead first; what planning on each of them asks about is noted at once, so that few journeys are needed. */
function daysOf(book: Book, trigger: OnSchedule): readonly string[] {
  const { mandate, now, until, instants } = book;
  const { id, version, ahead, consentedOn, terms, today } = mandate;
  const clocks = [];
  const last = lastDay(book);
  for (
    let over = ahead?.debit ?? addDays(today, terms.noticePack.earlierCalendarDay ? 0 : -1);
    over <= last;
  ) {
    const soFar = { from: addDays(over, 1), consentedOn, lastPeriod: null };
    const { debit: day } = nextScheduledRun(trigger, soFar, book.tables);
    clocks.push({ mandate: id, version, day, at: null });
    over = day;
  }
  for (const ask of clocks) instants.foresee(ask);
  const opens = clocks.map((ask) => instants.of(ask)).map(({ at, runAt }) => runAt ?? at);
  const days = [...(ahead === null ? [] : [ahead.debitAt]), ...opens]
    .map((at) => (at > now ? at : now))
    .filter((at) => at <= until);
  for (const at of days) instants.foresee({ mandate: id, version, day: null, at });
  for (const at of days) foreseeRun(book, moment(book, at));
  return days;
}

type Look = { readonly bill: ForecastBill; readonly at: string; readonly again: boolean };

function writeBill(book: Book, look: Look): boolean {
  return writePlan(book, orderOf(book, look));
}

/** A bill as the planner sees it at an instant. */
export function orderOf(book: Book, { bill, at, again }: Look): ToPlan {
  const bounds = boundsAt(bill, at);
  const dueMinor = bounds.dueChanges === bill.dueChanges ? bill.dueMinor : bill.dueChanges?.toMinor;
  return {
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
      gateway: book.mandate.gateway,
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
  };
}
