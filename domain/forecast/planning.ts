import { atItsTime, runToPlan } from "../due-run.ts";
import type { Need } from "../payment.ts";
import { decideOnBill, type PlanFacts, type PlanMandate, type RunDay } from "../plan.ts";
import { type About, type Book, methodOf, moment, write, writeEnd } from "./book.ts";
import { type ComingDebit, dueAtDebit, lastGoodOf, spreadOf, writeDebit } from "./debit.ts";
import type { InstantAnswer } from "./instants.ts";
import type { ForecastReason } from "./reasons.ts";

/** A debt that the planner will look at. */
export type ToPlan = {
  readonly at: string;
  /** The soonest that a notice of then allows. */
  readonly clock: InstantAnswer;
  readonly bill: PlanFacts["bill"];
  /** After this the money would not reach the biller in time; a discount may end earlier. */
  readonly lastSafe: string;
  readonly skipped: boolean;
  readonly billId: string | null;
  readonly paymentId?: string | null;
  readonly period: string | null;
  /** Names its use of the limits. */
  readonly name: string;
  readonly reason: ForecastReason;
  /** What its payer has paid lately of the account, newest first. */
  readonly recentMinor: readonly number[];
  /** It was left out before, and that was told: nobody is told once more. */
  readonly again: boolean;
} & Pick<ComingDebit, "dueChanges" | "freshUntil" | "certain">;

/** The mandate at the time when it would pay, and the clock of its notice then. */
type Timed = { readonly mandate: PlanMandate; readonly clock: InstantAnswer };

/** What the planner will do about it, by the planner's own decision; false: it is left as it is. */
export function writePlan(book: Book, order: ToPlan): boolean {
  const { at, bill } = order;
  const { mandate, clock } = timed(book, order, null);
  const decision = decideOnBill({
    now: at,
    bill,
    claim: null,
    payment: null,
    mandates: [mandate],
    onlookers: [],
  });
  if (decision.do === "pay") {
    carryOut(book, order, { ...decision, clock, from: null });
    return true;
  }
  if (decision.do === "tell" && !order.again)
    write(
      book,
      { kind: "skipped", at, on: order.clock.on, reason: "over-limit" },
      aboutOf(book, order, mandate.amountMinor),
    );
  return false;
}

/** An open question about a bill. */
type Asked = {
  readonly need: Need;
  readonly amountMinor: number;
  readonly giveUpAt: string;
  /** The run that the debit would wait for. */
  readonly run: RunDay | null;
};

/** What becomes of a question that nobody answers: it ends at its deadline, unless the discount of its bill ends before; then the planner decides about the sum of afterwards. */
export function writeAsked(book: Book, order: ToPlan, asked: Asked): void {
  const { dueChanges } = order;
  if (dueChanges === null || dueChanges.at <= order.at || dueChanges.at >= asked.giveUpAt)
    return writeEnd(book, asked, aboutOf(book, order, asked.amountMinor));
  const { at, toMinor } = dueChanges;
  if (at > book.until) return;
  const bill = { ...order.bill, amountMinor: toMinor };
  const then = { ...order, at, clock: moment(book, at), bill, dueChanges: null };
  const { mandate, clock } = timed(book, then, asked.run);
  const { need, amountMinor, run } = asked;
  const payment = {
    id: order.name,
    route: "mandate",
    state: "needs-payer",
    mandateId: mandate.id,
    billVersion: bill.version,
    need,
    amountMinor,
    dueMinor: toMinor,
    runsFrom: null,
    undecided: false,
    run,
  } as const;
  const decision = decideOnBill({ now: at, bill, claim: null, payment, mandates: [mandate], onlookers: [] });
  if (decision.do === "renew") carryOut(book, then, { ...decision, clock, from: need });
  else writeEnd(book, asked, aboutOf(book, then, amountMinor));
}

type Decided = Omit<Asked, "need"> & {
  readonly need: Need | null;
  readonly clock: InstantAnswer;
  /** The question that was open before. */
  readonly from: Need | null;
};

