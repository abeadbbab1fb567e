import { addDays, type CivilDate } from "../calendar.ts";
import { canonical } from "../canonical.ts";
import type { Money } from "../money.ts";
import { nextScheduledRun, reckonedAgain, type ScheduledRun } from "../scheduled-run.ts";
import type { OnSchedule } from "../trigger.ts";
import { type Book, isActive, moment, write } from "./book.ts";
import type { InstantAnswer, InstantAsk } from "./instants.ts";
import { writePlan } from "./planning.ts";

type Fixed = OnSchedule & { readonly pays: Money };

/** A run with the moment at which it is announced. */
type Coming = { readonly run: ScheduledRun; readonly clock: InstantAnswer };

/** Every run of a schedule with a fixed sum, as the mandate's own looks will carry them out. */
export function writeRuns(book: Book, trigger: Fixed): void {
  foresee(book, trigger);
  for (let coming = firstRun(book, trigger); coming.clock.at <= book.until; ) {
    carryOut(book, trigger, coming);
    coming = runAfter(book, trigger, coming);
  }
}

/** Runs that were asked for beforehand: a quarter of a year of weeks, so that few journeys are needed. */
const FORESEEN = 14;

function askFor({ mandate }: Book, day: CivilDate): InstantAsk {
  return { mandate: mandate.id, version: mandate.version, day, at: null };
}

function foresee(book: Book, trigger: Fixed): void {
  const { mandate, tables } = book;
  let { lastPeriod } = mandate;
  const from = earliestDebit(book, mandate.today);
  for (let n = 0; n < FORESEEN; n += 1) {
    const run = nextScheduledRun(trigger, { from, consentedOn: mandate.consentedOn, lastPeriod }, tables);
    book.instants.foresee(askFor(book, run.debit));
    lastPeriod = run.period;
  }
}

function earliestDebit({ mandate }: Book, today: CivilDate): CivilDate {
  return mandate.terms.noticePack.earlierCalendarDay ? addDays(today, 1) : today;
}

/** The run that is kept ahead, with the instant that stands there, unless the schedule or the table has changed since. */
function firstRun(book: Book, trigger: Fixed): Coming {
  const { mandate, now, tables } = book;
  const { ahead, terms, today, lastPeriod, consentedOn } = mandate;
  if (ahead !== null && canonical(ahead.trigger) === canonical(terms.trigger) && ahead.zone === terms.zone) {
    const again = reckonedAgain(trigger, ahead, { today, lastPeriod }, tables);
    if (again?.debit === ahead.debit && again.certainty === ahead.certainty)
      return { run: ahead, clock: moment(book, ahead.planAt > now ? ahead.planAt : now) };
    if (again !== null) return announced(book, again, now);
  }
  const from = earliestDebit(book, today);
  return announced(book, nextScheduledRun(trigger, { from, consentedOn, lastPeriod }, tables), now);
}

function runAfter(book: Book, trigger: Fixed, { run, clock }: Coming): Coming {
  const { consentedOn } = book.mandate;
  const { tables } = book;
  const from = earliestDebit(book, clock.on);
  const next = nextScheduledRun(trigger, { from, consentedOn, lastPeriod: run.period }, tables);
  return announced(book, next, clock.at);
}

/** A run is announced at its moment, or at once where that is past. */
function announced(book: Book, run: ScheduledRun, notBefore: string): Coming {
  const clock = book.instants.of(askFor(book, run.debit));
  return { run, clock: clock.at >= notBefore ? clock : moment(book, notBefore) };
}

function carryOut(book: Book, trigger: Fixed, { run, clock }: Coming): void {
  const { mandate } = book;
  const { at, on } = clock;
  const about = { period: run.period, amount: trigger.pays };
  if (!isActive(book, at)) {
    write(book, { kind: "skipped", at, on, reason: "paused" }, about);
  } else if (!isTaken(mandate.withoutBill, trigger.pays)) {
    write(book, { kind: "skipped", at, on, reason: "sum-not-taken" }, about);
  } else {
    writePlan(book, {
      at,
      clock,
      bill: billOfRun(book, trigger.pays),
      lastSafe: clock.lastSafe,
      skipped: false,
      billId: null,
      period: run.period,
      name: `run/${run.period}`,
      reason: "schedule",
      dueChanges: null,
      recentMinor: [],
      again: false,
      freshUntil: null,
      certain: run.certainty === "decreed",
    });
  }
}

function isTaken(takes: Book["mandate"]["withoutBill"], { amountMinor }: Money): boolean {
  return takes !== null && amountMinor >= takes.leastMinor && amountMinor <= takes.mostMinor;
}

function billOfRun({ mandate }: Book, { amountMinor, currency }: Money) {
  return {
    id: "",
    state: "owed",
    version: 1,
    part: 1,
    amountMinor,
    currency,
    payeeHash: "",
    gateway: mandate.gateway,
    payeeOnFile: true,
    doubt: null,
    givenBack: false,
    told: false,
    runOf: mandate.id,
  } as const;
}
