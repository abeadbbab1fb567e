import { type Book, isActive, moment, resumesAt } from "./book.ts";
import { dueAtDebit, hoursAfter } from "./debit.ts";
import type { ForecastBill, ForecastPayment } from "./facts.ts";
import { writePlan } from "./planning.ts";

/** Owed bills that no payment pays yet: when the planner will look at them, and what comes of it. */
export function writeBills(book: Book): void {
  for (const bill of book.mandate.bills) {
    const at = plannedAt(book, bill);
    if (at !== null && at <= book.until) writeBill(book, bill, at);
  }
}

/** Null: nothing makes the planner look at it before something new comes. */
function plannedAt(book: Book, bill: ForecastBill): string | null {
  const payment = book.mandate.payments.find(({ billId }) => billId === bill.id);
  if (bill.claimed || bill.skipped || (payment !== undefined && !mayBeReleased(payment))) return null;
  if (book.mandate.state === "paused") return resumesAt(book);
  return (bill.planPending || payment !== undefined) && isActive(book, book.now) ? book.now : null;
}

/** A stop has ended it, and nothing of it is under way: its closing gives the debt back to the planner. */
function mayBeReleased({ stopped, sentAt }: ForecastPayment): boolean {
  return stopped && sentAt === null;
}

function writeBill(book: Book, bill: ForecastBill, at: string): void {
  const { mandate } = book;
  const clock = moment(book, at);
  const changes = bill.dueChanges !== null && bill.dueChanges.at <= at ? null : bill.dueChanges;
  const dueMinor =
    bill.dueChanges !== null && bill.dueChanges.at <= at ? bill.dueChanges.toMinor : bill.dueMinor;
  const lastGood = changes === null ? null : hoursAfter(changes.at, -1);
  writePlan(book, {
    at,
    clock,
    bill: {
      id: bill.id,
      state: "owed",
      version: bill.version,
      part: bill.part,
      amountMinor: dueMinor,
      currency: bill.currency,
      payeeHash: "",
      gateway: mandate.gateway,
      payeeOnFile: bill.payeeOnFile,
      doubt: bill.doubt,
      givenBack: bill.givenBack,
      told: false,
      runOf: bill.runOf,
    },
    amountMinor: dueAtDebit({ dueMinor, dueChanges: changes }, clock.notBefore),
    lastSafe: lastGood !== null && lastGood < bill.lastSafe ? lastGood : bill.lastSafe,
    skipped: bill.skipped,
    billId: bill.id,
    period: bill.period,
    name: `bill/${bill.id}`,
    reason: bill.topUp ? "balance-falls" : bill.runOf === null ? "bill" : "schedule",
    dueChanges: changes,
    freshUntil: bill.freshUntil,
    certain: true,
  });
}
