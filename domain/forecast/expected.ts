import {
  addDays,
  type CivilDate,
  dayInMonth,
  earlierDate,
  laterDate,
  monthAfter,
  partsOf,
} from "../calendar.ts";
import { nextScheduledRun } from "../scheduled-run.ts";
import type { OnSchedule } from "../trigger.ts";
import { type Book, lastDay, write } from "./book.ts";

/** Bills from which the usual day and sum are taken. */
const REMEMBERED = 6;
/** One bill is no habit. */
const LEAST = 2;

/** Bills that nobody has issued yet: one line a month, by the habit of the biller, without any claim to be right. */
export function writeExpectedBills(book: Book): void {
  const { mandate } = book;
  const usual = mandate.history.slice(0, REMEMBERED);
  if (usual.length < LEAST) {
    write(
      book,
      { kind: "expected", at: null, on: null, reason: "first-bill", dependsOn: ["bill-to-come"] },
      { amount: null },
    );
    return;
  }
  const came = new Set(mandate.history.map(({ on }) => on.slice(0, 7)));
  const amount = {
    amountMinor: middle(usual.map(({ amountMinor }) => amountMinor)),
    currency: "RUB",
  } as const;
  const anchorDay = middle(usual.map(({ on }) => partsOf(on).day));
  const last = lastDay(book);
  for (let month = monthAfter(mandate.today, 0), n = 0; ; month = monthAfter(mandate.today, ++n)) {
    const on = laterDate(dayInMonth({ ...month, anchorDay }), earliestIn(book, month));
    if (on > last) return;
    if (!came.has(on.slice(0, 7)))
      write(
        book,
        { kind: "expected", at: null, on, reason: "usual-bill", dependsOn: ["bill-to-come"] },
        { amount },
      );
  }
}

/** A usual day that has passed without its bill: it may come any day of this month. */
function earliestIn({ mandate }: Book, month: { readonly year: number; readonly month: number }): CivilDate {
  return earlierDate(dayInMonth({ ...month, anchorDay: 31 }), addDays(mandate.today, 1));
}

/** Days on which a schedule will pay what is due then. */
export function writeDueRuns(book: Book, trigger: OnSchedule): void {
  const { mandate, tables } = book;
  const last = lastDay(book);
  let { lastPeriod } = mandate;
  for (;;) {
    const { today: from, consentedOn } = mandate;
    const run = nextScheduledRun(trigger, { from, consentedOn, lastPeriod }, tables);
    if (run.debit > last) return;
    const dependsOn =
      run.certainty === "decreed"
        ? (["bill-to-come"] as const)
        : (["bill-to-come", "days-not-decreed"] as const);
    write(
      book,
      { kind: "expected", at: null, on: run.debit, reason: "due-on-schedule", dependsOn },
      { period: run.period, amount: null },
    );
    lastPeriod = run.period;
  }
}

/** A top-up comes whenever its balance falls. */
export function writeBalance(book: Book): void {
  const { trigger } = book.mandate.terms;
  if (trigger.kind !== "on-balance") return;
  write(
    book,
    { kind: "expected", at: null, on: null, reason: "balance-falls", dependsOn: ["balance"] },
    { amount: trigger.topUp },
  );
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