function carryOut(book: Book, order: ToPlan, decided: Decided): void {
  const { at, name } = order;
  const { need, clock, amountMinor, from } = decided;
  const about = aboutOf(book, order, amountMinor);
  if (need === null) {
    book.room.reserve(name, { on: clock.plannedOn, amountMinor, since: at });
    if (book.mandate.reachable) writeAnnounced(book, { ...order, clock }, about);
    else writeUnreachable(book, order, decided);
    return;
  }
  if (need !== from) write(book, { kind: "question", at, on: moment(book, at).on, reason: need }, about);
  writeAsked(book, order, { ...decided, need });
}

function aboutOf(book: Book, { billId, period, bill, paymentId = null }: ToPlan, amountMinor: number): About {
  const amount = { amountMinor, currency: bill.currency };
  return { billId, paymentId, period, methodId: methodOf(book)?.id ?? null, amount };
}

function writeAnnounced(book: Book, order: ToPlan, about: About): void {
  const { clock, reason } = order;
  write(book, { kind: "notice", at: clock.toldAt, on: clock.toldOn, reason }, about);
  writeDebit(book, { ...order, at: spreadOf(clock, order), on: clock.plannedOn }, about);
}

/** Nobody can be told, so nothing is debited: it waits for its payer like every other question, and goes on waiting when its sum changes. */
function writeUnreachable(book: Book, order: ToPlan, { amountMinor, run, giveUpAt, from }: Decided): void {
  const { at, name } = order;
  const need = "no-channel";
  const about = aboutOf(book, order, amountMinor);
  if (from !== need) write(book, { kind: "question", at, on: moment(book, at).on, reason: need }, about);
  writeAsked(book, order, { need, amountMinor, run, giveUpAt });
  book.room.free(name, giveUpAt);
}

/** On its run, where the mandate pays what is due on a schedule and the debt can wait for it: timed as the planner times it (db/queries/plan-facts.ts). */
function timed(book: Book, order: ToPlan, planned: RunDay | null): Timed {
  const { at } = order;
  const soonest = mandateOf(book, order);
  const run = runToPlan(soonest, planned, book.tables);
  if (run === null) return { mandate: soonest, clock: order.clock };
  const { id, version } = book.mandate;
  const clock = book.instants.of({ mandate: id, version, day: run.debitOn, at });
  const mandate = atItsTime(soonest, run, {
    ...timesOf(book, order, clock),
    at: clock.runAt ?? clock.notBefore,
    dueSafe: order.lastSafe,
  });
  return { mandate, clock: mandate.run === null ? order.clock : clock };
}

/** Notes what planning a bill by this clock will ask about. */
export function foreseeRun({ mandate, tables, instants }: Book, { at, plannedOn }: InstantAnswer): void {
  const { id, version, terms, consentedOn } = mandate;
  const run = runToPlan({ terms, consentedOn, plannedOn }, null, tables);
  if (run !== null) instants.foresee({ mandate: id, version, day: run.debitOn, at });
}

function mandateOf(book: Book, order: ToPlan): PlanMandate {
  const { mandate } = book;
  return {
    id: mandate.id,
    residentId: mandate.residentId,
    version: mandate.version,
    terms: mandate.terms,
    skipped: order.skipped,
    methodId: methodOf(book)?.id ?? null,
    consentedOn: mandate.consentedOn,
    recentMinor: [...paidBefore(book, order.at), ...order.recentMinor],
    lastSafe: lastGoodOf(order),
    ...timesOf(book, order, order.clock),
  };
}

/** Debits that will have come by then, the newest first. */
function paidBefore({ paid }: Book, at: string): readonly number[] {
  return paid
    .filter((debit) => debit.at <= at)
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .map(({ amountMinor }) => amountMinor);
}

/** What a debit that comes by this clock would be: its day, its sum, what is used of the limit by then. */
function timesOf(book: Book, { at, bill, dueChanges }: ToPlan, clock: InstantAnswer) {
  const { plannedOn, notBefore, notAfter } = clock;
  return {
    plannedOn,
    notBefore,
    notAfter,
    amountMinor: dueAtDebit({ dueMinor: bill.amountMinor, dueChanges }, notBefore),
    usedMinor: book.room.used(plannedOn, at),
  };
}
